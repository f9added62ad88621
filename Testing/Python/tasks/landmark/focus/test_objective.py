"""The focus objective: terms, weights of the landmarks that patches are about, bad settings."""

from typing import Any

import pytest
import torch

from craniomark.tasks.landmark.focus.network import Focused
from craniomark.tasks.landmark.focus.objective import FocusObjective, FocusObjectiveSettings

LABELS = ("a", "b", "c")
TOLD = Focused(torch.tensor([[0.3, 0.0, 0.4], [0.0, 0.1, 0.0]]), torch.tensor([1.0, 3.0]), torch.zeros(2))


def terms(**settings: Any) -> dict[str, float]:
    objective = FocusObjective(FocusObjectiveSettings(**settings), LABELS)
    return {
        name: float(term) for name, term in objective(TOLD, torch.zeros(2, 3), torch.tensor([2, 0])).items()
    }


def test_each_term_has_its_weight_in_it() -> None:
    told = terms(points="euclidean", variance=0.5, spread=2.0)
    assert told["points"] == pytest.approx(0.3, rel=1e-4)
    assert told["variance"] == pytest.approx(1.0)
    assert told["spread"] == pytest.approx(0.6, rel=1e-4)
    assert set(terms(variance=0.0, spread=0.0)) == {"points"}


def test_patches_are_weighed_by_their_landmark() -> None:
    assert terms(outer={"c": 3.0})["points"] == pytest.approx((3 * 0.5 + 0.1) / 4, rel=1e-4)
    assert terms(inner={"c": 3.0})["points"] == pytest.approx((3 * 0.5 + 0.1) / 2, rel=1e-4)


def test_a_label_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="inner names 'z'"):
        FocusObjective(FocusObjectiveSettings(inner={"z": 1.0}), LABELS)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"points": "cubic"}, "points is 'cubic'"),
        ({"huber_mm": -1.0}, "huber_mm is -1"),
        ({"spread": float("inf")}, "spread is inf"),
        ({"outer": {"a": float("nan")}}, "outer.a is nan"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        FocusObjectiveSettings(**wrong)
