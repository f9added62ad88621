"""What tests do and look at."""

import os
from pathlib import Path

import numpy as np

import double

MODULE = Path(__file__).resolve().parents[3] / "DeepSSMModule" / "DeepSSMModule.py"
WAIT = float(os.environ.get("CRANIOMARK_TEST_WAIT", "240"))


def finished(panel):
    """Whether nothing is at work; waits for it."""
    return double.settle(lambda: not panel.widget.desk.busy, WAIT)


def message(panel):
    """Kind and text of what the panel tells; both empty where nothing."""
    label = panel.ui.messageLabel
    return (panel.widget.message.kind, panel.widget.message.text) if not label.isHidden() else ("", "")


def begin(panel, name):
    """Press the button of a step."""
    getattr(panel.ui, f"{name}Button").click()


def do(panel, name):
    """Do a step; it must succeed."""
    begin(panel, name)
    assert finished(panel)
    assert message(panel)[0] == "note", (name, message(panel))
    return message(panel)[1]


class NoReports:
    """Hears nothing."""

    def progress(self, *_told):
        """Go on."""


def made(request):
    """Make what the child makes of a request, without it."""
    import odd_shapes

    odd_shapes.SHAPE_DOERS[type(request)](request, NoReports(), None)


def choose_project(panel, tmp_path, name):
    """Choose a project of this name, which tells the child what to do, and a folder of meshes."""
    folder = tmp_path / name
    meshes = tmp_path / "meshes"
    for one in (folder, meshes):
        one.mkdir(exist_ok=True)
    for line in ("images", "particles", "config", "testImages", "truth", "export"):
        getattr(panel.ui, f"{line}Line").currentPath = ""
    panel.ui.projectLine.currentPath, panel.ui.meshesLine.currentPath = str(folder), str(meshes)
    return folder


def points_of(node):
    """Points of a model node, RAS of the world, shape (V, 3)."""
    from vtk.util.numpy_support import vtk_to_numpy

    points = vtk_to_numpy(node.GetPolyData().GetPoints().GetData()).astype(float)
    parent = node.GetParentTransformNode()
    if parent is not None:
        import vtk

        matrix = vtk.vtkMatrix4x4()
        parent.GetMatrixTransformToWorld(matrix)
        points = points + [matrix.GetElement(row, 3) for row in range(3)]
    return np.array(points)


def model(scene, name):
    """A model node by its name; None where there is none."""
    node = scene.GetFirstNodeByName(name)
    return node if node is not None and node.IsA("vtkMRMLModelNode") else None


def chart(scene, title):
    """The chart with a title; None where there is none."""
    kind = "vtkMRMLPlotChartNode"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return next((node for node in nodes if node.GetTitle() == title), None)


def nothing_installed():
    """Let Slicer have none of the packages, and no way to get them."""
    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")
