"""What tests of AutoLandmark look at."""

from pathlib import Path

import numpy as np

import double

MODULE = Path(__file__).resolve().parents[3] / "AutoLandmark" / "AutoLandmark.py"
WAIT = 120.0


def finished(panel):
    """Whether nothing is at work; waits for it."""
    return double.settle(lambda: not panel.widget.desk.busy, WAIT)


def message(panel):
    """Kind and text of what the panel tells; both empty where nothing."""
    label = panel.ui.messageLabel
    return (panel.widget.message.kind, panel.widget.message.text) if not label.isHidden() else ("", "")


def session(panel):
    """The review that is open."""
    return panel.widget.desk.review.session


def points(panel):
    """The point list of the review."""
    return panel.widget.desk.review.points.node


def use(panel, tmp_path, what):
    """Let the child do something odd."""
    folder = tmp_path / what
    folder.mkdir()
    panel.widget._parameters.model = str(folder)


def at_work(panel):
    """Whether the child is at the prediction; waits for it."""

    def begun():
        work = panel.widget.desk.predict._work
        return work is not None and work.job is not None and work.job.begun

    return double.settle(begun, WAIT)


def rows(panel):
    """Texts of the review's table."""
    return texts(panel.ui.reviewTable, 4)


def scans(panel):
    """Texts of the table of scans."""
    return texts(panel.ui.folderTable, 3)


def texts(table, columns):
    """Texts of a table."""
    lines = range(table.model().rowCount())
    return [tuple(table.item(line, column).text() for column in range(columns)) for line in lines]


def place_of(panel, label):
    """Where a point is in the world, LPS mm."""
    node = points(panel)
    number = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())].index(label)
    return np.array(node.GetNthControlPointPosition(number)) * [-1, -1, 1]


def drag(panel, label, x, y, z):
    """Put a point somewhere, as by the mouse."""
    node = points(panel)
    labels = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]
    with double.timed("a point dragged"):  # VTK calls its observers by itself
        node.SetNthControlPointPosition(labels.index(label), -x, -y, z)
        node.InvokeEvent(node.PointEndInteractionEvent)
