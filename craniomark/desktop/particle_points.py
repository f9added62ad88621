"""Predicted particles in the scene, as landmarks that are locked."""

from pathlib import Path

from craniomark.desktop.words import tr
from craniomark.ground.landmarks import LandmarkSet
from craniomark.mrml import Node, Scene, add_landmarks


def show_particles(scene: Scene, predictions: Path, name: str) -> Node:
    """Put the predicted particles of a specimen into the scene.

    Raises
    ------
    InputError
        If they can't be read.
    """
    from craniomark.flows.shape.particle_files import read_particles

    inner = predictions / "world_predictions"
    path = (inner if inner.is_dir() else predictions) / f"{name}.particles"
    points = read_particles(path)
    labels = tuple(f"p{row + 1:04d}" for row in range(len(points)))
    node = add_landmarks(scene, LandmarkSet(labels, points), tr("{name} particles").format(name=name))
    node.SetLocked(True)
    display = node.GetDisplayNode()
    display.SetPointLabelsVisibility(False)
    display.SetUseGlyphScale(False)
    display.SetGlyphSize(0.15)
    return node
