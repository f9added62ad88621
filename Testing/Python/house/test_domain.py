"""The study across kinds of skulls: its rows, and that its landmarks are indeed the same ones."""

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from craniomark.ground.geometry import apply, similarity_fit


@pytest.fixture
def scoring(benchmarks: Path) -> ModuleType:  # noqa: ARG001
    return importlib.import_module("common.domain_scoring")


@pytest.mark.usefixtures("mouse_ct_folder", "data_folder")
def test_landmarks_of_one_name_are_the_same_place(scoring: ModuleType) -> None:
    ct = importlib.import_module("common.specimens").known_specimens()[0].truth
    strain = importlib.import_module("common.strains").known_strains()["LP"].truth
    names = scoring.strain_labels(ct.labels)
    assert set(names.values()) == set(strain.labels)
    one, other = ct.ordered(tuple(names)).points, strain.ordered(tuple(names.values())).points
    right = np.linalg.norm(apply(similarity_fit(one, other), one) - other, axis=1)
    shifted = np.roll(other, 1, axis=0)
    wrong = np.linalg.norm(apply(similarity_fit(one, shifted), one) - shifted, axis=1)
    assert right.mean() < 0.6 < 2 < wrong.mean()


@pytest.fixture
def rows(benchmarks: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = importlib.import_module("common.table").read_rows(
        benchmarks / "results" / "domain.csv"
    )
    return found


def test_every_specimen_was_tried(rows: list[dict[str, str]]) -> None:
    assert sorted(row["model"] for row in rows) == ["mouse-skull"] * 50 + ["mouse-strains"] * 10


def test_poses_carry_over_and_places_do_not(rows: list[dict[str, str]]) -> None:
    placed = [row for row in rows if row["verdict"] != "none"]
    assert max(float(row["degrees"]) for row in placed) < 2
    assert min(float(row["landmarks_mm"]) for row in placed) > 0.25


def test_a_model_of_cts_does_not_trust_itself_on_strains(rows: list[dict[str, str]]) -> None:
    mine = [row for row in rows if row["model"] == "mouse-skull"]
    assert {row["verdict"] for row in mine} == {"doubtful"}
    assert min(float(row["flagged"]) for row in mine) > 0.95


def test_a_model_of_strains_trusts_itself_on_cts_at_times(
    rows: list[dict[str, str]], scoring: ModuleType
) -> None:
    mine = [row for row in rows if row["model"] == "mouse-strains"]
    assert 0 < sum(row["verdict"] == "good" for row in mine) < 5
    assert "80 %" in scoring.table(mine)
