"""The committed rows of registrations, scored anew against the truth."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ANTS = "ANTs Affine"
NETWORK, ALONE, UNTRAINED = "affine with network", "network alone", "untrained network"


@pytest.fixture(scope="module")
def errors(benchmarks: Path, mouse_ct_folder: Path) -> Any:  # noqa: ARG001
    table = importlib.import_module("common.table")
    pairs = importlib.import_module("common.registration_pairs")
    known = importlib.import_module("common.specimens").known_specimens()
    rows = table.read_rows(benchmarks / "results" / "registration.csv")
    scoring = importlib.import_module("common.registration_scoring")
    return scoring.errors_by_method(rows, pairs.all_trials(known))


@pytest.fixture(scope="module")
def recovery(benchmarks: Path) -> Any:
    rows = importlib.import_module("common.table").read_rows(
        benchmarks / "results" / "registration_recovery.csv"
    )
    return importlib.import_module("registration_recovery").report(rows)[1]


def test_every_pair_of_unseen_cts_was_tried(errors: Any) -> None:
    for name in ("identity", "affine"):
        assert len(errors[name].given) == 10
        assert len(errors[name].turned) == 20


def test_affine_from_the_given_pose_is_better_than_staying(errors: Any) -> None:
    given = errors["affine"].given
    assert given.mean() <= 0.200
    assert given.mean() < errors["identity"].given.mean() - 0.01


def test_affine_from_the_given_pose_beside_ants(errors: Any, benchmarks: Path) -> None:
    """On the pairs for which there are rows of ANTs."""
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "registration.csv")
    given = [row for row in rows if row["start"] == "given"]
    peers = [(row["fixed"], row["moving"]) for row in given if row["method"] == ANTS]
    ours = [(row["fixed"], row["moving"]) for row in given if row["method"] == "affine"]
    assert len(peers) >= 4
    mean = np.mean([errors["affine"].given[ours.index(pair)] for pair in peers])
    assert mean <= errors[ANTS].given.mean() + 0.005


@pytest.mark.parametrize("name", ["affine", NETWORK])
def test_affine_from_any_pose_up_to_sixty_degrees(errors: Any, name: str) -> None:
    assert errors[name].turned.mean() <= 0.23
    assert set(errors[name].verdicts) == {"good"}
    assert errors[name].folding.max() == 0


def test_hyreg_is_better_than_its_peers_on_the_same_pairs(errors: Any) -> None:
    peers = (
        "identity",
        "oracle affine",
        "ANTs Rigid",
        ANTS,
        "ANTs SyN",
        "itk-elastix affine",
        "itk-elastix B-spline",
    )
    for name in ("hyreg", "hyreg without network"):
        assert len(errors[name].given) == 10
        assert errors[name].folding.max() < 0.01
        for peer in peers:
            assert len(errors[peer].given) == 10
            assert errors[name].given.mean() <= errors[peer].given.mean(), peer


def test_elastic_networks_alone_are_better_than_staying_and_than_the_linear_map(errors: Any) -> None:
    """Networks of the folds, asked for the two CTs that each has not seen."""
    assert len(errors["elastic"].given) == 10
    assert errors["elastic"].given.mean() < errors["affine"].given.mean() - 0.005
    assert errors["elastic"].folding.max() < 0.01


def test_the_network_alone_brings_most_of_the_way(errors: Any) -> None:
    still = errors["identity"].turned.mean()
    assert errors[ALONE].turned.mean() < 0.25 * min(still, errors[UNTRAINED].turned.mean())


@pytest.mark.parametrize("family", ["rigid", "similarity", "scales", "affine"])
def test_known_maps_of_each_family_are_recovered(recovery: Any, family: str) -> None:
    found = recovery[family]
    assert found["trials"] == 10
    assert found["end_degrees_max"] <= 1.0
    assert found["end_size_max"] <= 2.0
    assert found["start_degrees"] < 1.1
    assert found["start_size"] <= 2.0
