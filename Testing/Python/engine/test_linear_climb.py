"""Climbing within families, and choosing among starts, on an object known everywhere."""

import numpy as np
import pytest
import torch
from synthetic import asymmetric, grid, image_of, similarity, small_turn

from craniomark.engine.families import FAMILIES, FAMILY_NAMES, stepped
from craniomark.engine.image import Image
from craniomark.engine.linear_climb import climb_linear
from craniomark.engine.linear_register import LinearTarget, chosen_start, near_bone, refined
from craniomark.engine.local_contrast import locally_normalised
from craniomark.engine.optimise import Poses, TemplatePoints

BLOBS = asymmetric([5, 4, 3], 30, 0.7)


def object_at(pose: np.ndarray | None = None) -> Image:
    return image_of(BLOBS, *grid(8.0, 0.25), pose)


@pytest.fixture(scope="module")
def target() -> LinearTarget:
    return LinearTarget.of(object_at())


def pose_of(family: str) -> np.ndarray:
    """A small map of a family."""
    pose = similarity(small_turn(8, np.random.default_rng(4)), 1.0, [0.3, -0.2, 0.25])
    if family == "affine":
        pose[:3, :3] = pose[:3, :3] @ [[1.05, 0.04, -0.03], [0, 0.96, 0.03], [0, 0, 1.03]]
    sizes = {"rigid": 1.0, "similarity": 1.06, "scales": np.array([1.06, 0.95, 1.03])}.get(family, 1.0)
    pose[:3, :3] = pose[:3, :3] * sizes
    return pose


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_a_map_of_the_family_is_found(family: str, target: LinearTarget) -> None:
    truth = pose_of(family)
    found, score = refined(target, object_at(truth), np.eye(4), family)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, truth, atol=0.03)
    assert score > 0.98
    if family != "rigid":
        assert refined(target, object_at(truth), np.eye(4), "rigid")[1] < score


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_slopes_are_the_differences_that_steps_make(family: str) -> None:
    one, rng = FAMILIES[family], np.random.default_rng(1)  # type: ignore[index]
    linear = torch.from_numpy(pose_of(family)[None, :3, :3])
    offset, x = torch.zeros(1, 3, dtype=torch.float64), torch.from_numpy(rng.normal(size=(20, 3)))
    gradient = torch.from_numpy(rng.normal(size=(1, 20, 3)))
    slopes = one.slopes(x, x @ linear.transpose(1, 2), gradient, linear)[0]
    for number in range(len(one.limits)):
        step = torch.zeros(1, 3 + len(one.limits), dtype=torch.float64)
        step[0, 3 + number] = 1e-6
        moved = x @ (stepped(one, linear, offset, step)[0] - linear)[0].T
        torch.testing.assert_close(
            (gradient[0] * moved).sum(-1) / 1e-6, slopes[:, number], atol=1e-4, rtol=1e-4
        )


def test_the_better_of_two_starts_is_climbed_from(target: LinearTarget) -> None:
    truth = similarity(small_turn(40, np.random.default_rng(2)), 1.0)
    starts = np.stack([np.eye(4), truth])
    found, score = chosen_start(target, object_at(truth), starts, rigid=True)
    np.testing.assert_allclose(found, truth, atol=0.03)
    assert score > 0.95


def test_no_steps_score_alone(target: LinearTarget) -> None:
    truth = pose_of("rigid")
    start, score = refined(target, object_at(truth), np.eye(4), "rigid", steps=0)
    np.testing.assert_allclose(start, np.eye(4), atol=1e-5)
    assert score < refined(target, object_at(truth), truth, "rigid", steps=0)[1]


def test_an_image_far_away_scores_nothing(target: LinearTarget) -> None:
    away = similarity(np.eye(3), 1.0, [100, 0, 0])
    assert refined(target, object_at().moved(away), np.eye(4), "affine")[1] == -1


def test_sizes_beyond_the_limits_are_not_climbed_to() -> None:
    rng = np.random.default_rng(1)
    points = TemplatePoints(torch.from_numpy(rng.normal(size=(400, 3))).float() * 3, torch.rand(400))
    start = Poses(torch.eye(3)[None], torch.zeros(1, 3), torch.zeros(1))
    found = climb_linear(object_at(), points, start, "affine", 30)
    assert 0.7 <= float(torch.linalg.det(found.linear)) ** (1 / 3) <= 1.4


def test_local_contrast_does_not_mind_brightness_that_varies() -> None:
    image = object_at()
    shade = torch.linspace(0.6, 1.6, image.shape[0])[:, None, None]
    shaded = Image(image.voxels * shade, image.matrix)
    one, two = (locally_normalised(i, floor=1e-4).voxels for i in (image, shaded))
    plain = torch.corrcoef(torch.stack([image.voxels.flatten(), shaded.voxels.flatten()]))[0, 1]
    assert torch.corrcoef(torch.stack([one.flatten(), two.flatten()]))[0, 1] > max(plain, 0.995)
    assert (
        float(locally_normalised(Image(torch.full((9, 9, 9), 3.0), np.eye(4)), floor=0.0).voxels.abs().max())
        < 0.1
    )


def test_an_image_without_bone_has_no_points() -> None:
    with pytest.raises(ValueError, match="no bone"):
        near_bone(Image(torch.zeros(20, 20, 20), np.eye(4)), 1.0)
