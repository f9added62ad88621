"""Volumes: scalar 3-D images in LPS millimetres, read with suspicion and written whole."""

from craniomark.ground.volumes.volume import Volume

__all__ = ["Volume"]
