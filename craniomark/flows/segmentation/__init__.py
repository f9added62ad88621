"""Bone masks of scans: from file to file, with a model or with a network that was just trained."""
