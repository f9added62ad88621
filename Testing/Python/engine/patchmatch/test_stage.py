"""A stage's reach in whole steps."""

import pytest

from craniomark.engine.patchmatch import Stage


@pytest.mark.parametrize(("reach", "shifts"), [(1.0, 4), (0.9, 4), (0.1, 1), (0.0, 1)])
def test_reach_is_rounded_to_steps_and_at_least_one(reach: float, shifts: int) -> None:
    stage = Stage("any", 0.25, 9, reach, (0.5,), 0.0, 40.0, 0.5)
    assert stage.shifts == shifts
    assert stage.search_size == 9 + 2 * shifts
