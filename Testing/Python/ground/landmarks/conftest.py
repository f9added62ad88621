"""Landmark sets that hypothesis makes, and how two are compared."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from craniomark.ground.landmarks import LandmarkSet


@pytest.fixture
def assert_same_points() -> Callable[[LandmarkSet, LandmarkSet], None]:
    """Return a check that labels, their order, missing points and positions (to 1e-6 mm) are the same."""

    def check(found: LandmarkSet, expected: LandmarkSet) -> None:
        assert found.labels == expected.labels
        assert (found.present == expected.present).all()
        np.testing.assert_allclose(found.points, expected.points, atol=1e-6, rtol=0)

    return check


@pytest.fixture
def two_skulls() -> Mapping[str, LandmarkSet]:
    """Return two specimens with different labels and a missing point."""
    first = LandmarkSet(("Nasion", "Bregma"), np.array([[1.5, -2.25, 3], [np.nan] * 3]))
    second = LandmarkSet(("Bregma", "Lambda"), np.array([[-4, 5, -6.125], [7, 8, 9]]))
    return {"a": first, "b": second}
