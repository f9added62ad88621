"""Which nodes of a scene a selector offers."""

from collections.abc import Sequence
from typing import Any

Attribute = tuple[str, str, Any]
"""Class of nodes, name, and value; None where any value will do."""


def listed(
    scene: Any,
    kinds: Sequence[str],
    attributes: Sequence[Attribute] = (),
    hidden: bool = False,
    children: bool = True,
    without: Sequence[str] = (),
) -> list[Any]:
    """Nodes of the given classes, in the order of the scene.

    Parameters
    ----------
    scene : vtkMRMLScene
        Where.
    kinds : sequence of str
        Classes.
    attributes : sequence of tuple
        What nodes of a class must have.
    hidden : bool
        Whether nodes that are hidden from editors are offered.
    children : bool
        Whether nodes of derived classes are.
    without : sequence of str
        Derived classes that are not.
    """
    if scene is None:
        return []
    nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    return [n for n in nodes if fits(n, kinds, attributes, hidden, children, without)]


def fits(
    node: Any,
    kinds: Sequence[str],
    attributes: Sequence[Attribute],
    hidden: bool,
    children: bool,
    without: Sequence[str],
) -> bool:
    """Whether a node is offered."""
    if node.GetHideFromEditors() and not hidden:
        return False
    if not any(node.IsA(kind) if children else node.GetClassName() == kind for kind in kinds):
        return False
    if any(node.IsA(kind) for kind in without):
        return False
    return all(_has(node, name, value) for kind, name, value in attributes if node.IsA(kind))


def _has(node: Any, name: str, value: Any) -> bool:
    held = node.GetAttribute(name)
    return held is not None and (value is None or held == str(value))
