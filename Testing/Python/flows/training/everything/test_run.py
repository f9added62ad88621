"""Everything from scans to a bundle, on made-up animals and with hardly any training."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_everything
from animals_on_disk import animals_folder as animals_folder
from tiny_everything import MOMENTS, patch_recipe, words_of

from craniomark.flows.bundle import load_bundle
from craniomark.flows.pipeline.landmark_networks import LANDMARK_PART, load_landmark_networks
from craniomark.flows.pipeline.model import load_model
from craniomark.flows.pipeline.networks import ORIENT_PART
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.everything import train_everything
from craniomark.flows.training.everything.stages import STAGES
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume


@pytest.fixture(scope="module")
def tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch_recipe(patch.setattr)
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
        return train_everything(
            [*words_of(animals_folder, out), *words], ways.pop("listen", heard.append), **ways
        )

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


def content_of(bundle: Path) -> dict[str, Any]:
    """What a bundle says of itself, with the checksums of all its files, but for the minutes that it took."""
    told: dict[str, Any] = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    assert {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()} == {
        *told["files"], "bundle.json",
    }  # fmt: skip
    return told | {"minutes": None}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_in_every_stage_the_same_command_ends_with_the_same_bundle(
    run: tuple[Callable[..., Path], list[dict[str, Any]]], animals_folder: Path, tmp_path: Path
) -> None:
    """In the middle of each, and where its work is done and nothing says so yet."""
    nurse = subprocess.Popen(
        [sys.executable, tiny_everything.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        encoding="utf-8", env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert nurse.stdin and nurse.stdout
    with nurse:
        for moment in (*MOMENTS, ""):
            nurse.stdin.write(json.dumps([str(animals_folder), str(tmp_path / "out"), moment]) + "\n")
            nurse.stdin.flush()
            code = int(nurse.stdout.readline())
            assert code == (-signal.SIGKILL if moment else 0), moment or "the end"
        nurse.stdin.close()
    assert content_of(tmp_path / "out" / "bundle" / "animals") == content_of(run[0]())
    left = [path for path in (tmp_path / "out").rglob(".part-*") if "cache" not in path.parts]
    assert not left
