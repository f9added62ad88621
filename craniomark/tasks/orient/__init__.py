"""Orientation: the pose of a specimen in the template's frame."""

from craniomark.tasks.orient.orientation import Orientation

__all__ = ["Orientation"]
