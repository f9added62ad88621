"""What is done of a training of everything, and what it belongs to."""

from pathlib import Path

import pytest

from craniomark.flows.training.everything.state import begun, finished, minutes_of, spent
from craniomark.ground.checks import InputError

BELONGS = {"seed": 1, "files": {"scan of a": "12", "scan of b": "34"}}


def test_stages_are_remembered(tmp_path: Path) -> None:
    assert begun(tmp_path, BELONGS) == {}
    spent(tmp_path, "check", 0.5)
    finished(tmp_path, "check", 0.5)
    assert begun(tmp_path, BELONGS) == {"check": 0.5}


def test_minutes_of_attempts_add_up(tmp_path: Path) -> None:
    begun(tmp_path, BELONGS)
    spent(tmp_path, "orient", 2.0)
    assert spent(tmp_path, "orient", 1.5) == 3.5
    assert begun(tmp_path, BELONGS) == {}, "no attempt was finished"
    assert minutes_of(tmp_path) == 3.5


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 2}, "seed is 2, but the folder was begun with 1"),
        ({"files": {"scan of a": "12", "scan of b": "99"}}, "scan of b"),
        ({"files": {"scan of a": "12"}}, "scan of b"),
    ],
)
def test_another_training_is_refused_naming_what_differs(
    tmp_path: Path, other: dict[str, object], told: str
) -> None:
    begun(tmp_path, BELONGS)
    with pytest.raises(InputError, match=told):
        begun(tmp_path, BELONGS | other)
