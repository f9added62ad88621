import pytest
import torch

from craniomark.flows.training.checkpoints import Checkpoints
from craniomark.flows.training.state import Counters
from craniomark.ground.checks import InputError


def saved(folder, *steps, keep=2, keep_first=False):
    checkpoints = Checkpoints(folder, keep, keep_first)
    for attempt, step in steps:
        checkpoints.save(
            Counters(attempt, step, figures={"mean_mm": 0.5}), {"w": torch.full((3,), float(step))}
        )
    return checkpoints


def test_newest_is_read_and_the_one_before_kept(tmp_path):
    checkpoints = saved(tmp_path, (0, 0), (0, 7), (0, 14))
    counters, tensors = checkpoints.newest(pytest.fail)
    assert counters == Counters(0, 14, figures={"mean_mm": 0.5}) and tensors["w"].tolist() == [14.0] * 3
    assert [path.name for path in checkpoints.all()] == [
        "00-000000007.safetensors",
        "00-000000014.safetensors",
    ]


def test_later_attempt_counts_as_newer(tmp_path):
    counters, _ = saved(tmp_path, (0, 700), (1, 0)).newest(pytest.fail)
    assert (counters.attempt, counters.step) == (1, 0)


def test_the_very_first_stays_if_asked(tmp_path):
    checkpoints = saved(tmp_path, (0, 0), (0, 7), (0, 14), (0, 21), keep_first=True)
    assert [path.name[3:12] for path in checkpoints.all()] == ["000000000", "000000014", "000000021"]


def test_damaged_one_falls_back_to_the_one_before_and_is_told(tmp_path):
    checkpoints, told = saved(tmp_path, (0, 7), (0, 14)), []
    newest = checkpoints.all()[-1]
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1
    newest.write_bytes(content)
    counters, tensors = checkpoints.newest(told.append)
    assert counters.step == 7 and tensors["w"].tolist() == [7.0] * 3
    assert told == [
        "A checkpoint is damaged and passed over: 00-000000014.safetensors differs from its checksum."
    ]


def test_all_damaged_is_an_error_not_a_restart(tmp_path):
    checkpoints = saved(tmp_path, (0, 7), (0, 14))
    for path in checkpoints.all():
        path.write_bytes(b"")
    for _ in range(2):  # also when it is tried again
        with pytest.raises(InputError, match="damaged, every one"):
            checkpoints.newest(lambda _: None)


def test_no_checkpoint_is_none(tmp_path):
    assert Checkpoints(tmp_path, 2).newest(pytest.fail) is None
