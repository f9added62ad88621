"""What can be landmarked: volumes, and why other nodes can't."""

from pathlib import Path

from craniomark.desktop.words import tr
from craniomark.flows.pipeline.predictor import no_surface
from craniomark.mrml import Node, Scene
from craniomark.mrml.models import MODEL
from craniomark.mrml.nodes import checked, name_of

VOLUME = "vtkMRMLScalarVolumeNode"


def checked_volume(node: Node | None) -> Node:
    """`node`, which must be a volume.

    Raises
    ------
    InputError
        If there is none, or it is something else; of a surface with the words of ``craniomark process``.
    """
    if node is not None and node.IsA(MODEL):
        raise no_surface(name_of(node))
    return checked(node, VOLUME, tr("volume"))


def refusal(node: Node | None) -> str:
    """Why landmarks of a surface model are not found, in a sentence; empty for anything else."""
    return str(no_surface(name_of(node))) if node is not None and node.IsA(MODEL) else ""


def file_of(volume: Node) -> Path | None:
    """The file that a volume was loaded from, if it is as it was there; else None."""
    storage = volume.GetStorageNode()
    if storage is None or not storage.GetFileName() or volume.GetModifiedSinceRead():
        return None
    path = Path(storage.GetFileName())
    return path if path.is_file() and storage.GetNumberOfFileNames() <= 1 else None


def loaded_from(scene: Scene, path: Path) -> Node | None:
    """The volume of the scene that was loaded from a file, and is as it was there; None for none."""
    for number in range(scene.GetNumberOfNodesByClass(VOLUME)):
        volume = scene.GetNthNodeByClass(number, VOLUME)
        held = file_of(volume)
        if held is not None and held.resolve() == path.resolve():
            return volume
    return None
