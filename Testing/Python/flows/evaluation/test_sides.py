"""Left and right of a sample."""

import numpy as np
import pytest

from craniomark.flows.evaluation import KnownSides
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.flows.evaluation.sides import sides_of

LABELS = tuple("abcdefgh")


def skulls(n: int = 5) -> np.ndarray:
    """Three pairs (a d, b e, c f) and two points between (g, h)."""
    rng = np.random.default_rng(0)
    side = np.array([[2.0, -6, 0], [4, 1, 2], [3, 7, -1]])
    base = np.vstack([side, side * [-1, 1, 1], [[0, -8, 1], [0, 5, -3]]])
    return np.asarray(base + rng.normal(size=(n, 8, 3)) * 0.02)


def pairs_in(found: object, labels: tuple[str, ...] = LABELS) -> set[frozenset[str]]:
    kept = [labels[i] for i in found.kept]  # type: ignore[attr-defined]
    return {frozenset((kept[i], kept[j])) for i, j in found.structure.pairs}  # type: ignore[attr-defined]


def test_pairs_are_found_where_none_are_given() -> None:
    found = sides_of(LABELS, skulls(), None)
    assert pairs_in(found) == {frozenset("ad"), frozenset("be"), frozenset("cf")}
    assert found.source == "found from the points"


def test_given_pairs_are_taken_and_lone_landmarks_left_out() -> None:
    known = KnownSides((("a", "d"), ("b", "e"), ("c", "missing")), ("g", "nowhere"), "a model")
    found = sides_of(LABELS, skulls(), known)
    assert pairs_in(found) == {frozenset("ad"), frozenset("be")}
    assert [LABELS[i] for i in found.kept] == ["a", "b", "d", "e", "g"]
    assert found.structure.unpaired == () and found.source == "a model"


def test_too_few_pairs_are_said_to_be_too_few() -> None:
    with pytest.raises(NotEnough, match="a model tells too few"):
        sides_of(LABELS, skulls(), KnownSides((("a", "d"),), ("g",), "a model"))
