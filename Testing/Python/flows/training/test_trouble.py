"""What stops a run names what to mend, and loses nothing."""

import errno
import os
import time
from pathlib import Path

import pytest
import torch
from toy_task import NAMES, ToyTask, altered, fail_on, train, weights_of

from craniomark.flows.training.events import Teller
from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.task import Batch
from craniomark.flows.training.trouble import faulty_specimens, not_finite, told
from craniomark.ground.checks import InputError


def test_terms_that_are_no_numbers_are_found():
    assert not_finite({"a": 1.0, "b": float("nan"), "c": float("-inf"), "d": 1e300}) == ["b", "c"]


def test_specimen_at_fault_is_found_under_batch_norm_and_spoilt_running_values():
    network = torch.nn.BatchNorm1d(2)
    network.running_mean.fill_(torch.nan)
    x = torch.randn(3, 2)
    x[1] = torch.inf
    batch = Batch({"x": x, "scale": torch.ones(())}, ("a", "b", "c"))
    assert faulty_specimens(lambda part: {"l": network(part.tensors["x"]).sum()}, batch, 0, 0) == ("b",)


@pytest.mark.parametrize(
    "message",
    [
        "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 15.77 GiB",
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 2684354560 bytes. Error code 12",
        "Unable to allocate 2.50 GiB for an array with shape (1,)",
    ],
)
def test_needed_memory_is_read_from_the_words_of_torch_and_numpy(message, tmp_path):
    kind = MemoryError if message.startswith("Unable") else RuntimeError
    sentence = told(kind(message), tmp_path, "at step 3", torch.device("cpu"))
    assert "2.7 GB more were needed" in str(sentence)


def test_other_errors_are_left_alone(tmp_path):
    assert told(RuntimeError("shapes differ"), tmp_path, "at step 3", torch.device("cpu")) is None
    assert told(OSError(errno.EIO, "broken"), tmp_path, "at step 3", torch.device("cpu")) is None


def test_nan_in_a_specimen_stops_the_run_naming_it(tmp_path, whole_run):
    def spoil(batch):
        batch.tensors["x"][NAMES.index("cleo"), 1] = torch.nan
        return batch

    events = []
    with pytest.raises(InputError, match=r"not finite at step 17 \(point, size; specimen 'cleo'\)"):
        train(tmp_path, altered(17, spoil), listen=events.append)
    assert events[-1]["event"] == "error" and "cleo" in events[-1]["message"]
    assert read_json(tmp_path / "state.json")["status"] == "failed"
    train(tmp_path)  # the specimen was mended
    assert weights_of(tmp_path) == weights_of(whole_run())


def test_gradient_that_is_no_number_stops_the_run_naming_the_specimen(tmp_path):
    task = ToyTask()

    def losses(batch, step):
        answer = task.network(batch.tensors["x"]).square()
        cleo = torch.tensor([[0.0 if name == "cleo" and step == 3 else 1.0] for name in batch.names])
        return {"root": (answer * cleo).sqrt().mean()}

    task.losses = losses
    with pytest.raises(InputError, match=r"step 3 \(its gradient; specimen 'cleo'\)"):
        train(tmp_path, task)


def test_loss_that_is_nan_for_all_names_all(tmp_path):
    task = ToyTask()
    task.losses = lambda batch, step: {"bad": task.network(batch.tensors["x"]).mean() * torch.nan}  # noqa: ARG005
    with pytest.raises(InputError, match="'anna', 'bert', 'cleo', 'dora'"):
        train(tmp_path, task)


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    task = ToyTask()

    def validate():
        with torch.no_grad():
            task.network[0].weight.fill_(torch.inf)
        return {"mean_mm": 1.0}

    task.validate = validate
    with pytest.raises(InputError, match="not finite"):
        train(tmp_path, task, {"save_every": 1, "average_weights": 0.0})
    assert [path.name for path in RunFolder(tmp_path).checkpoints.iterdir()] == ["00-000000000.safetensors"]


def test_unreadable_specimen_comes_through_and_nothing_is_lost(tmp_path, whole_run):
    def refuse(_batch):
        raise fail_on(17, "cleo")

    with pytest.raises(InputError, match=r"cleo.nii.gz: content is damaged at step 17: copy it anew"):
        train(tmp_path, altered(17, refuse))
    task = ToyTask()
    train(tmp_path, task)
    assert task.asked[0] == (3, 17) and weights_of(tmp_path) == weights_of(whole_run())


