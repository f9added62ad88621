"""Whether widgets and nodes are used in the thread of the windows alone, as Qt and MRML demand."""

import threading
from typing import Any

from double.recorder import TouchedFromThreadError, record

_gui_thread = threading.get_ident()


def claim() -> None:
    """Make the calling thread the one of the windows."""
    global _gui_thread
    _gui_thread = threading.get_ident()


def outside() -> bool:
    """Whether the calling thread is another one."""
    return threading.get_ident() != _gui_thread


def report(what: str) -> None:
    """Record that something was touched from the calling thread."""
    name = threading.current_thread().name
    record(f"thread {name}", TouchedFromThreadError(f"{what} was used in thread {name}"))


def watch_scene(scene: Any) -> None:
    """Report nodes that come, go or change in another thread."""
    import vtk

    def changed(node: Any, _event: str) -> None:
        # A node that is None here is being destroyed: Python collects garbage in whichever thread it is at.
        if outside() and node is not None:
            report(f"{node.GetClassName()} {node.GetName()!r}")

    def came(_scene: Any, _event: str, node: Any = None) -> None:
        if outside():
            report("the scene (a node came)")
        node.AddObserver("AnyEvent", changed)

    def went(_scene: Any, _event: str) -> None:
        if outside():
            report("the scene (a node went)")

    came.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
    scene.AddObserver(scene.NodeAddedEvent, came)
    scene.AddObserver(scene.NodeRemovedEvent, went)
