"""Bone masks: which voxels of a scan are bone."""
