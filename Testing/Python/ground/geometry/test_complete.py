"""The part of a sample without gaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from craniomark.ground.geometry import complete_block


def test_whole_sample_stays() -> None:
    specimens, landmarks = complete_block(np.ones((4, 6), dtype=bool))
    assert specimens.tolist() == [0, 1, 2, 3] and landmarks.tolist() == [0, 1, 2, 3, 4, 5]


def test_specimen_with_many_gaps_goes_and_not_its_landmarks() -> None:
    present = np.ones((10, 20), dtype=bool)
    present[3, :9] = False
    specimens, landmarks = complete_block(present)
    assert 3 not in specimens and len(specimens) == 9 and len(landmarks) == 20


def test_landmark_with_a_gap_goes_and_not_its_specimen() -> None:
    present = np.ones((10, 20), dtype=bool)
    present[3, 5] = False
    specimens, landmarks = complete_block(present)
    assert len(specimens) == 10 and landmarks.tolist() == [i for i in range(20) if i != 5]


@given(st.integers(0, 2**32 - 1))
def test_nothing_is_missing_in_what_is_left(seed: int) -> None:
    present = np.random.default_rng(seed).random((6, 9)) < 0.8
    assert present[np.ix_(*complete_block(present))].all()


def test_sample_without_anything_ends_empty() -> None:
    specimens, landmarks = complete_block(np.zeros((3, 4), dtype=bool))
    assert len(specimens) * len(landmarks) == 0
