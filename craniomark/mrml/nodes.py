"""Nodes of a scene: found to be what they should be, added, named and changed in one step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from craniomark.ground.checks import InputError

Node = Any
"""A node of Slicer's scene. Its classes come with Slicer, so that nothing of them is known here."""

Scene = Any
"""A ``vtkMRMLScene``: ``slicer.mrmlScene`` in Slicer."""


def checked(node: Node, kind: str, what: str) -> Node:
    """`node`, which must be of the class `kind`.

    Parameters
    ----------
    node : vtkMRMLNode or None
        What a selector of a panel holds.
    kind : str
        Name of a class, e.g. ``"vtkMRMLModelNode"``.
    what : str
        What it is called, e.g. ``"model"``.

    Raises
    ------
    InputError
        If there is no node, or one of another class.
    """
    if node is None:
        raise InputError(what, "selection", "none", f"choose a {what}")
    if not node.IsA(kind):
        raise InputError(name_of(node), "type", node.GetNodeTagName(), f"choose a {what}")
    return node


def name_of(node: Node) -> str:
    """What the user knows a node by; errors name it."""
    return str(node.GetName() or node.GetID() or node.GetClassName())


def unique_name(scene: Scene, wanted: str) -> str:
    """`wanted`, or ``wanted_1`` and so on where a node of the scene has it."""
    name, number = wanted, 0
    while scene.GetFirstNodeByName(name) is not None:
        number += 1
        name = f"{wanted}_{number}"
    return name


def added(scene: Scene, kind: str, name: str, fill: Callable[[Node], None]) -> Node:
    """A new node with a name of its own, filled; where `fill` fails, the scene stays as it was.

    Parameters
    ----------
    scene : vtkMRMLScene
        Where.
    kind : str
        Name of the node's class.
    name : str
        Wanted name; a number is put behind it where it is taken.
    fill : callable
        Puts the content into the node.
    """
    if scene is None:
        raise InputError("scene", "state", "closed", "open or make a scene")
    node = scene.AddNewNodeByClass(kind, unique_name(scene, name))
    if node is None:
        raise InputError(kind, "type of node", "unknown to this Slicer", "update Slicer")
    node.SetUndoEnabled(True)
    try:
        fill(node)
    except BaseException:
        scene.RemoveNode(node)
        raise
    return node


@contextmanager
def edited(node: Node) -> Iterator[None]:
    """Hold back the events of `node`, so that its observers hear of all changes at once."""
    state = node.StartModify()
    try:
        yield
    finally:
        node.EndModify(state)


@contextmanager
def one_step(scene: Scene, *nodes: Node) -> Iterator[None]:
    """One step of the scene's undo, and one event for each of `nodes`.

    What is done inside comes back by one ``scene.Undo()``, where the scene records undo at all (Slicer's does
    not unless it is asked to, ``SetUndoOn``). Not to be nested: each use is a step.

    Parameters
    ----------
    scene : vtkMRMLScene
        Where the nodes are.
    *nodes : vtkMRMLNode
        Nodes that will change. Nodes that `added` makes are undone without being named.
    """
    states = [(node, node.StartModify()) for node in nodes]
    try:
        for node in nodes:
            node.SetUndoEnabled(True)
        if scene.GetUndoFlag():
            scene.SaveStateForUndo()
        yield
    finally:
        for node, state in reversed(states):
            node.EndModify(state)
