"""The committed rows of ALPACA's method and of ours beside it, scored anew against the truth."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

OURS = ("CranioMark, bundle alone", "CranioMark, eight atlases")


@pytest.fixture(scope="module")
def scoring(benchmarks: Path, mouse_mesh_folder: Path) -> Any:  # noqa: ARG001 - code and truth lie there
    return importlib.import_module("common.alpaca_scoring")


@pytest.fixture(scope="module")
def rows(benchmarks: Path) -> Any:
    return importlib.import_module("common.table").read_rows(benchmarks / "results" / "alpaca.csv")


def test_all_that_was_promised_was_tried(scoring: Any, rows: Any) -> None:
    tried = {method: len(each) for method, each in scoring.errors(rows).items()}
    ten, four = len(scoring.TRIALS), len(scoring.WITH_EIGHT)
    assert (ten, four) == (10, 4)
    assert tried == {
        "ALPACA, one template": ten, "ALPACA, eight templates": four, OURS[0]: ten, OURS[1]: four,
    }  # fmt: skip


@pytest.mark.parametrize("method", OURS)
def test_ours_is_better_on_the_same_strains(scoring: Any, rows: Any, method: str) -> None:
    less = scoring.paired(rows, method)
    assert less.mean() < -0.02 and (less < 0).mean() > 0.7


@pytest.mark.parametrize("method", OURS)
def test_a_specimen_takes_less_time_than_one_template_of_the_peer(
    scoring: Any, rows: Any, method: str
) -> None:
    took = scoring.seconds(rows)
    assert max(took[method].values()) < min(took["ALPACA"].values())


def test_a_mean_shape_would_not_be_better(scoring: Any, rows: Any) -> None:
    strains = importlib.import_module("common.strains").known_strains()
    nulls = importlib.import_module("common.strain_scoring").nulls(strains)
    peer = scoring.errors(rows)["ALPACA, eight templates"]
    for null in nulls.values():
        assert np.mean([null[strain].mean() - peer[strain].mean() for strain in peer]) > 0
