"""A bundle holds averages and no specimen: what is in its files, and how well they give one back.

Two measures are used. The plain one: scans that the bundle was made from are reconstructed no better
than unseen ones, the difference of the means being less than one standard deviation among the unseen.
The average image meets it on five against five scans, where it says little: the unseen happen to be
the more typical. With each scan as its own control (``Testing/Benchmarks/privacy.py``) the average does
show the scans in it better. A mean of N things can't meet it in fine detail, as it holds 1/N of each:
what it leaves unexplained of a thing in it is (N - 1)/(N + 1) of what it leaves of any other. For
patches and mean shape the measure is therefore that a specimen has no more than this share. Where the
plain measure is not met, a test says so.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from skull_bundle import EACH, Skull

from craniomark.engine.example import Example
from craniomark.engine.patchmatch import Stage, gaussian_window
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import ShapeModel, apply, fit_shape_model, similarity_fit
from craniomark.ground.landmarks import read_landmarks
from craniomark.tasks.landmark.appearance import atlas_appearance
from craniomark.tasks.landmark.confidence import EVIDENCE, OF_OPINIONS
from craniomark.tasks.landmark.stages import STAGES

FILES = {
    "appearance.safetensors",
    "calibration.json",
    "shape.npz",
    "template.mrk.json",
    "template.nii.gz",
}
NETWORKS = re.compile(
    r"(landmark-networks|orient|register-affine|register-elastic|segment)\.json"
    r"|(orient|rough|(levels|focus)-\d|register-affine|register-elastic|segment)\.safetensors"
)
CALIBRATION = {
    "weights",
    "typical_mm",
    "review_above_mm",
    "least_score",
    "usual_distance_mm",
    "texture",
    "match",
    "given",
}
MOST_MODES = 3
SHARE = (EACH - 1) / (EACH + 1)


@pytest.fixture(scope="module")
def shipped(repository: Path) -> Bundle:
    return load_bundle(repository / "Resources" / "Models" / "mouse-skull")


@pytest.fixture(scope="module")
def strains(repository: Path) -> Bundle:
    return load_bundle(repository / "Resources" / "Models" / "mouse-strains")


@pytest.mark.parametrize("which", ["skull_bundle", "shipped", "strains"])
def test_files_hold_averages_modes_and_calibration_only(which: str, request: pytest.FixtureRequest) -> None:
    bundle: Bundle = request.getfixturevalue(which)
    count = len(bundle.manifest.labels)
    averages = {name for name in bundle.manifest.files if not NETWORKS.fullmatch(name)}
    assert averages == FILES
    assert {path.name for path in bundle.folder.iterdir()} == {*bundle.manifest.files, "bundle.json"}
    patches = {name: patch.shape for name, patch in bundle.tensors("appearance.safetensors").items()}
    assert patches == {stage.name: (count, 1, stage.size, stage.size, stage.size) for stage in STAGES}
    shape = bundle.shape()
    assert set(shape) == {"mean", "modes", "variances", "residual_sd"}, "no scores of specimens"
    assert len(shape["modes"]) == len(shape["variances"]) <= MOST_MODES
    assert bundle.template().array.ndim == 3
    assert len(bundle.landmarks()) == count
    for model in bundle.calibration().values():
        assert set(model) <= CALIBRATION
        assert lists_in(model) <= {2, len(EVIDENCE), len(EVIDENCE + OF_OPINIONS), count}
    assert len(json.dumps(bundle.calibration())) < 400 * count


def lists_in(values: Any) -> set[int]:
    """Lengths of all lists, at any depth."""
    inner = values.values() if isinstance(values, dict) else values if isinstance(values, list) else ()
    own = {len(values)} if isinstance(values, list) else set()
    return own.union(*(lists_in(value) for value in inner))


def test_the_shipped_bundles_are_small(shipped: Bundle, strains: Bundle) -> None:
    assert shipped.manifest.total_bytes + strains.manifest.total_bytes < 25e6
    assert strains.manifest.total_bytes < 7.5e6


@pytest.fixture(scope="module")
def seen(seen_skulls: list[Skull], skull_model: Model) -> list[Example]:
    return [placed(skull, skull_model) for skull in seen_skulls]


@pytest.fixture(scope="module")
def unseen(unseen_skulls: list[Skull], skull_model: Model) -> list[Example]:
    return [placed(skull, skull_model) for skull in unseen_skulls]


def placed(skull: Skull, model: Model) -> Example:
    """The scan brought to the template by its true landmarks."""
    pose = similarity_fit(skull.truth.points, model.shape.mean)
    return Example(working_image(skull.volume).moved(pose), apply(pose, skull.truth.points))


def gap_in_spreads(seen: np.ndarray, unseen: np.ndarray) -> float:
    """How much better the seen are, in standard deviations among the unseen."""
    return float((np.mean(seen) - np.mean(unseen)) / np.std(unseen, ddof=1))


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (a.norm() * b.norm()))


def test_the_average_image_shows_seen_scans_no_better_than_unseen_ones(
    skull_model: Model, seen: list[Example], unseen: list[Example]
) -> None:
    template = skull_model.target.image
    blur = float(template.spacing[0]) / 2

    def likeness(example: Example) -> float:
        image = example.image.smoothed(blur).on_grid(template.shape, template.matrix)
        return correlation(image.voxels, template.voxels)

    assert gap_in_spreads([likeness(e) for e in seen], [likeness(e) for e in unseen]) < 1


Patches = dict[str, tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def likeness(skull_bundle: Bundle, seen: list[Example], unseen: list[Example]) -> Patches:
    """By stage, correlation of the stored patches with those of each specimen: (specimens, landmarks)."""
    stored = skull_bundle.tensors("appearance.safetensors")
    theirs = [atlas_appearance(examples, STAGES).templates for examples in (seen, unseen)]
    return {
        stage.name: tuple(  # type: ignore[misc]
            alike(torch.from_numpy(stored[stage.name]).float(), patches[stage.name], stage)
            for patches in theirs
        )
        for stage in STAGES
    }


def alike(stored: torch.Tensor, patches: torch.Tensor, stage: Stage) -> np.ndarray:
    """Windowed correlation after the best fit of brightness, shape (specimens, landmarks)."""
    window = gaussian_window(stage.size, stage.spacing, max(stage.sigmas))
    axes = (-3, -2, -1)
    a = stored - (window * stored).sum(axes, keepdim=True)
    b = patches - (window * patches).sum(axes, keepdim=True)
    product = (window * a * b).sum(axes)
    return (product / ((window * a * a).sum(axes) * (window * b * b).sum(axes)).sqrt()).T.numpy()


def unexplained(likeness: np.ndarray) -> float:
    return float((1 - likeness**2).mean())


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_mean_patches_hold_no_more_of_a_specimen_than_its_share(likeness: Patches, stage: str) -> None:
    seen, unseen = likeness[stage]
    assert unexplained(seen) / unexplained(unseen) > SHARE - 0.05
    assert unexplained(seen) > 0.04, "none is given back"


def test_the_measure_would_notice_stored_specimens(seen: list[Example], unseen: list[Example]) -> None:
    stage = STAGES[-1]
    atlases = atlas_appearance(seen, [stage]).templates[stage.name]
    others = atlas_appearance(unseen[:2], [stage]).templates[stage.name]

    def best(patches: torch.Tensor) -> np.ndarray:
        each = [alike(atlases[:, n : n + 1], patches, stage) for n in range(EACH)]
        return np.max(each, axis=0)

    assert unexplained(best(atlases)) / unexplained(best(others)) < 0.01


NOT_MET = pytest.mark.xfail(raises=AssertionError, reason="a mean of five holds a fifth of each in it")


@pytest.mark.parametrize(
    "stage", ["rough", pytest.param("coarse", marks=NOT_MET), pytest.param("fine", marks=NOT_MET)]
)
def test_mean_patches_show_seen_scans_no_better_than_unseen_ones(likeness: Patches, stage: str) -> None:
    seen, unseen = likeness[stage]
    assert gap_in_spreads(seen.mean(1), unseen.mean(1)) < 1


@pytest.fixture(scope="module")
def trained_on(
    shipped: Bundle, ct_paths: list[Path], seen_skulls: list[Skull], unseen_skulls: list[Skull]
) -> np.ndarray:
    """Landmarks of the scans that the shipped bundle was made from, in its frame."""
    known = {file_sha256(path) for path in ct_paths}
    if known != {specimen.sha256 for specimen in shipped.manifest.training}:
        pytest.skip("the shipped bundle was made from other scans")
    mean = shipped.landmarks()
    truths = [skull.truth.ordered(mean.labels).points for skull in [*seen_skulls, *unseen_skulls]]
    return np.array([apply(similarity_fit(points, mean.points), points) for points in truths])


def left(shape: ShapeModel, points: np.ndarray, modes: bool) -> float:
    """Mean squared distance, mm^2, of a shape from the nearest that the model can give."""
    fitted = apply(similarity_fit(points, shape.mean), points)
    nearest = shape.project(fitted, limit_sd=np.inf) if modes else shape.mean
    return float(((fitted - nearest) ** 2).sum(1).mean())


@pytest.fixture(scope="module")
def reconstruct(shipped: Bundle, trained_on: np.ndarray) -> Callable[[bool], tuple[np.ndarray, np.ndarray]]:
    """What the shipped shape leaves of each scan in it, and what one made without it would leave."""
    stored = ShapeModel.from_arrays(shipped.shape())

    def run(modes: bool) -> tuple[np.ndarray, np.ndarray]:
        left_out = [np.delete(trained_on, n, 0) for n in range(len(trained_on))]
        others = [fit_shape_model(shapes, len(stored.modes)) for shapes in left_out]
        seen = [left(stored, points, modes) for points in trained_on]
        unseen = [left(other, points, modes) for other, points in zip(others, trained_on, strict=True)]
        return np.array(seen), np.array(unseen)

    return run


def test_the_shipped_mean_shape_holds_no_more_of_a_specimen_than_its_share(
    reconstruct: Callable[[bool], tuple[np.ndarray, np.ndarray]],
) -> None:
    seen, unseen = reconstruct(False)
    count = len(seen)
    # Left out, the mean is of count - 1: it leaves count / (count - 1), the full mean (count - 1) / count.
    assert seen.mean() / unseen.mean() > ((count - 1) / count) ** 2 - 0.05


@pytest.mark.parametrize("which", ["shipped", "strains"])
def test_the_shipped_bundle_holds_no_modes(which: str, request: pytest.FixtureRequest) -> None:
    bundle: Bundle = request.getfixturevalue(which)
    assert len(bundle.shape()["modes"]) == 0
    assert not any(name.endswith(".modes") for name in bundle.tensors("appearance.safetensors"))


def test_the_mean_shape_of_the_strains_gives_none_back(strains: Bundle, mouse_mesh_folder: Path) -> None:
    """A mean of fifty holds a fiftieth of each: no strain is nearer to it than strains are to one another."""
    mean = strains.landmarks()
    assert len(strains.manifest.training) == 50
    truths = [read_landmarks(path).ordered(mean.labels) for path in mouse_mesh_folder.glob("*.mrk.json")]
    shapes = np.array([apply(similarity_fit(t.points, mean.points), t.points) for t in truths])
    to_mean = np.linalg.norm(shapes - mean.points, axis=(1, 2))
    apart = np.linalg.norm(shapes[:, None] - shapes[None], axis=(2, 3)) + 1e9 * np.eye(len(shapes))
    assert to_mean.min() > 0.5 * apart.min(1).mean()
    left_out = [fit_shape_model(np.delete(shapes, n, 0), 0) for n in range(len(shapes))]
    unseen = np.array([left(model, points, False) for model, points in zip(left_out, shapes, strict=True)])
    seen = np.array([left(ShapeModel.from_arrays(strains.shape()), points, False) for points in shapes])
    assert seen.mean() / unseen.mean() > (49 / 50) ** 2 - 0.05


@pytest.mark.xfail(raises=AssertionError, reason="a mean of ten holds a tenth of each in it")
def test_the_shipped_shape_gives_a_specimen_back_no_better_than_an_unseen_one(
    reconstruct: Callable[[bool], tuple[np.ndarray, np.ndarray]],
) -> None:
    seen, unseen = (np.sqrt(values) for values in reconstruct(True))
    assert gap_in_spreads(-seen, -unseen) < 1
