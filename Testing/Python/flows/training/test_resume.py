import json
import math

import pytest
from toy_task import identity_of_toy, settings_of

from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.identity import code_sha256, identity_of
from craniomark.flows.training.resume import check_identity, record_identity
from craniomark.ground.checks import InputError


@pytest.fixture
def begun(tmp_path):
    folder = RunFolder(tmp_path / "run")
    record_identity(folder, identity_of_toy(), settings_of())
    return folder


def test_the_same_goes_on_without_a_remark(begun):
    assert check_identity(begun, identity_of_toy(), settings_of()) == []


def test_numbers_of_all_kinds_equal_themselves(tmp_path):
    folder = RunFolder(tmp_path)
    identity = identity_of_toy(config={"a": math.nan, "b": math.inf, "c": (1, 2), "d": None, "e": {}})
    record_identity(folder, identity, settings_of())
    assert check_identity(folder, identity, settings_of()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"config": {"task": "toy", "network": {"width": 8}}}, "network.width is 8, while .* with 16"),
        ({"config": {"task": "toy"}}, "network.width is not set, while .* with 16"),
        (
            {"data": {"anna.nii.gz": "b" * 64}},
            r"file anna.nii.gz is another \(sha256 bbbb.* aaaa",
        ),
        ({"data": {}}, "data file anna.nii.gz is gone, while the run began with it"),
        (
            {"data": {"anna.nii.gz": "a" * 64, "bert.nii.gz": "b" * 64}},
            "data file bert.nii.gz is new, while the run began without it",
        ),
        ({"seed": 4}, "seed is 4, while the run began with 3"),
    ],
)
def test_another_configuration_or_data_is_refused_with_both_values(begun, changes, told):
    with pytest.raises(InputError, match=told):
        check_identity(begun, identity_of_toy(**changes), settings_of())


def test_another_setting_is_refused(begun):
    with pytest.raises(InputError, match=r"setting learning_rate is 0.5, while the run began with 0.02"):
        check_identity(begun, identity_of_toy(), settings_of(learning_rate=0.5))


def test_several_differences_are_counted(begun):
    with pytest.raises(InputError, match="and 1 more difference"):
        check_identity(begun, identity_of_toy(seed=4), settings_of(steps=31))


def test_what_changes_nothing_learned_may_change(begun):
    other = settings_of(save_every=1, keep_checkpoints=9, batches_ahead=2, tensorboard=True)
    assert check_identity(begun, identity_of_toy(), other) == []


def test_other_code_and_machine_are_remarked(begun):
    identity = identity_of_toy(code="d" * 64, machine={"host": "there"}, version="2")
    remarks = " ".join(check_identity(begun, identity, settings_of()))
    assert "code has changed" in remarks and "host here -> there" in remarks and "CranioMark 1" in remarks


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"config": 3}'])
def test_unreadable_identity_is_refused(begun, content):
    begun.identity.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"identity\.json"):
        check_identity(begun, identity_of_toy(), settings_of())


def test_identity_tells_files_machine_and_code(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"abc")
    identity = identity_of({"x": 1}, {"a.nii": tmp_path / "a.nii"}, 5)
    assert identity.data["a.nii"].startswith("ba7816bf") and identity.seed == 5
    assert identity.code == code_sha256() and len(identity.code) == 64
    assert {"host", "device", "threads", "torch"} <= identity.machine.keys()
    json.dumps(identity.machine)
