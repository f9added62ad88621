"""Surface meshes: triangles in LPS millimetres, read and written in the field's formats."""

from craniomark.ground.meshes.surface import Surface

__all__ = ["Surface"]
