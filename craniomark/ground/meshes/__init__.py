"""Surface meshes: triangles in LPS millimetres, read and written in the field's formats."""

from craniomark.ground.meshes.distance import distances_to_surface, nearest_on_surface
from craniomark.ground.meshes.extent import check_extent
from craniomark.ground.meshes.files import read_surface, write_surface
from craniomark.ground.meshes.solid import Solid, check_closed, solid_of
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.voxelise import voxelise

__all__ = [
    "Solid",
    "Surface",
    "check_closed",
    "check_extent",
    "distances_to_surface",
    "nearest_on_surface",
    "read_surface",
    "solid_of",
    "voxelise",
    "write_surface",
]
