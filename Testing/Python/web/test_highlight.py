"""One mark, where the point under review is."""

import numpy as np
import pytest

from craniomark.web.highlight import Highlight


def test_the_mark_follows_the_point_and_hides_without_one(scene):
    mark = Highlight(lambda: scene)
    mark.show(None)
    assert scene.GetFirstNodeByName("under review") is None
    mark.show(np.array([1.0, 2.0, 3.0]))
    mark.show(np.array([4.0, 5.0, 6.0]))
    node = scene.GetFirstNodeByName("under review")
    assert node.GetNumberOfControlPoints() == 1 and node.GetLocked()
    assert node.GetNthControlPointPosition(0) == pytest.approx((-4.0, -5.0, 6.0))
    mark.show(np.full(3, np.nan))
    assert not node.GetDisplayVisibility()
