"""Maps: functions from physical points to physical points, composable, invertible, written for ITK.

The contract of a map ``f`` is an equation: ``f(points)`` are the places, LPS mm, that `points` of the fixed
image correspond to in the moving one, so that ``moving.at(f(points))`` is the moving image as the fixed
image's points see it. ITK's resampling transforms say the same.
"""

from craniomark.engine.maps.base import Map
from craniomark.engine.maps.composition import Composition, chain
from craniomark.engine.maps.displacement import Displacement, lattice_points, on_lattice
from craniomark.engine.maps.inverse import Inverse, inverse_at, inverted
from craniomark.engine.maps.linear import IDENTITY, Linear, rigid, similarity
from craniomark.engine.maps.velocity import Velocity, integrated

__all__ = [
    "IDENTITY",
    "Composition",
    "Displacement",
    "Inverse",
    "Linear",
    "Map",
    "Velocity",
    "chain",
    "integrated",
    "inverse_at",
    "inverted",
    "lattice_points",
    "on_lattice",
    "rigid",
    "similarity",
]
