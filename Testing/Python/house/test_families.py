"""The folds of the strains: nobody is predicted by what saw a relative."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="module")
def families(benchmarks: Path) -> Any:  # noqa: ARG001 - where it lies
    return importlib.import_module("common.families")


def test_every_strain_is_tried_once(families: Any) -> None:
    tried = [s for fold in range(families.FOLDS) for s in families.held_out(fold)]
    assert sorted(tried) == sorted(families.STRAINS)
    assert len(set(tried)) == 50


def test_every_model_has_a_family(families: Any, data_folder: Path) -> None:
    assert {p.stem for p in (data_folder / "mouse_models").glob("*.ply")} == set(families.STRAINS)


def test_a_hybrid_belongs_to_both_parents(families: Any) -> None:
    assert families.families_of("B6C3F1") == ("C57", "C3H, CBA")
    assert families.related("B6C3F1", "C57L_J")
    assert families.related("C3HeB", "B6C3F1")
    assert families.related("B6D2F1_J", "C3D2F1")
    assert not families.related("C57BL6_J", "C3HeB")


def test_no_fold_knows_a_relative(families: Any) -> None:
    for fold in range(families.FOLDS):
        pairs = [(a, b) for a in families.held_out(fold) for b in families.known(fold)]
        assert not [pair for pair in pairs if families.related(*pair)]
        assert len(families.known(fold)) >= 29


def test_no_atlas_is_a_relative(families: Any) -> None:
    for strain in families.STRAINS:
        atlases = families.forty(strain)
        assert not [a for a in atlases if families.related(a, strain)]
        assert 34 <= len(atlases) <= 40


def test_eight_stand_for_all(families: Any) -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(12, 3))
    shapes = {s: base + 0.05 * rng.normal(size=(12, 3)) for s in families.STRAINS}
    odd = families.known(0)[:2]
    for name in odd:
        shapes[name] = base + 2 * rng.normal(size=(12, 3))
    chosen = families.eight(0, shapes)
    assert len(set(chosen)) == 8
    assert set(odd) < set(chosen)
    assert set(chosen) <= set(families.known(0))
