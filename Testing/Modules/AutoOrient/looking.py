"""What tests look at."""

import os
from pathlib import Path

import numpy as np

import double

MODULE = Path(__file__).resolve().parents[3] / "AutoOrient" / "AutoOrient.py"
WAIT = float(os.environ.get("CRANIOMARK_TEST_WAIT", "240"))


def world(node):
    """4x4 matrix from voxel index to RAS of the world."""
    import vtk

    own, total = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(own)
    parent = node.GetParentTransformNode()
    if parent is not None:
        parent.GetMatrixTransformToWorld(total)
    vtk.vtkMatrix4x4.Multiply4x4(total, own, own)
    return np.array([[own.GetElement(row, column) for column in range(4)] for row in range(4)])


def finished(panel):
    """Whether nothing is at work; waits for it."""
    return double.settle(lambda: not panel.widget.desk.busy, WAIT)


def message(panel):
    """Kind and text of what the panel tells; both empty where nothing."""
    label = panel.ui.messageLabel
    return (panel.widget.message.kind, panel.widget.message.text) if not label.isHidden() else ("", "")


def poses_in(scene):
    """Transforms that were made by AutoOrient; views have some of their own."""
    kind = "vtkMRMLLinearTransformNode"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return [node for node in nodes if node.GetAttribute("CranioMark.Pose")]


def use(panel, tmp_path, what):
    """Let the child do something odd."""
    folder = tmp_path / what
    folder.mkdir()
    panel.widget._parameters.model = str(folder)


def at_work(panel):
    """Whether the child is at the job; waits for it."""
    poses = panel.widget.desk.poses

    def begun():
        return poses._work is not None and poses._work.job is not None and poses._work.job.begun

    return double.settle(begun, WAIT)


def nothing_installed():
    """Let Slicer have none of the packages, and no way to get them."""
    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")
