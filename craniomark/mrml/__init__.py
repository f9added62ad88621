"""The bridge to Slicer: nodes of a scene to library objects and back.

Only here are positions turned between Slicer's RAS and the library's LPS. Reading gives world coordinates;
what is written to a node under parent transforms comes out at its place in the world. ``X_of`` reads a node,
``put_X`` writes into one, ``add_X`` makes one. Nothing is half written: what is wrong is refused before the
scene changes.
"""

from craniomark.mrml.frames import turned
from craniomark.mrml.grids import Field, add_field, field_of, put_field
from craniomark.mrml.markups import add_landmarks, landmarks_of, put_landmarks
from craniomark.mrml.models import add_surface, put_surface, put_vertices, surface_of
from craniomark.mrml.nodes import Node, Scene, one_step, unique_name
from craniomark.mrml.plots import Curve, Plot, add_plot, plot_of, put_plot, remove_plot
from craniomark.mrml.points import index_of, lock, lock_all_but, locked_labels, point_of, put_point
from craniomark.mrml.tables import add_table, append_rows, columns_from_rows, columns_of, put_columns
from craniomark.mrml.transforms import add_linear, linear_of, move_by, put_linear
from craniomark.mrml.volumes import add_labels, add_volume, labels_of, put_labels, put_volume, volume_of

__all__ = [
    "Curve",
    "Field",
    "Node",
    "Plot",
    "Scene",
    "add_field",
    "add_labels",
    "add_landmarks",
    "add_linear",
    "add_plot",
    "add_surface",
    "add_table",
    "add_volume",
    "append_rows",
    "columns_from_rows",
    "columns_of",
    "field_of",
    "index_of",
    "labels_of",
    "landmarks_of",
    "linear_of",
    "lock",
    "lock_all_but",
    "locked_labels",
    "move_by",
    "one_step",
    "plot_of",
    "point_of",
    "put_columns",
    "put_field",
    "put_labels",
    "put_landmarks",
    "put_linear",
    "put_plot",
    "put_point",
    "put_surface",
    "put_vertices",
    "put_volume",
    "remove_plot",
    "surface_of",
    "turned",
    "unique_name",
    "volume_of",
]
