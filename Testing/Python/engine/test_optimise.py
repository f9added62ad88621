"""Poses climb to the truth on an object that is known exactly, and keep their limits."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from synthetic import Blobs, asymmetric, grid, image_of, similarity, small_turn, tensor

from craniomark.engine.image import Image
from craniomark.engine.optimise import LEAST_SHARE, Poses, TemplatePoints, refine_poses, scores
from craniomark.ground.geometry.fits import apply, scale_of
from craniomark.ground.geometry.rotations import random_rotations, rotation_angle_degrees

TRUTH = similarity(random_rotations(1, np.random.default_rng(8))[0], 1.04, [3.0, -2.0, 5.0])


@pytest.fixture(scope="module")
def thing() -> Blobs:
    return asymmetric((5, 3.5, 2.5), 18, 0.9)


@pytest.fixture(scope="module")
def template(thing: Blobs) -> TemplatePoints:
    points = np.stack(np.meshgrid(*[np.arange(-h, h + 0.1, 0.7) for h in (6.3, 4.9, 4.2)]), -1).reshape(-1, 3)
    values = thing(points)
    return TemplatePoints(tensor(points[values > 0.05]), tensor(values[values > 0.05]))


@pytest.fixture(scope="module")
def specimen(thing: Blobs) -> Image:
    shape, matrix = grid(8.0, (0.35, 0.5, 0.4), TRUTH[:3, 3])
    return image_of(thing, shape, matrix, TRUTH)


def poses_of(*matrices: np.ndarray) -> Poses:
    stacked = np.array(matrices)
    return Poses(tensor(stacked[:, :3, :3]), tensor(stacked[:, :3, 3]), torch.full((len(stacked),), -1.0))


def starts(count: int, degrees: tuple[float, float] = (8.0, 15.0), scale: float = 0.08) -> list[np.ndarray]:
    """Poses some degrees, one millimetre and up to a share of the size away from the truth."""
    rng = np.random.default_rng(20)
    away = []
    for _ in range(count):
        shift = rng.normal(size=3)
        step = similarity(
            small_turn(rng.uniform(*degrees), rng),
            1 + rng.choice([-scale, scale]),
            shift / np.linalg.norm(shift),
            about=TRUTH[:3, 3],
        )
        away.append(step @ TRUTH)
    return away


def test_poses_come_back_from_15_degrees_1_mm_and_8_percent(
    specimen: Image, template: TemplatePoints
) -> None:
    found = refine_poses(specimen, template, poses_of(*starts(6)), steps=20)
    angles = rotation_angle_degrees(found.linear.numpy() / 1.04, TRUTH[:3, :3] / 1.04)
    np.testing.assert_array_less(angles, 0.3)
    np.testing.assert_allclose(found.offset.numpy(), np.tile(TRUTH[:3, 3], (6, 1)), atol=0.03)
    np.testing.assert_allclose([scale_of(linear) for linear in found.linear.numpy()], 1.04, rtol=5e-3)
    np.testing.assert_array_less(0.99, found.score.numpy())


def test_the_score_never_falls(specimen: Image, template: TemplatePoints) -> None:
    begun = poses_of(*starts(8, (5.0, 90.0)))
    last = scores(specimen, template, begun)
    for steps in range(1, 8):
        score = refine_poses(specimen, template, begun, steps).score
        assert (score >= last - 1e-6).all()
        last = score


def test_the_told_score_is_that_of_the_told_pose(specimen: Image, template: TemplatePoints) -> None:
    found = refine_poses(specimen, template, poses_of(*starts(4)), steps=4)
    torch.testing.assert_close(found.score, scores(specimen, template, found), atol=1e-5, rtol=0)


def test_gain_and_offset_of_the_specimen_do_not_matter(specimen: Image, template: TemplatePoints) -> None:
    begun = poses_of(*starts(2))
    plain = refine_poses(specimen, template, begun, steps=6)
    other = refine_poses(Image(specimen.voxels * 80 + 30, specimen.matrix), template, begun, steps=6)
    torch.testing.assert_close(other.score, plain.score, atol=2e-3, rtol=0)
    torch.testing.assert_close(other.offset, plain.offset, atol=2e-2, rtol=0)


def test_points_out_of_view_do_not_count(thing: Blobs, template: TemplatePoints) -> None:
    shape, matrix = grid((5.5, 8.0, 8.0), 0.4, TRUTH[:3, 3] + [3.0, 0, 0])
    half = image_of(thing, shape, matrix, TRUTH)
    share = half.inside(tensor(apply(TRUTH, template.offsets.numpy()))).float().mean()
    assert 0.5 < share < 0.95
    assert float(scores(half, template, poses_of(TRUTH))[0]) > 0.99
    found = refine_poses(half, template, poses_of(*starts(3)), steps=20)
    np.testing.assert_allclose(found.offset.numpy(), np.tile(TRUTH[:3, 3], (3, 1)), atol=0.05)


def test_a_pose_that_sees_too_little_scores_least(thing: Blobs, template: TemplatePoints) -> None:
    x = apply(TRUTH, template.offsets.numpy())[:, 0]
    for share, seen in ((0.6 * LEAST_SHARE, False), (1.6 * LEAST_SHARE, True)):
        edge = np.quantile(x, share)
        shape, matrix = grid((3.0, 9.0, 9.0), 0.4, [edge - 3.0, *TRUTH[1:3, 3]])
        part = image_of(thing, shape, matrix, TRUTH)
        score = float(scores(part, template, poses_of(TRUTH))[0])
        assert score > 0.95 if seen else score == -1


def test_a_pose_wholly_out_of_view_stays_where_it_was(specimen: Image, template: TemplatePoints) -> None:
    away = poses_of(similarity(np.eye(3), shift=[80.0, 0, 0]))
    found = refine_poses(specimen, template, away)
    assert torch.equal(found.offset, away.offset)
    assert torch.equal(found.linear, away.linear)
    assert float(found.score[0]) == -1


def test_an_empty_image_moves_nothing(template: TemplatePoints) -> None:
    begun = poses_of(np.eye(4))
    found = refine_poses(Image(torch.zeros(40, 40, 40), grid(10, 0.5)[1]), template, begun)
    assert torch.isfinite(found.score).all()
    assert float(found.score[0]) < 1e-3
    torch.testing.assert_close(found.offset, begun.offset)


def test_the_size_stays_between_its_limits(specimen: Image, template: TemplatePoints) -> None:
    begun = poses_of(*starts(4, (2.0, 8.0), scale=0.0))
    begun = Poses(begun.linear / 1.04, begun.offset, begun.score)
    found = refine_poses(specimen, template, begun, steps=20, scale_limits=(0.97, 1.02))
    sizes = [scale_of(linear) for linear in found.linear.numpy()]
    assert max(sizes) < 1.02
    assert max(sizes) > 1.005, "the size should have grown towards the limit"


def test_a_fixed_size_is_kept(specimen: Image, template: TemplatePoints) -> None:
    begun = poses_of(*starts(3))
    found = refine_poses(specimen, template, begun, fixed_scale=True)
    for before, after in zip(begun.linear.numpy(), found.linear.numpy(), strict=True):
        np.testing.assert_allclose(scale_of(after), scale_of(before), rtol=1e-5)
    assert (found.score > scores(specimen, template, begun)).all()


@pytest.mark.parametrize("steps", [3, 8, 25])
def test_a_pose_climbs_alone_as_in_company(specimen: Image, template: TemplatePoints, steps: int) -> None:
    begun = poses_of(*starts(5, (3.0, 70.0)), TRUTH)
    together = refine_poses(specimen, template, begun, steps)
    for k in range(6):
        one = Poses(begun.linear[k : k + 1], begun.offset[k : k + 1], begun.score[k : k + 1])
        alone = refine_poses(specimen, template, one, steps)
        torch.testing.assert_close(alone.score[0], together.score[k], atol=1e-4, rtol=0)
        torch.testing.assert_close(alone.offset[0], together.offset[k], atol=5e-3, rtol=0)


def test_the_best_poses_come_first() -> None:
    poses = Poses(torch.eye(3).repeat(4, 1, 1), torch.arange(12.0).reshape(4, 3), tensor([0.1, 0.9, -1, 0.5]))
    best = poses.best(2)
    assert best.score.tolist() == pytest.approx([0.9, 0.5])
    assert best.offset[:, 0].tolist() == [3, 9]


def test_the_linearised_slope_is_that_of_the_score(specimen: Image, template: TemplatePoints) -> None:
    """One step from near the truth lands far nearer: what Gauss-Newton promises of a right Jacobian."""
    step = similarity(
        Rotation.from_rotvec([0.03, -0.02, 0.04]).as_matrix(), 1.02, [0.2, 0.1, -0.15], TRUTH[:3, 3]
    )
    found = refine_poses(specimen, template, poses_of(step @ TRUTH), steps=1)
    before = np.linalg.norm((step @ TRUTH)[:3, 3] - TRUTH[:3, 3])
    assert np.linalg.norm(found.offset[0].numpy() - TRUTH[:3, 3]) < 0.2 * before
    assert rotation_angle_degrees(found.linear[0].numpy() / 1.04, TRUTH[:3, :3] / 1.04) < 0.6
