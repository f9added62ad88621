"""CranioMark: landmarks, poses and shape models of skulls from CT volumes and surface meshes."""

__version__ = "0.1.0"
