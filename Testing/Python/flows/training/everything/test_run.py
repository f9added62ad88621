"""Everything from scans to a bundle, on made-up animals and with hardly any training."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from animals_on_disk import animals_folder as animals_folder

from craniomark.flows.bundle import load_bundle
from craniomark.flows.pipeline.landmark_networks import LANDMARK_PART, load_landmark_networks
from craniomark.flows.pipeline.model import load_model
from craniomark.flows.pipeline.networks import ORIENT_PART
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.everything import settings as settings_module
from craniomark.flows.training.everything import train_everything
from craniomark.flows.training.everything.recipes import Recipe
from craniomark.flows.training.everything.stages import STAGES
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume

SHORT = ("loop.steps=2", "loop.warmup_steps=0", "loop.validate_every=2", "loop.tensorboard=false")
SMALL = ("model.unet.filters=[8,16]", "loop.restarts=0", *SHORT)
TINY = Recipe(
    members=2,
    rounds=1,
    orient=("recipe=quick", *SHORT),
    rough=(*SMALL, "model.spacing=2", "landmarks.rough=4", "landmarks.worse=1000"),
    landmark=(*SMALL, "model.spacing=1.2", "landmarks.worse=1000"),
    focus=(*SMALL, "samples.patches=8", "focus.worse=1000"),
)


@pytest.fixture(scope="module")
def tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_module, "read_recipe", lambda _name: TINY)
        yield


@pytest.fixture(scope="module")
def run(
    tiny: None,  # noqa: ARG001 - patches the recipe
    animals_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Callable[..., Path], list[dict[str, Any]]]:
    """What trains into one folder, stopped once on the way, and all events of it."""
    out, heard = tmp_path_factory.mktemp("all") / "out", list[dict[str, Any]]()
    stop = out.parent / "stop"

    def train(*words: str, **ways: Any) -> Path:
        given = [f"data={animals_folder}", f"out={out}", "name=animals", "device=cpu", *words]
        return train_everything(given, ways.pop("listen", heard.append), **ways)

    def stopping(event: dict[str, Any]) -> None:
        heard.append(event)
        if event["job"] == "focus-0" and event["event"] == "progress":
            stop.touch()

    with pytest.raises(Stopped):
        train(listen=stopping, stop_file=stop)
    stop.unlink()
    train(stop_file=stop)
    return train, heard


def stage_lines(heard: list[dict[str, Any]]) -> list[str]:
    return [e["message"] for e in heard if e["event"] == "log" and e["message"].startswith("Stage ")]


@pytest.mark.slow
def test_a_stopped_training_goes_on_with_the_stage_that_it_was_in(
    run: tuple[Callable[..., Path], list[dict[str, Any]]],
) -> None:
    lines = stage_lines(run[1])
    names = list(STAGES)
    before = names.index("focus")
    assert lines[: before + 1] == [
        f"Stage {n} of 7: {name}." for n, name in enumerate(names[: before + 1], 1)
    ]
    assert lines[before + 1 : 2 * before + 1] == [
        f"Stage {n} of 7, {name}: done before." for n, name in enumerate(names[:before], 1)
    ]


@pytest.mark.slow
def test_the_bundle_predicts_with_its_networks(
    run: tuple[Callable[..., Path], list[dict[str, Any]]], animals_folder: Path
) -> None:
    bundle = load_bundle(str(run[0]()))
    assert {ORIENT_PART, LANDMARK_PART} <= set(bundle.manifest.parts)
    model = load_model(bundle, device="cpu")
    assert model.networks is not None
    scan = sorted(animals_folder.glob("*.nii.gz"))[0]
    found = predict(read_volume(scan), model, Options(orient=False), lambda *_: None)
    assert np.isfinite(found.landmarks.points).all()


@pytest.mark.slow
def test_each_specimen_is_unseen_by_one_member_of_each_ensemble(
    run: tuple[Callable[..., Path], list[dict[str, Any]]],
) -> None:
    bundle = load_bundle(str(run[0]()))
    ensembles = load_landmark_networks(bundle)
    assert ensembles is not None
    for specimen in bundle.manifest.training:
        assert ensembles.unseen(specimen.id) is not None
        assert sum(specimen.id in member.left_out for member in ensembles.focus) == 1
    assert ensembles.unseen("another") is None


@pytest.mark.slow
def test_the_same_command_again_does_nothing(
    run: tuple[Callable[..., Path], list[dict[str, Any]]],
) -> None:
    train, heard = run
    del heard[:]
    train()
    assert all("done before" in line for line in stage_lines(heard))
    assert not [event for event in heard if event["event"] == "progress"]


@pytest.mark.slow
def test_other_settings_are_refused(run: tuple[Callable[..., Path], list[dict[str, Any]]]) -> None:
    with pytest.raises(InputError, match="seed"):
        run[0]("seed=5")
