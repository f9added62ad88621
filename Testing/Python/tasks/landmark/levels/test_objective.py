"""The objective: terms, weights by label, the passage between activations, bad settings."""

from typing import Any

import pytest
import torch

from craniomark.tasks.landmark.levels.network import Located
from craniomark.tasks.landmark.levels.objective import Objective, ObjectiveSettings

LABELS = ("a", "b", "c", "d", "e")
MEAN = torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).numpy()
TRUTH = torch.from_numpy(MEAN)[None].repeat(2, 1, 1)
FOUND = TRUTH + torch.tensor([0.3, 0.0, 0.4])


def terms(located: Located | None = None, **settings: Any) -> dict[str, float]:
    located = located or Located(FOUND, torch.full((2, 5), 2.0), FOUND, TRUTH)
    objective = Objective(ObjectiveSettings(**settings), LABELS, MEAN)
    return {name: float(term) for name, term in objective(located, TRUTH, ("one", "two")).items()}


def test_each_term_has_its_weight_in_it() -> None:
    told = terms(points="euclidean", heads=0.5, variance=0.02, rotation=3.0, distances=2.0)
    assert told["points"] == pytest.approx(0.5, rel=1e-4)
    assert told["heatmap"] == pytest.approx(0.25, rel=1e-4)
    assert told["coordinates"] == pytest.approx(0.0, abs=1e-5)
    assert told["variance"] == pytest.approx(0.04)
    assert told["rotation"] == pytest.approx(0.0, abs=1e-5)
    assert told["distances"] == pytest.approx(0.0, abs=1e-3)


def test_terms_of_weight_zero_and_of_heads_that_are_not_there_are_left_out() -> None:
    assert set(terms(Located(FOUND, None, None, FOUND))) == {"points"}
    assert set(terms(heads=0.0, variance=0.0)) == {"points"}


def test_all_terms_are_told_in_half_precision_too() -> None:
    turned = TRUTH @ torch.tensor([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    with torch.autocast("cpu", torch.bfloat16):
        told = terms(Located(turned, None, None, turned), rotation=1.0, distances=1.0)
    assert told["rotation"] == pytest.approx(4.0, rel=1e-3)


def test_turned_points_lose_by_rotation_and_stretched_ones_by_distances() -> None:
    turned = TRUTH @ torch.tensor([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    told = terms(Located(turned, None, None, turned), rotation=1.0, distances=1.0)
    assert told["rotation"] == pytest.approx(4.0, rel=1e-3)
    assert told["distances"] == pytest.approx(0.0, abs=1e-3)
    stretched = terms(Located(2 * TRUTH, None, None, 2 * TRUTH), rotation=1.0, distances=1.0)
    assert stretched["rotation"] == pytest.approx(0.0, abs=1e-5)
    assert stretched["distances"] > 0.5


def test_landmarks_and_specimens_are_weighed_by_name() -> None:
    found = TRUTH.clone()
    found[:, 1] += torch.tensor([1.0, 0, 0])
    found[1] += torch.tensor([0.0, 2.0, 0])
    located = Located(found, None, None, found)
    even = terms(located, points="l1")["points"]
    assert even == pytest.approx((1 + 5 * 2 + 1) / 10, rel=1e-4)
    assert terms(located, points="l1", outer={"b": 3.0})["points"] == pytest.approx((3 + 10 + 3 + 4) / 14)
    assert terms(located, points="l1", inner={"b": 3.0})["points"] == pytest.approx((3 + 10 + 3 + 4) / 10)
    assert terms(located, points="l1", specimens={"two": 0.0})["points"] == pytest.approx(1 / 5)


def test_the_activation_passes_from_the_first_to_the_last() -> None:
    settings = ObjectiveSettings(linear_steps=100, blend_steps=50)
    assert [settings.blend_at(step) for step in (0, 100, 125, 150, 900)] == [0, 0, 0.5, 1, 1]
    at_once = ObjectiveSettings(linear_steps=100, blend_steps=0)
    assert [at_once.blend_at(step) for step in (0, 99, 100)] == [0, 0, 1]


def test_a_label_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"outer names 'z': give labels .* 'a'"):
        Objective(ObjectiveSettings(outer={"z": 2.0}), LABELS, MEAN)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"points": "cubic"}, "points is 'cubic': give one of l1"),
        ({"huber_mm": 0.0}, "huber_mm is 0"),
        ({"variance": -1.0}, "variance is -1"),
        ({"inner": {"a": -1.0}}, "inner of a is -1"),
        ({"blend_steps": -1}, "blend_steps is -1"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ObjectiveSettings(**wrong)
