"""What can be landmarked: volumes and surface models, and where they lie."""

import math
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError, available_memory
from craniomark.ground.specimens import SURFACE_SUFFIXES
from craniomark.ground.volumes import placement_of
from craniomark.mrml import Node, Scene
from craniomark.mrml.models import MODEL
from craniomark.mrml.nodes import checked, name_of
from craniomark.mrml.volumes import own_placement

VOLUME = "vtkMRMLScalarVolumeNode"
LOADED = "CranioMark.Loaded"
"""Attribute of volumes that were loaded for a review, one specimen after the other."""
_BYTES_A_VOXEL, _UNPACKED = 8, 6
"""Of a scan when Slicer loads and shows it; and how much larger than its file where that doesn't tell."""
_SAME_PLACE = 0.5
"""Of a voxel: what Slicer and the library may read differently from one file."""


def checked_volume(node: Node | None) -> Node:
    """`node`, which must be a volume or a surface model.

    Raises
    ------
    InputError
        If there is none, it is something else, or a model without triangles.
    """
    if node is None or not is_surface(node):
        return checked(node, VOLUME, tr("volume"))
    if node.GetPolyData() is None or not node.GetPolyData().GetNumberOfPolys():
        raise InputError(name_of(node), tr("triangles"), tr("none"), tr("choose a surface model of a skull"))
    return node


def is_surface(node: Node | None) -> bool:
    """Whether a node is a surface model."""
    return bool(node is not None and node.IsA(MODEL))


def own_frame_of(node: Node) -> NDArray[np.float64]:
    """Where the voxels lie in a volume's own frame, 4x4; a surface's vertices lie there as they are."""
    return np.eye(4) if is_surface(node) else own_placement(node)


def file_of(volume: Node) -> Path | None:
    """The file that a volume or model was loaded from, if it is as it was there; else None."""
    storage = volume.GetStorageNode()
    if storage is None or not storage.GetFileName() or volume.GetModifiedSinceRead():
        return None
    path = Path(storage.GetFileName())
    return path if path.is_file() and storage.GetNumberOfFileNames() <= 1 else None


def check_place(volume: Node, scan: Path | None) -> None:
    """Refuse a volume whose voxels lie elsewhere than those of the scan that was landmarked.

    Points are kept in the frame of the scan, and would be shown beside the skull. A volume of other
    dimensions was cropped or resampled, and says nothing about the frame.

    Raises
    ------
    InputError
        If it lies elsewhere, as after Harden.
    """
    if is_surface(volume):  # whose points are in its own frame, wherever that lies
        return
    told = placement_of(scan) if scan is not None else None
    image = volume.GetImageData()
    if scan is None or told is None or image is None or tuple(image.GetDimensions()) != tuple(told[0]):
        return
    shape, matrix = told
    corners = np.array([(*corner, 1.0) for corner in np.ndindex(2, 2, 2)])
    corners[:, :3] *= np.array(shape) - 1
    apart = np.linalg.norm(corners @ (own_placement(volume) - matrix).T, axis=1).max()
    if apart > _SAME_PLACE * np.linalg.norm(matrix[:3, :3], axis=0).min():
        value = tr("not where it was when its landmarks were found, as after Harden")
        remedy = tr("undo that in AutoOrient, or load {scan}").format(scan=scan)
        raise InputError(name_of(volume), tr("volume"), value, remedy)


def make_room(scene: Scene, scan: Path, keep: Node | None = None) -> None:
    """Take volumes away that `scan_in_scene` loaded, the oldest first, until memory holds another scan.

    Nothing is lost: they lie on the disk as they are in the scene, and reviews are saved.

    Parameters
    ----------
    scene : vtkMRMLScene
        Where they are.
    scan : Path
        What shall be loaded.
    keep : vtkMRMLScalarVolumeNode, optional
        One that stays.
    """
    told = placement_of(scan)
    needed = math.prod(told[0]) * _BYTES_A_VOXEL if told else _UNPACKED * scan.stat().st_size
    volumes = [scene.GetNthNodeByClass(n, VOLUME) for n in range(scene.GetNumberOfNodesByClass(VOLUME))]
    for volume in volumes:
        available = available_memory()
        if available is None or available > needed:
            return
        if volume is not keep and volume.GetAttribute(LOADED) and file_of(volume) is not None:
            scene.RemoveNode(volume)


def loaded_from(scene: Scene, path: Path) -> Node | None:
    """The volume or model of the scene that was loaded from a file, and is as it was there; None for none."""
    kind = MODEL if path.suffix.lower() in SURFACE_SUFFIXES else VOLUME
    for number in range(scene.GetNumberOfNodesByClass(kind)):
        volume = scene.GetNthNodeByClass(number, kind)
        held = file_of(volume)
        if held is not None and held.resolve() == path.resolve():
            return volume
    return None


def scan_in_scene(scene: Scene, id_: str, scan: Path, keep: Node | None = None) -> Node:
    """The volume or model of a scan, loaded where it isn't there; where memory is short, for earlier ones.

    Parameters
    ----------
    scene : vtkMRMLScene
        Slicer's own.
    id_ : str
        Specimen.
    scan : Path
        Its image.
    keep : vtkMRMLScalarVolumeNode, optional
        A volume that stays.

    Raises
    ------
    InputError
        If Slicer can't load it by itself, such as a folder of slices.
    """
    volume = loaded_from(scene, scan)
    if volume is not None:
        return volume
    if scan.is_file():
        import slicer

        surface = scan.suffix.lower() in SURFACE_SUFFIXES
        if not surface:
            make_room(scene, scan, keep)
        load = slicer.util.loadModel if surface else slicer.util.loadVolume
        with suppress(RuntimeError):  # Slicer's console tells why
            volume = load(str(scan))
    if volume is None:
        remedy = tr("load it by hand, call the volume {id}, and press Open").format(id=id_)
        raise InputError(scan, tr("scan"), tr("not loaded"), remedy)
    volume.SetAttribute(LOADED, "1")
    return volume
