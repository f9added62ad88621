"""Elastic methods on two real CTs, beside the linear map that they begin with."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.engine.diffeo.blocks import Blocks
from craniomark.engine.diffeo.climb import Level
from craniomark.engine.diffeo.register import Recipe
from craniomark.engine.maps import IDENTITY, inverted
from craniomark.flows.registration.atlases import Carried, carried_by_atlases, landmarks_by_atlases
from craniomark.flows.registration.elastic import elastic
from craniomark.flows.registration.methods import Options
from craniomark.flows.registration.pair import Pair, prepared
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import read_volume
from craniomark.tasks.regnet.hybrid.hyreg import HybridSettings, Start, hybrid
from craniomark.tasks.regnet.hybrid.verdict import off_range, range_of

IDS = "152_10", "152_16", "152_20"
QUICK = HybridSettings(Recipe((Level(0.4, 1.6, 15, 0.05), Level(0.25, 0.8, 8, 0.03)), blocks=Blocks(1.0)))


@pytest.fixture(scope="module")
def pairs(mouse_ct_folder: Path) -> list[Pair]:
    volumes = [read_volume(mouse_ct_folder / f"{name}.nii.gz") for name in IDS]
    images = [prepared(volume, "") for volume in volumes]
    return [Pair(images[0], images[n], volumes[0], volumes[n]) for n in (1, 2)]


@pytest.fixture(scope="module")
def truths(mouse_ct_folder: Path) -> list[LandmarkSet]:
    known = {one.id: one for one in find_specimens([mouse_ct_folder])}
    first = read_truth(known[IDS[0]])
    return [first, *(read_truth(known[name]).ordered(first.labels) for name in IDS[1:])]


@pytest.fixture(scope="module")
def carried(pairs: list[Pair], truths: list[LandmarkSet]) -> Carried:
    return carried_by_atlases(pairs, truths[1:], QUICK)


def error(points: np.ndarray, truth: LandmarkSet) -> float:
    return float(np.nanmean(np.linalg.norm(points - truth.points, axis=-1)))


def test_landmarks_of_atlases_come_nearer_than_they_lie(carried: Carried, truths: list[LandmarkSet]) -> None:
    for points, atlas in zip(carried.points, truths[1:], strict=True):
        assert error(points, truths[0]) < 0.93 * error(atlas.points, truths[0])


def test_the_median_is_better_than_the_mean_atlas(carried: Carried, truths: list[LandmarkSet]) -> None:
    single = np.mean([error(points, truths[0]) for points in carried.points])
    assert error(carried.landmarks.points, truths[0]) < single
    assert carried.spread_mm.shape == (len(carried.labels),)


def test_the_report_tells_what_was_won(carried: Carried) -> None:
    report = carried.results[0].report
    assert report.after > report.before + 0.02
    assert report.folding_percent == 0
    assert report.inverse_mm < 0.02
    assert report.steps == 23 and report.ended in ("last step", "converged")
    assert not off_range(report)


def test_maps_and_inverses_are_those_of_one_another(carried: Carried) -> None:
    result = carried.results[0]
    points = torch.as_tensor(carried.points[0], dtype=torch.float32)
    torch.testing.assert_close(result.inverse(result.map(points)), points, atol=0.05, rtol=0)
    torch.testing.assert_close(inverted(result.map)(points), result.inverse(points))


def test_a_time_limit_ends_the_optimisation(pairs: list[Pair]) -> None:
    times = iter(range(0, 1000, 50))
    settings = HybridSettings(QUICK.recipe, limit_s=60)
    pair = pairs[0]
    done = hybrid(pair.fixed, [pair.moving], [Start(IDENTITY)], settings, clock=lambda: float(next(times)))
    assert done[0].report.ended == "time limit" and done[0].report.steps < 5


def test_no_steps_keep_the_start(pairs: list[Pair]) -> None:
    pair = pairs[0]
    done = hybrid(pair.fixed, [pair.moving], [Start(IDENTITY)], QUICK.with_steps(0))
    assert float(done[0].flow.vectors.abs().max()) == 0
    assert done[0].report.before == pytest.approx(done[0].report.after)


def test_something_else_is_told_to_be_off_what_is_known(pairs: list[Pair]) -> None:
    pair = pairs[0]
    rng = torch.Generator().manual_seed(0)
    shuffled = pair.moving.voxels.flatten()[torch.randperm(pair.moving.voxels.numel(), generator=rng)]
    noise = type(pair.moving)(shuffled.view(pair.moving.voxels.shape), pair.moving.matrix)
    done = hybrid(pair.fixed, [noise], [Start(IDENTITY)], QUICK)
    assert any("same kind of thing" in sentence for sentence in off_range(done[0].report))


def test_a_network_that_is_not_there_is_told(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("craniomark.flows.registration.elastic.elastic_network", lambda _: None)
    with pytest.raises(InputError, match="model=elastic_diff"):
        elastic(pairs[0], Options(), lambda *_: None)


def test_known_ranges_are_widened() -> None:
    span = range_of([1.0, 3.0])
    assert (span.low, span.high) == (-1.0, 5.0)


def test_a_folder_of_atlases_gives_landmarks_and_a_report(
    mouse_ct_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truths: list[LandmarkSet]
) -> None:
    monkeypatch.setattr("craniomark.flows.registration.atlases.carried_by_atlases", quickly)
    atlases = tmp_path / "atlases"
    atlases.mkdir()
    for name in (f"{IDS[1]}.nii.gz", f"{IDS[1]}-LM.nii.gz"):
        (atlases / name).symlink_to(mouse_ct_folder / name)
    (tmp_path / "out").mkdir()
    scan = mouse_ct_folder / f"{IDS[0]}.nii.gz"
    landmarks_by_atlases(scan, atlases, tmp_path / "out", "cpu", lambda *_: None)
    read = read_landmarks(tmp_path / "out" / "landmarks.mrk.json").ordered(truths[0].labels)
    assert error(read.points, truths[0]) < error(truths[1].points, truths[0])
    assert IDS[1] in json.loads((tmp_path / "out" / "report.json").read_text())["atlases"]


def test_a_folder_without_landmarked_scans_is_refused(mouse_ct_folder: Path, tmp_path: Path) -> None:
    scan = mouse_ct_folder / f"{IDS[0]}.nii.gz"
    (tmp_path / scan.name).symlink_to(scan)
    with pytest.raises(InputError, match="put landmarks beside the scans"):
        landmarks_by_atlases(scan, tmp_path, tmp_path, "cpu", lambda *_: None)


def quickly(pairs: list[Pair], truths: list[LandmarkSet]) -> Carried:
    return carried_by_atlases(pairs, truths, QUICK)