def test_error_in_validation_loses_nothing(tmp_path, whole_run):
    task, calls = ToyTask(), []

    def validate():
        calls.append(1)
        if len(calls) == 3:
            raise fail_on(20, "dora")
        return ToyTask.validate(task)

    task.validate = validate
    with pytest.raises(InputError, match="dora"):
        train(tmp_path, task)
    train(tmp_path)
    assert weights_of(tmp_path) == weights_of(whole_run())
    assert RunFolder(tmp_path).metrics.read_bytes() == RunFolder(whole_run()).metrics.read_bytes()


def test_too_little_memory_is_told_with_sizes_and_remedy(tmp_path):
    def huge(batch):
        torch.empty(10**14)
        return batch

    told = r"memory is too little at step 8 on cpu: 400000\.0 GB more were needed and .* GB are free: lower"
    with pytest.raises(InputError, match=told):
        train(tmp_path, altered(8, huge))
    assert train(tmp_path).status == "done"


def test_full_disk_is_told_and_the_checkpoint_before_stays(tmp_path, monkeypatch, whole_run):
    write, saves = Path.write_bytes, []

    def filling(self: Path, content: bytes) -> int:
        saves.append(self)
        if len(saves) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", filling)
        with pytest.raises(InputError, match="output folder is full"):
            train(tmp_path)
    names = sorted(path.name for path in RunFolder(tmp_path).checkpoints.iterdir())
    assert names == ["00-000000000.safetensors", "00-000000007.safetensors"]
    train(tmp_path)
    assert weights_of(tmp_path) == weights_of(whole_run())


def test_full_disk_while_a_curve_is_written_is_told(tmp_path, monkeypatch):
    from craniomark.flows.training import events

    def full(path, event):  # noqa: ARG001
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(events, "append_metric", full)
    with pytest.raises(InputError, match="disk is full"):
        train(tmp_path)


def test_a_full_disk_under_the_curves_for_tensorboard_is_told_as_such_and_nothing_else_is(
    tmp_path, monkeypatch, whole_run, capfd
):
    """A writer with a thread of its own would tell it by a trace on stderr."""
    from tensorboard.summary.writer import record_writer

    write, written = record_writer.RecordWriter.write, []

    def filling(self, data):
        written.append(data)
        if len(written) > 8:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(record_writer.RecordWriter, "write", filling)
        task = ToyTask()
        losses = task.losses
        task.losses = lambda batch, step: time.sleep(0.01) or losses(batch, step)
        with pytest.raises(InputError, match=r"disk is full|output folder is full"):
            train(tmp_path, task, {"tensorboard": True, "metrics_every": 1})
    assert capfd.readouterr() == ("", "")
    assert read_json(tmp_path / "state.json")["status"] == "failed"
    train(tmp_path, changes={"tensorboard": True})
    assert weights_of(tmp_path) == weights_of(whole_run())


def test_a_full_disk_at_the_very_start_is_told_and_the_run_begins_when_there_is_room(
    tmp_path, monkeypatch, whole_run
):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Teller, "open_board", full)
        with pytest.raises(InputError, match="output folder is full"):
            train(tmp_path, changes={"tensorboard": True})
    train(tmp_path)
    assert weights_of(tmp_path) == weights_of(whole_run())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits of processes")
@pytest.mark.parametrize("limit", [200, 2000])
def test_a_true_limit_on_the_size_of_files_is_told_and_nothing_is_lost(nurse, tmp_path, whole_run, limit):
    """As of a full disk, by the system itself, in a process of its own."""
    words = tmp_path / "words"
    assert nurse.wait(nurse.start(tmp_path / "run", largest_file=limit, words=str(words))) == 2
    sentence = words.read_text(encoding="utf-8").strip()
    assert "output folder is full" in sentence and sentence.endswith(".") and "\n" not in sentence
    assert not list((tmp_path / "run").rglob(".part-*"))
    train(tmp_path / "run")
    assert weights_of(tmp_path / "run") == weights_of(whole_run())
