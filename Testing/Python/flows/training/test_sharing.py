"""Processes that share the batch of a step learn what one process learns from all of it."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy_task import SharedToy, identity_of_toy, settings_of, train

from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.metrics import read_metrics
from craniomark.flows.training.resume import check_settings
from craniomark.flows.training.sharing import part_of_step, shares
from craniomark.flows.training.task import Batch
from craniomark.ground.checks import InputError

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))


class OneOf:
    """What a Fabric tells of one of several processes."""

    def __init__(self, rank: int, ranks: int) -> None:
        self.global_rank, self.world_size = rank, ranks


def batch_of(rows: int, names: int | None = None) -> Batch:
    tensors = {"x": torch.arange(3.0 * rows).reshape(rows, 3), "one": torch.ones(())}
    return Batch(tensors, tuple(f"s{i}" for i in range(names or rows)))


def test_parts_hold_every_sample_once() -> None:
    parts = [batch_of(5).part(rank, 2) for rank in range(2)]
    assert [part.names for part in parts] == [("s0", "s2", "s4"), ("s1", "s3")]
    assert torch.equal(torch.cat([p.tensors["x"] for p in parts]).sort(0).values, batch_of(5).tensors["x"])
    assert all(part.tensors["one"] == 1 for part in parts)


def test_names_that_are_not_one_a_sample_stay() -> None:
    assert batch_of(4, names=1).part(1, 2).names == ("s0",)


def test_fewer_samples_than_processes_are_refused() -> None:
    with pytest.raises(InputError, match=r"devices is 3 processes .*has 2 samples.*larger batch"):
        part_of_step(batch_of(2), OneOf(0, 3))
    with pytest.raises(ValueError, match="2, 3"):
        _ = Batch({"x": torch.ones(2), "y": torch.ones(3)}, ()).rows


def tasks() -> dict[str, tuple[Any, Batch]]:
    """Tasks with a batch each in which some points are missing, more of some samples than of others."""
    from test_landmark_task import FOCUS, MODEL, PATCHES, landmark_data

    from craniomark.flows.training.focus_task import EndToEndTask, FocusChoice, FocusTask, WholeSettings
    from craniomark.flows.training.landmark_task import LandmarkChoice, LandmarkTask
    from craniomark.flows.training.orient_task import OrientChoice, OrientTask
    from craniomark.tasks.landmark.focus.objective import FocusObjectiveSettings
    from craniomark.tasks.landmark.levels.objective import ObjectiveSettings
    from craniomark.tasks.landmark.levels.samples import SampleSettings
    from craniomark.tasks.orient.network import NetworkSettings
    from craniomark.tasks.orient.objective import ObjectiveSettings as OrientObjective
    from craniomark.tasks.orient.samples import SampleSettings as OrientSamples

    torch.manual_seed(1)
    data, weights = landmark_data(), {"a": 3.0, "c": 0.5}
    objective = ObjectiveSettings(
        outer=weights,
        inner=weights,
        specimens={"s0": 2.0},
        rotation=0.5,
        distances=0.3,
        linear_steps=0,
        blend_steps=0,
    )
    samples, own = SampleSettings(batch=4), FocusObjectiveSettings(outer=weights)
    whole = WholeSettings(model=MODEL, samples=samples, objective=objective)
    made = {
        "landmark": LandmarkTask(data, LandmarkChoice(), MODEL, samples, objective),
        "focus": FocusTask(data, FocusChoice(), FOCUS, PATCHES, own),
        "end to end": EndToEndTask(data, FocusChoice(True), FOCUS, PATCHES, own, whole),
        "orient": OrientTask(data, OrientChoice(5, 4), NetworkSettings(), OrientSamples(), OrientObjective()),
        "toy": SharedToy(),
    }  # fmt: skip
    found = {}
    for name, task in made.items():
        batch = task.batch(3, 7)
        for key in {"points", "offsets"} & batch.tensors.keys():
            missing = np.random.default_rng(5).random(batch.tensors[key].shape[:-1])
            share = np.linspace(0, 0.9, batch.rows).reshape(-1, *[1] * (missing.ndim - 1))
            batch.tensors[key][torch.from_numpy(missing < share)] = torch.nan
        found[name] = (task, batch)
    return found


@pytest.fixture(scope="module")
def tried() -> dict[str, tuple[Any, Batch]]:
    return tasks()


def slopes_and_terms(task: Any, batch: Batch, rank: int, ranks: int, weighed: bool) -> tuple[Any, Any]:
    """Gradient and terms that one process brings to the mean over processes."""
    terms = task.losses(batch.part(rank, ranks), 7)
    factors = shares(task, batch, OneOf(rank, ranks), list(terms)) if weighed else torch.ones(len(terms))
    values = torch.stack([term.float() for term in terms.values()]) * factors
    trained = [p for p in task.network.parameters() if p.requires_grad]
    slopes = torch.autograd.grad(values.sum(), trained, allow_unused=True)
    return [
        torch.zeros_like(p) if s is None else s for p, s in zip(trained, slopes, strict=True)
    ], values.detach()


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("name", ["landmark", "focus", "end to end", "orient", "toy"])
def test_mean_over_processes_is_the_whole_batch(
    tried: dict[str, tuple[Any, Batch]], name: str, ranks: int
) -> None:
    task, batch = tried[name]
    slopes, terms = slopes_and_terms(task, batch, 0, 1, weighed=True)

    def farthest(weighed: bool) -> tuple[float, float]:
        parts = [slopes_and_terms(task, batch, rank, ranks, weighed) for rank in range(ranks)]
        means = [torch.stack(one).mean(0) for one in zip(*(part[0] for part in parts), strict=True)]
        off = max(float((a - b).abs().max()) for a, b in zip(slopes, means, strict=True))
        size = max(float(a.abs().max()) for a in slopes)
        told = torch.stack([part[1] for part in parts]).mean(0)
        return off / size, float(((told - terms) / terms).abs().max())

    assert max(farthest(weighed=True)) < 2e-4
    assert min(farthest(weighed=False)) > 5e-3, "parts that count the same would do as well here"


def curve(folder: Path) -> dict[tuple[str, int], float]:
    """The points of the curves of a run."""
    return {(one["name"], one["step"]): one["value"] for one in read_metrics(RunFolder(folder).metrics)}


def test_two_processes_have_the_curve_of_one(nurse: Any, tmp_path: Path) -> None:
    steps = {"steps": 60, "metrics_every": 3, "average_weights": 0.0}
    train(tmp_path / "one", SharedToy(), steps)
    port = str(29500 + (os.getpid() + 4000) % 9000)
    told = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "NODE_RANK": "0"}
    both = steps | {"devices": 2, "strategy": "ddp"}
    pids = [
        nurse.start(tmp_path / "two", both, shared=True, environment=told | {"LOCAL_RANK": str(rank)})
        for rank in range(2)
    ]
    assert [nurse.wait(pid) for pid in pids] == [0, 0]
    one, two = curve(tmp_path / "one"), curve(tmp_path / "two")
    assert one.keys() == two.keys() and len([name for name, _ in one if name == "loss/total"]) == 20
    for key, value in one.items():
        assert two[key] == pytest.approx(value, rel=1e-3, abs=1e-5), key
    assert one["loss/point", 60] < 0.2 * one["loss/point", 3]


def test_a_run_may_go_on_with_other_devices(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    assert (
        train(tmp_path / "run", SharedToy(), {"devices": 1}, stop_file=tmp_path / "stop").status == "stopped"
    )
    folder = RunFolder(tmp_path / "run")
    check_settings(folder, identity_of_toy().config, settings_of(devices=2, nodes=2, strategy="ddp"))
