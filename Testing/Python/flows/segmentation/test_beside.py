"""Bone masks beside the results of a cohort: one for each scan, made anew where they are gone."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))

from fake_predictor import FakePredictor
from threshold_run import shell, write_run

from craniomark.flows.pipeline.cohort import Crew, process_cohort
from craniomark.flows.pipeline.outputs import NO_MASK, mask_path
from craniomark.flows.pipeline.record import ModelIdentity, read_record
from craniomark.flows.pipeline.request import Request
from craniomark.flows.segmentation.beside import network_beside
from craniomark.flows.segmentation.run import Options, segment
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import write_surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.specimens import find_specimens
from craniomark.ground.volumes import Volume, read_volume, write_volume


class OneModel(FakePredictor):
    """Answers as the same model whatever is named: the name is that of the mask's network here."""

    def identity(self, name: str | None) -> ModelIdentity | None:  # noqa: ARG002
        return ModelIdentity("fake", self.version)


class Heard:
    """What was begun and how it ended."""

    def __init__(self) -> None:
        self.endings: dict[str, str] = {}

    def started(self, specimen: str) -> None: ...
    def step(self, specimen: str, name: str, fraction: float) -> None: ...
    def failed(self, specimen: str, trace: str) -> None: ...

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:  # noqa: ARG002
        self.endings[specimen] = outcome


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        write_volume(shell(), tmp_path / "scans" / f"{name}.nii.gz")
    return tmp_path / "scans"


@pytest.fixture
def model(tmp_path: Path) -> str:
    network_beside.cache_clear()
    return str(write_run(tmp_path / "run", shell()))


def run(scans: Path, out: Path, model: str, mask: bool = True, resume: bool = False) -> Heard:
    heard = Heard()
    request = Request(out, model=model, mask=mask, resume=resume)
    process_cohort(find_specimens([scans]), request, OneModel, Crew(), heard, None)
    return heard


def test_each_scan_has_the_mask_that_segment_writes(scans: Path, model: str, tmp_path: Path) -> None:
    run(scans, tmp_path / "out", model)
    segment(scans / "a.nii.gz", tmp_path / "alone.nii.gz", Options(model))
    alone = read_volume(tmp_path / "alone.nii.gz")
    for name in ("a", "b"):
        made = read_volume(mask_path(tmp_path / "out", name))
        assert np.array_equal(made.array, alone.array) and np.allclose(made.matrix, alone.matrix)
    assert read_record(tmp_path / "out" / "a.json").options["mask"] is True


def test_none_is_written_unless_it_is_asked_for(scans: Path, model: str, tmp_path: Path) -> None:
    run(scans, tmp_path / "out", model, mask=False)
    assert not mask_path(tmp_path / "out", "a").exists()
    assert "mask" not in read_record(tmp_path / "out" / "a.json").options


def test_a_mask_that_is_gone_is_made_again(scans: Path, model: str, tmp_path: Path) -> None:
    run(scans, tmp_path / "out", model)
    mask_path(tmp_path / "out", "a").unlink()
    heard = run(scans, tmp_path / "out", model, resume=True)
    assert mask_path(tmp_path / "out", "a").exists()
    assert heard.endings == {"a": "done", "b": "kept"}


def test_a_surface_has_none_and_says_so(model: str, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    write_surface(isosurface(shell(), 470.0, closed=True), tmp_path / "scans" / "face.ply")
    run(tmp_path / "scans", tmp_path / "out", model)
    assert not mask_path(tmp_path / "out", "face").exists()
    assert NO_MASK in read_record(tmp_path / "out" / "face.json").notes
    again = run(tmp_path / "scans", tmp_path / "out", model, resume=True)
    assert again.endings == {"face": "kept"}


def test_a_scan_without_bone_is_refused_and_its_old_mask_goes(
    scans: Path, model: str, tmp_path: Path
) -> None:
    run(scans, tmp_path / "out", model)
    flat = Volume(np.full(shell().shape, 7, np.int16), shell().matrix)
    write_volume(flat, scans / "a.nii.gz")
    assert run(scans, tmp_path / "out", model).endings["a"] == "refused"
    assert not mask_path(tmp_path / "out", "a").exists() and mask_path(tmp_path / "out", "b").exists()


def test_without_a_network_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    network_beside.cache_clear()
    monkeypatch.setattr("craniomark.flows.segmentation.model.find_bundles", lambda: [])
    with pytest.raises(InputError, match="craniomark segment"):
        network_beside(None, "cpu")
