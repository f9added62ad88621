import pytest
import torch
from toy_task import ToyTask, fail_on

from craniomark.flows.training.ahead import Batches
from craniomark.ground.checks import InputError


@pytest.mark.parametrize("ahead", [1, 3, 50])
def test_batches_prepared_ahead_are_the_same(ahead):
    task = ToyTask()
    batches = Batches(task, ahead, last=8)
    got = [batches.get(3, step).tensors["x"] for step in range(8)]
    batches.close()
    assert all(torch.equal(x, ToyTask().batch(3, step).tensors["x"]) for step, x in enumerate(got))
    assert sorted(task.asked) == [(3, step) for step in range(8)]


def test_another_seed_begins_anew():
    batches = Batches(ToyTask(), 2, last=8)
    batches.get(3, 5)
    assert torch.equal(batches.get(4, 0).tensors["x"], ToyTask().batch(4, 0).tensors["x"])
    batches.close()


def test_error_comes_at_its_step():
    task = ToyTask()
    make = task.batch

    def batch(seed, step):
        if step == 2:
            raise fail_on(step, "cleo")
        return make(seed, step)

    task.batch = batch
    batches = Batches(task, 4, last=8)
    for step in range(2):
        batches.get(3, step)
    with pytest.raises(InputError, match="cleo"):
        batches.get(3, 2)
    batches.close()


def test_without_threads_the_generators_follow_seed_and_step():
    task = ToyTask()
    task.batch = lambda _seed, _step: torch.rand(3)
    batches = Batches(task, 0, last=8)
    first = batches.get(3, 1)
    batches.get(3, 2)
    assert torch.equal(batches.get(3, 1), first) and not torch.equal(batches.get(4, 1), first)
