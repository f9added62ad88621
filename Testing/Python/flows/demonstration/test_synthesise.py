"""A synthetic specimen: its truth fits its image, whatever was done to it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.demonstration.synthesise import synthesise
from craniomark.ground.geometry import apply, scale_of, similarity_fit


@pytest.fixture
def bundle(make_bundle: Callable[..., Path]) -> Bundle:
    """Return the phantom's bundle."""
    return load_bundle(make_bundle())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_bright_blobs_lie_at_the_true_landmarks(bundle: Bundle, seed: int) -> None:
    made = synthesise(bundle, seed)
    labels, points = made.truth.labels, made.truth.points
    assert labels == bundle.manifest.labels
    index = made.volume.to_index(points)
    at_truth = map_coordinates(made.volume.array, index.T, order=1)
    template, mean = bundle.template(), bundle.landmarks().points
    at_mean = map_coordinates(template.array, template.to_index(mean).T, order=1)
    assert np.corrcoef(at_truth, at_mean)[0, 1] > 0.9
    rng = np.random.default_rng(0)
    for _ in range(5):
        away = points + 3 * (lambda v: v / np.linalg.norm(v, axis=1, keepdims=True))(
            rng.normal(size=points.shape)
        )
        beside = map_coordinates(made.volume.array, made.volume.to_index(away).T, order=1)
        assert np.median(beside) < 0.7 * np.median(at_truth)


def test_landmarks_are_recovered_as_centres_of_their_blobs(bundle: Bundle) -> None:
    """The loneliest blob is found where the truth says, to a fraction of a voxel."""
    made = synthesise(bundle, 4)
    points = made.truth.points
    between = np.linalg.norm(points[:, None] - points[None], axis=2) + 99 * np.eye(len(points))
    lonely = int(np.argmax(between.min(axis=1)))
    grid = made.volume.to_lps(np.argwhere(np.ones(made.volume.shape, dtype=bool)))
    near = np.linalg.norm(grid - points[lonely], axis=1) < 1.3
    weight = np.clip(made.volume.array.ravel()[near] - np.median(made.volume.array), 0, None) ** 2
    centre = (weight[:, None] * grid[near]).sum(axis=0) / weight.sum()
    assert np.linalg.norm(centre - points[lonely]) < 0.3


def test_it_is_deformed_turned_and_scaled(bundle: Bundle) -> None:
    made = synthesise(bundle, 1)
    mean = bundle.landmarks().points
    fit = similarity_fit(mean, made.truth.points)
    left = np.linalg.norm(apply(fit, mean) - made.truth.points, axis=1)
    assert 0.05 < left.mean() < 1.0
    assert abs(scale_of(made.template_to_specimen) - 1) < 0.09
    assert not np.allclose(made.volume.spacing, bundle.template().spacing)


def test_the_same_seed_gives_the_same_specimen(bundle: Bundle) -> None:
    first, again, other = synthesise(bundle, 3), synthesise(bundle, 3), synthesise(bundle, 4)
    np.testing.assert_array_equal(first.volume.array, again.volume.array)
    np.testing.assert_array_equal(first.truth.points, again.truth.points)
    assert not np.allclose(first.truth.points, other.truth.points)


def test_it_calls_itself_synthetic(bundle: Bundle) -> None:
    assert "Synthetic" in synthesise(bundle, 0).truth.notes[0]


def test_shape_modes_are_used(
    make_bundle: Callable[..., Path],
    tmp_path: Path,
    parts: dict[str, Callable[[Path], None]],
    manifest: object,
) -> None:
    from craniomark.flows.bundle import Manifest, write_bundle

    assert isinstance(manifest, Manifest)
    mean = load_bundle(make_bundle()).landmarks().points
    mode = np.zeros((1, *mean.shape))
    mode[0, 0, 2] = 1.0

    def shape(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, mean=mean, modes=mode, variances=[25.0], residual_sd=np.zeros(len(mean)))

    strong = load_bundle(write_bundle(tmp_path / "strong", manifest, parts | {"shape.npz": shape}))
    weak = load_bundle(make_bundle())
    moved = []
    for bundle in (strong, weak):
        made = synthesise(bundle, 1)
        back = apply(np.linalg.inv(made.template_to_specimen), made.truth.points)
        moved.append(np.linalg.norm(back - mean, axis=1))
    assert moved[0][0] > moved[1][0] + 0.5
