"""Collapse: noticed at validation, begun again with the next seed, the same after any kill."""

import pytest
import torch
from toy_task import ToyTask, train, weights_of

from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.metrics import read_metrics
from craniomark.ground.checks import InputError


class Collapsing(ToyTask):
    """Says that it has collapsed as long as its batches have seeds below a bound."""

    def __init__(self, below: int) -> None:
        super().__init__()
        self.below = below
        self.seen: list[tuple[int, torch.Tensor]] = []

    def losses(self, batch, step):
        if step == 0:
            self.seen.append((self.asked[-1][0], self.network[0].weight.detach().clone()))
        return super().losses(batch, step)

    def collapsed(self, figures):
        assert set(figures) == {"mean_mm", "max_mm"}
        return self.asked[-1][0] < self.below


class Renewed(Collapsing):
    """Makes other weights for another attempt."""

    def renew(self, seed):
        torch.manual_seed(seed)
        self.network[0].reset_parameters()


def test_restart_uses_the_next_seed_and_is_told(tmp_path):
    task, events = Collapsing(below=5), []
    outcome = train(tmp_path, task, listen=events.append)
    assert outcome.status == "done" and [seed for seed, _ in task.seen] == [3, 4, 5]
    assert torch.equal(task.seen[0][1], task.seen[2][1])
    state = read_json(RunFolder(tmp_path).state)
    assert (state["attempt"], state["seed"]) == (2, 5)
    told = [e["message"] for e in events if e["event"] == "log" and "collapsed" in e["message"]]
    assert len(told) == 2 and "restart 2 of at most 2, with seed 5" in told[1]
    assert (tmp_path / "metrics-collapsed-1.jsonl").is_file()
    points = [(event["name"], event["step"]) for event in read_metrics(tmp_path / "metrics.jsonl")]
    assert len(points) == len(set(points))


def test_restart_without_renewal_is_training_with_that_seed(tmp_path):
    train(tmp_path / "collapsed", Collapsing(below=4))
    train(tmp_path / "plain", changes={"seed": 4})
    assert weights_of(tmp_path / "collapsed") == weights_of(tmp_path / "plain")


def test_task_that_can_renews_its_network(tmp_path):
    task = Renewed(below=4)
    train(tmp_path, task)
    assert not torch.equal(task.seen[0][1], task.seen[1][1])


def test_too_many_collapses_are_an_error(tmp_path):
    with pytest.raises(InputError, match="collapsed at step 10 after 1 restarts"):
        train(tmp_path, Collapsing(below=99), {"restarts": 1})


@pytest.mark.parametrize("kind", [Collapsing, Renewed])
def test_pause_after_a_restart_changes_nothing(tmp_path, kind):
    train(tmp_path / "whole", kind(below=4))
    stop, task = tmp_path / "stop", kind(below=4)
    make = task.batch

    def batch(seed, step):
        if (seed, step) == (4, 12):
            stop.touch()
        return make(seed, step)

    task.batch = batch
    assert train(tmp_path / "run", task, stop_file=stop).step == 13
    train(tmp_path / "run", kind(below=4))
    assert weights_of(tmp_path / "run") == weights_of(tmp_path / "whole")
    both = [RunFolder(tmp_path / name).metrics.read_bytes() for name in ("run", "whole")]
    assert both[0] == both[1]
