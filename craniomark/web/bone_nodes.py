"""The bone surface in the scene: one model to look at, and a coarse one that stands in while one drags."""

from collections.abc import Callable
from typing import Any

from craniomark.mrml import Node, add_surface
from craniomark.mrml.nodes import edited
from craniomark.web.bone_surface import Bone
from craniomark.web.shading import shade_smoothly

COLOUR = (0.89, 0.84, 0.74)


class BoneNodes:
    """Shows the bone of the scan under the scan's transform.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of = scene_of
        self._ids: tuple[str, ...] = ()
        self.shown, self._dragged = True, False

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The fine model and the coarse one; none where there are none."""
        nodes = (self._scene_of().GetNodeByID(one) for one in self._ids)
        return tuple(node for node in nodes if node is not None)

    def show(self, bone: Bone, volume: Node) -> None:
        """Show another bone."""
        self.end()
        made = []
        for surface, name in ((bone.fine, "bone"), (bone.coarse, "bone, coarse")):
            node = add_surface(self._scene_of(), surface, f"{volume.GetName()} {name}")
            shade_smoothly(node, surface)
            _dress(node.GetDisplayNode())
            node.SetSelectable(False)
            made.append(node.GetID())
        self._ids = tuple(made)
        self.follow(volume)
        self._see()

    def follow(self, volume: Node) -> None:
        """Stand where the scan stands."""
        for node in self.nodes:
            if node.GetTransformNodeID() != volume.GetTransformNodeID():
                node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())

    def look(self, shown: bool) -> None:
        """Show or hide it."""
        self.shown = shown
        self._see()

    def drag(self, dragged: bool) -> None:
        """Show the coarse model while something is dragged."""
        if dragged != self._dragged:
            self._dragged = dragged
            self._see()

    def end(self) -> None:
        """Take it out of the scene."""
        for node in self.nodes:
            self._scene_of().RemoveNode(node)
        self._ids = ()

    def _see(self) -> None:
        for node, coarse in zip(self.nodes, (False, True), strict=False):
            node.GetDisplayNode().SetVisibility(self.shown and coarse == self._dragged)


def _dress(display: Node) -> None:
    with edited(display):
        display.SetScalarVisibility(False)
        display.SetVisibility2D(False)
        display.SetColor(*COLOUR)
        display.SetInterpolation(display.PhongInterpolation)
        display.SetAmbient(0.12)
        display.SetDiffuse(0.88)
        display.SetSpecular(0.18)
        display.SetPower(18)
        display.SetBackfaceCulling(False)
