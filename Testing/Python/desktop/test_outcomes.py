"""How orienting ended, in words."""

import numpy as np
import pytest

from craniomark.desktop.outcomes import columns_of, failure, outcome_of, summary
from craniomark.desktop.resampling import upright_grid
from craniomark.desktop.words import sentence, tr
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume

GOOD = {"verdict": "good", "degrees": 37.2, "score": 0.912, "scale": 1.01}


def test_a_good_pose_is_a_note_with_its_figures():
    told = outcome_of("a", GOOD, True)
    assert told.kind == "note" and "37°" in told.message and "0.91" in told.message
    assert "Left and right" not in told.message


def test_unknown_left_and_right_is_told():
    assert "flip it if need be" in outcome_of("a", GOOD, False).message


def test_a_doubtful_pose_asks_for_a_look():
    told = outcome_of("a", GOOD | {"verdict": "doubtful"}, True)
    assert told.kind == "doubt" and "look at it" in told.message


@pytest.mark.parametrize(("how", "kind"), [("refused", "fault"), ("crashed", "fault"), ("cancelled", "note")])
def test_failures_have_their_kind(how, kind):
    assert failure("a", how, "x").kind == kind


def test_several_are_counted_and_the_odd_ones_named():
    good, bad = outcome_of("a", GOOD, True), failure("b", "refused", "x")
    assert summary([good, bad]) == ("fault", "1 of 2 volumes have a good pose. Look at b.")
    assert summary([good, good])[0] == "note" and summary([bad]) == ("fault", "x") and summary([])[1] == ""


def test_columns_hold_all():
    outcomes = [outcome_of("a", GOOD, True), failure("b", "refused", "x, y")]
    assert columns_of(outcomes)["degrees"] == [37.2, None]


def test_an_upright_grid_holds_the_whole_volume():
    turn = np.array([[0.6, -0.8, 0, 1], [0.8, 0.6, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1.0]])
    volume = Volume(np.zeros((11, 6, 3)), turn @ np.diag([0.5, 0.5, 1, 1]))
    shape, matrix = upright_grid(volume, 0)
    assert np.allclose(np.diag(matrix), [0.5, 0.5, 0.5, 1])
    low, high = matrix[:3, 3], matrix[:3, 3] + (np.array(shape) - 1) * 0.5
    corners = (volume.matrix @ np.array([(i, j, k, 1) for i in (0, 10) for j in (0, 5) for k in (0, 2)]).T)[
        :3
    ]
    assert (low <= corners.min(1) + 1e-9).all() and (high >= corners.max(1) - 1e-9).all()
    assert upright_grid(volume, 2.0)[1][0, 0] == 2


def test_errors_become_sentences():
    assert sentence(InputError("a", "b", 1, "do c")) == "a: b is 1: do c."
    assert sentence(OSError(28, "No space left on device", "x")).startswith("x: No space left on device.")
    assert "too little memory" in sentence(MemoryError())
    assert "KeyError" in sentence(KeyError("x")) and tr("As it is.") == "As it is."
