"""Training of bone masks through the training system: data, resumption, figures, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.flows.added_networks import add_network
from craniomark.flows.bundle import Manifest, load_bundle, write_bundle
from craniomark.flows.segmentation.model import load_segment_network, trained_network
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.job import data_of, run_job
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.segment_task import ENTRY, SegmentTask
from craniomark.flows.training.task import Renewable, Task
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, write_volume

SMALL = [
    "model.filters=[8,8]", "model.dilations=[1]", "samples.patch=16", "samples.margin=2", "samples.batch=2",
    "target.trials=3", "loop.steps=2", "loop.tensorboard=false", "loop.device=cpu", "loop.warmup_steps=0",
]  # fmt: skip


def write_scans(folder: Path, count: int = 3, masks: bool = False) -> Path:
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        array = rng.normal(20, 4, (40, 36, 44))
        array[8:20, 9 + number : 30, 5:36] += 150
        matrix = np.diag([0.1, 0.12, 0.08, 1.0])
        write_volume(Volume(array.astype(np.int16), matrix), folder / "images" / f"s{number}.nii.gz")
        if masks:
            drawn = Volume((array > 60).astype(np.uint8) * 3, matrix)
            write_volume(drawn, folder / "masks" / f"seg_s{number}.nii.gz")
    return folder


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scans(tmp_path_factory.mktemp("scans"), masks=True)


def words(data: Path, out: Path, *more: str) -> list[str]:
    return [f"data={data}", f"out={out}", "fold=0", "folds=3", *SMALL, *more]


def test_a_run_learns_from_given_masks_and_goes_on_where_it_was(scans: Path, tmp_path: Path) -> None:
    entry = task_entry("segment")
    config = compose(entry, words(scans, tmp_path / "run"))
    outcome = run_job(entry, config)
    assert outcome.status == "done" and list(outcome.figures) == ["changed", "clean"]
    assert run_job(entry, config).status == "done"
    recorded = json.loads((tmp_path / "run" / "identity.json").read_text(encoding="utf-8"))
    assert len(recorded["data"]) == 6 and "masks/seg_s2.nii.gz" in recorded["data"]
    network = trained_network(tmp_path / "run")
    assert float(network.voxel) == pytest.approx(np.cbrt(0.1 * 0.12 * 0.08), rel=1e-5)
    assert bool((network.usual != 0).all()) and not network.training


def test_a_task_gives_batches_losses_figures_and_pictures(scans: Path, tmp_path: Path) -> None:
    config = compose(ENTRY, words(scans, tmp_path / "run", "model.norm=batch"))
    data = data_of(ENTRY, config.settings, tmp_path / "cache")
    assert [one.id for one in data.validation] == ["s0"] and data.held_out
    one: Task = ENTRY.build(config.settings, data)
    assert isinstance(one, SegmentTask) and isinstance(one, Renewable)
    batch = one.batch(1, 2)
    assert set(batch.names) <= {"s1", "s2"}
    assert torch.equal(batch.tensors["images"], one.batch(1, 2).tensors["images"])
    losses = one.losses(batch, 0)
    sum(losses.values()).backward()  # type: ignore[union-attr]
    assert all(bool(loss.isfinite()) for loss in losses.values())
    one.network.eval()
    assert one.validate()["clean"] < 0.05 and one.pictures()["masks"].shape[-1] == 3
    before = [weight.clone() for weight in one.network.parameters()]
    one.renew(9)
    assert not all(torch.equal(a, b) for a, b in zip(before, one.network.parameters(), strict=True))


def test_thresholds_of_clean_scans_are_learnt_where_that_is_asked(scans: Path, tmp_path: Path) -> None:
    def mask(*more: str) -> np.ndarray:
        config = compose(ENTRY, words(scans, tmp_path / "run", *more))
        found: np.ndarray = data_of(ENTRY, config.settings, tmp_path / "cache").training[0].mask
        return found

    assert (mask() != mask("target.masks=threshold")).mean() < 0.001


def test_folders_without_masks_are_told_how_to_go_on(tmp_path: Path) -> None:
    data = write_scans(tmp_path / "bare")
    config = compose(ENTRY, words(data, tmp_path / "run"))
    with pytest.raises(InputError, match=r"none beside 3 scans: put seg_s0.nii.gz .* target.masks=threshold"):
        data_of(ENTRY, config.settings, tmp_path / "cache")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("shape", "has 5 x 5 x 5 voxels"),
        ("place", "lies elsewhere"),
        ("values", "holds no labels"),
        ("empty", "same everywhere"),
    ],
)
def test_masks_that_do_not_match_their_scan(change: str, told: str, tmp_path: Path) -> None:
    data = write_scans(tmp_path / "scans", masks=True)
    path = data / "masks" / "seg_s1.nii.gz"
    matrix = np.diag([0.1, 0.12, 0.08, 1.0])
    array = np.random.default_rng(0).integers(0, 2, (40, 36, 44)).astype(np.uint8)
    if change == "shape":
        array = array[:5, :5, :5]
    elif change == "place":
        matrix[0, 3] = 2
    elif change == "values":
        array = np.random.default_rng(0).random((40, 36, 44)).astype(np.float32)
    else:
        array[:] = 0
    write_volume(Volume(array, matrix), path)
    config = compose(ENTRY, words(data, tmp_path / "run"))
    with pytest.raises(InputError, match=told) as raised:
        data_of(ENTRY, config.settings, tmp_path / "cache")
    assert raised.value.file == str(path)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("samples.patch=10", "patch"), ("model.heads=mask", "heads"), ("objective.loss=huber", "loss"),
        ("target.masks=some", "masks"), ("samples.recipe.defects.missing=2", "missing"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_one_another(word: str, told: str, scans: Path, tmp_path: Path) -> None:
    from craniomark.flows.training.job import built

    with pytest.raises(InputError, match=told):
        config = compose(ENTRY, words(scans, tmp_path / "run", word))
        built(ENTRY, config, data_of(ENTRY, config.settings, tmp_path / "cache"))


def test_scans_of_a_few_voxels_are_refused(tmp_path: Path) -> None:
    data = write_scans(tmp_path / "scans", masks=False)
    tiny = Volume(np.arange(6 * 40 * 40, dtype=np.int16).reshape(6, 40, 40), np.diag([0.1, 0.1, 0.1, 1]))
    write_volume(tiny, data / "images" / "s1.nii.gz")
    config = compose(ENTRY, words(data, tmp_path / "run", "target.masks=threshold"))
    with pytest.raises(InputError, match="at least 8 a side"):
        data_of(ENTRY, config.settings, tmp_path / "cache")


def test_a_trained_network_goes_into_a_bundle(
    scans: Path, tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> None:
    entry = task_entry("segment")
    run_job(entry, compose(entry, words(scans, tmp_path / "run")))
    old = write_bundle(tmp_path / "old", manifest, parts)
    for _ in range(2):  # a second time in place of the first
        made = add_network(tmp_path / "run", str(old), tmp_path / "new", "2.0.0", "craniomark train segment")
        old = made
    bundle = load_bundle(made)
    assert bundle.manifest.parts.count("segment") == 1 and bundle.manifest.version == "2.0.0"
    network = load_segment_network(bundle)
    assert network is not None and network.usual_spectrum == pytest.approx(
        trained_network(tmp_path / "run").usual_spectrum, rel=0.02
    )
