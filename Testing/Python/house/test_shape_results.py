"""The committed rows of shape models, scored anew: what the documents claim still holds."""

import importlib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def scoring(benchmarks: Path) -> Any:  # noqa: ARG001 - puts the benchmarks on the path
    return importlib.import_module("common.shape_scoring")


def test_carried_landmarks_beat_the_pose_in_every_strain(scoring: Any, benchmarks: Path) -> None:
    """Null: the similarity pose, even that of the true landmarks."""
    told = scoring.carried(scoring.read_rows(benchmarks / "results" / scoring.CORRESPONDENCES))
    assert told["strains"] == 49 and told["better"] == 1.0
    assert told["carried_mm"] < 0.165 < 0.24 < told["oracle_mm"] < told["pose_mm"]


def test_the_modes_tell_more_of_unrelated_strains_than_mean_and_nearest_shape(
    scoring: Any, benchmarks: Path
) -> None:
    told = scoring.surfaces(scoring.read_rows(benchmarks / "results" / scoring.SURFACES))
    assert told[scoring.PROJECTION] < told[scoring.NEAREST] < told[scoring.MEAN]


@pytest.mark.parametrize("network", ["base", "fine-tuned", "ensemble of two", "thin, stochastic"])
def test_networks_tell_shapes_of_unrelated_strains_in_any_pose(
    scoring: Any, benchmarks: Path, network: str
) -> None:
    """Nulls: the mean shape by oracle, in the pose that was found, and the nearest training shape."""
    told = scoring.surfaces(scoring.read_rows(benchmarks / "results" / scoring.SURFACES))
    assert told[network] < min(told[scoring.MEAN], told[scoring.POSED], told[scoring.NEAREST])
    assert scoring.closed(told, network) > 0.7


def test_a_tl_network_closes_half_of_the_gap_and_fine_tuning_is_not_worse_than_base(
    scoring: Any, benchmarks: Path
) -> None:
    told = scoring.surfaces(scoring.read_rows(benchmarks / "results" / scoring.SURFACES))
    assert scoring.closed(told, "TL") > 0.5
    assert told["fine-tuned"] <= told["base"]


def test_bounds_of_particles_hold_and_a_prediction_takes_at_most_two_seconds(
    scoring: Any, benchmarks: Path
) -> None:
    rows = scoring.read_rows(benchmarks / "results" / scoring.SURFACES)
    for network in ("ensemble of two", "thin, stochastic"):
        assert scoring.mean_of(rows, network, "under_bound") > 0.9
    for network in ("base", "fine-tuned", "TL", "thin, stochastic"):
        assert scoring.mean_of(rows, network, "seconds") <= 2.0
