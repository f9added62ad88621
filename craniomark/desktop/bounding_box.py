"""A box of the scene that tells what of the images networks are shown."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.mrml import Node, Scene
from craniomark.mrml.frames import turned
from craniomark.mrml.nodes import checked

ROI = "vtkMRMLMarkupsROINode"
_MARGIN_MM = 1.0


def box_of(node: Node | None) -> tuple[float, ...]:
    """Lowest and highest corner of a box, LPS mm, as `ShapeLoaders` takes them; empty without a box.

    Raises
    ------
    InputError
        If it has no size yet.
    """
    if node is None:
        return ()
    checked(node, ROI, tr("bounding box"))
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    ends = np.array(bounds).reshape(3, 2)
    if not (np.isfinite(ends).all() and (ends[:, 0] < ends[:, 1]).all()):
        remedy = tr("draw it in the views, or make it around the shapes")
        raise InputError(node.GetName(), tr("bounding box"), tr("without a size"), remedy)
    corners = np.sort(turned(ends.T), axis=0)
    return tuple(round(float(one), 4) for one in corners.ravel())


def box_around(scene: Scene, points: NDArray[np.float64], node: Node | None) -> Node:
    """Bring a box around points, (N, 3), LPS mm, with a margin; it is made where there is none."""
    low, high = points.min(axis=0) - _MARGIN_MM, points.max(axis=0) + _MARGIN_MM
    if node is None:
        node = scene.AddNewNodeByClass(ROI, tr("Bounding box"))
        node.CreateDefaultDisplayNodes()
    centre = turned((low + high) / 2)
    node.SetAndObserveTransformNodeID(None)
    node.SetCenter(*centre.tolist())
    node.SetSize(*(high - low).tolist())
    return node


def points_of_folder(folder: Path) -> NDArray[np.float64]:
    """Particles of a shape model's mean; of the first set where there is no mean.

    Raises
    ------
    InputError
        If there is neither.
    """
    from craniomark.flows.shape.particle_files import read_particles

    files = [folder / "mean.particles", *sorted((folder / "world_particles").glob("*.particles"))]
    files += sorted(folder.glob("*.particles"))
    path = next((one for one in files if one.exists()), None)
    if path is None:
        remedy = tr("make the shape model first, or choose particles")
        raise InputError(folder, tr("particles"), tr("none"), remedy)
    return read_particles(path)
