"""The task of linear registration in the training loop, and its groups of settings."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from synthetic import asymmetric, grid, image_of
from toy_task import identity_of_toy, settings_of

from craniomark.engine.example import Example
from craniomark.flows.template.frame import template_frame
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.register_affine import AffineTask
from craniomark.flows.training.register_task import ENTRY, RegisterChoice
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.run import run_training
from craniomark.flows.training.task import Renewable, Task
from craniomark.ground.checks import InputError
from craniomark.tasks.regnet.affine.network import AffineSettings
from craniomark.tasks.regnet.affine.objective import ObjectiveSettings
from craniomark.tasks.regnet.affine.samples import PairSettings


@pytest.fixture(scope="module")
def data() -> TrainingData:
    points = np.random.default_rng(1).normal(0, 4, (8, 3))
    examples = [
        Example(image_of(asymmetric((9, 6, 5), 30, 1.6, seed), *grid((13, 10, 9), 0.8)), points, f"s{seed}")
        for seed in (3, 4, 5, 6)
    ]
    labels = tuple(str(i) for i in range(8))
    frame = template_frame(np.stack([points] * 4))
    return TrainingData(labels, frame, examples[0].image, tuple(examples[:2]), tuple(examples[2:]))


def task(data: TrainingData, kind: str = "matrix", axes: int = 3) -> AffineTask:
    torch.manual_seed(1)
    model = AffineSettings(
        kind=kind, axes=axes, size=8, spacing=3.5, widths=(8, 12), filters=(8, 16), points=8  # type: ignore[arg-type]
    )  # fmt: skip
    return AffineTask(data, model, PairSettings(batch=4), ObjectiveSettings(), 6, 40.0)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("kind", ["params", "matrix"])
def test_a_task_gives_batches_losses_figures_and_pictures(data: TrainingData, kind: str, axes: int) -> None:
    one: Task = task(data, kind, axes)
    assert isinstance(one, Renewable)
    batch = one.batch(3, 5)
    assert batch.names.count("s3") == batch.names.count("s4") == 2
    assert batch.rows == 4
    losses = one.losses(batch, 5)
    assert set(losses) == {"numbers", "matrix", *(["points"] if kind == "matrix" else [])}
    figures = one.validate()
    assert next(iter(figures)) == "mean_mm"
    assert figures == one.validate()
    (picture,) = one.pictures().values()
    assert picture.dtype == np.uint8
    assert torch.equal(batch.tensors["moving"], one.batch(3, 5).tensors["moving"])
    assert not torch.equal(batch.tensors["moving"], one.batch(3, 6).tensors["moving"])


def test_half_precision_does_not_reach_the_truth(data: TrainingData) -> None:
    one = task(data)
    batch = one.batch(3, 5)
    assert not batch.tensors["maps"].is_floating_point()
    with torch.autocast("cpu", torch.bfloat16):
        losses = one.losses(batch, 5)
    assert all(bool(loss.isfinite()) and loss.dtype == torch.float32 for loss in losses.values())


def test_a_renewed_network_follows_from_its_seed(data: TrainingData) -> None:
    one = task(data)
    states = []
    for _ in range(2):
        one.renew(4)
        states.append({name: t.clone() for name, t in one.network.state_dict().items()})
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_run_trains_and_keeps_its_weights(data: TrainingData, tmp_path: Path) -> None:
    one = task(data)
    before = {name: t.clone() for name, t in one.network.state_dict().items()}
    outcome = run_training(one, settings_of(steps=3), tmp_path / "run", identity_of_toy())
    assert outcome.status == "done"
    assert any(not torch.equal(t, before[name]) for name, t in one.network.state_dict().items())


@pytest.mark.parametrize(
    ("word", "kind", "cascades"), [("affine_params", "params", 2), ("affine_matrix", "matrix", 2)]
)
def test_groups_choose_the_network(word: str, kind: str, cascades: int) -> None:
    config = compose(task_entry("register"), ["data=a", "out=b", f"model={word}", "recipe=quick"]).settings
    assert config.choice.kind == "affine"
    assert (config.affine.kind, config.affine.cascades) == (kind, cascades)
    assert ENTRY.spacing(config) == pytest.approx(config.affine.spacing / 4)


def test_other_families_encodings_and_axes_are_words() -> None:
    words = ["data=a", "out=b", "affine.family=rigid", "affine.encoding=separate", "affine.axes=2"]
    config = compose(task_entry("register"), words).settings
    assert (config.affine.family, config.affine.encoding, config.affine.axes) == ("rigid", "separate", 2)


@pytest.mark.parametrize("word", ["affine.family=projective", "model=afine_params", "choice.trials=0",
                                  "affine.size=25", "pairs.shear=3"])  # fmt: skip
def test_wrong_words_are_refused_in_a_sentence(word: str) -> None:
    with pytest.raises(InputError, match="craniomark train register"):
        compose(task_entry("register"), ["data=a", "out=b", word])


def test_a_choice_that_is_not_allowed_is_named() -> None:
    with pytest.raises(ValueError, match="kind is 'magic'"):
        RegisterChoice("magic")
    with pytest.raises(ValueError, match="degrees is"):
        RegisterChoice(degrees=300)
