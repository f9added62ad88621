"""Texture: it tells blurred and missing bone from what is usual, and minds neither pose nor gain."""

import numpy as np
import pytest
import torch

from craniomark.engine.image import Image
from craniomark.tasks.landmark.texture import FEATURES, UsualTexture, texture, usual_texture

POINTS = np.array([[x, y, z] for x in (-2.0, 2.0) for y in (-2.0, 2.0) for z in (-2.0, 0.0, 2.0)])


def noisy_block(seed: int) -> Image:
    voxels = torch.from_numpy(np.random.default_rng(seed).normal(0.5, 0.4, (80, 80, 80)).astype(np.float32))
    matrix = np.diag([0.1, 0.1, 0.1, 1.0])
    matrix[:3, 3] = -3.95
    return Image(voxels, matrix).smoothed(0.12)


@pytest.fixture(scope="module")
def usual() -> UsualTexture:
    return usual_texture([texture(noisy_block(n), np.eye(4), POINTS) for n in range(8)], 0.01)


def changed_about(image: Image, point: np.ndarray, other: Image) -> Image:
    """The image with what lies within 1.2 mm of a point taken from another."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in image.shape], indexing="ij"), -1)
    places = index @ image.matrix[:3, :3].T + image.matrix[:3, 3]
    near = torch.from_numpy(np.linalg.norm(places - point, axis=-1) < 1.2)
    return Image(torch.where(near, other.voxels, image.voxels), image.matrix)


def test_an_intact_image_is_usual(usual: UsualTexture) -> None:
    deviation = usual.deviation(texture(noisy_block(99), np.eye(4), POINTS))
    assert (deviation < usual.limit).all()


@pytest.mark.parametrize("fault", ["blurred", "missing"])
def test_a_changed_region_is_unusual_and_it_alone(usual: UsualTexture, fault: str) -> None:
    image = noisy_block(99)
    other = image.smoothed(0.3) if fault == "blurred" else image.scaled(0.0)
    damaged = changed_about(image, POINTS[3], other)
    deviation = usual.deviation(texture(damaged, np.eye(4), POINTS))
    assert deviation.argmax() == 3
    assert deviation[3] > 1.5 * usual.limit


def test_spoilt_landmarks_leave_the_others_usual() -> None:
    """Landmarks differ much more from one another than specimens do: a few spoilt ones shift no others."""
    rng = np.random.default_rng(3)
    own = rng.normal(size=(40, len(FEATURES)))
    specimens = [own + rng.normal(scale=0.02, size=own.shape) + n for n in range(6)]
    spoilt = own + 0.7
    spoilt[:12] -= 3.0
    deviation = usual_texture(specimens, 0.01).deviation(spoilt)
    assert (deviation[12:] < 2.0).all()
    assert (deviation[:12] > 10.0).all()


def test_brightness_does_not_matter(usual: UsualTexture) -> None:
    image = noisy_block(7)
    plain, bright = (usual.deviation(texture(i, np.eye(4), POINTS)) for i in (image, image.scaled(3.0)))
    np.testing.assert_allclose(plain, bright, atol=0.05)


def test_the_frame_does_not_matter() -> None:
    image = noisy_block(5)
    pose = np.eye(4)
    pose[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    pose[:3, 3] = 5, -3, 2
    np.testing.assert_allclose(
        texture(image.moved(pose), pose, POINTS), texture(image, np.eye(4), POINTS), atol=1e-3
    )


def test_what_is_usual_can_be_stored(usual: UsualTexture) -> None:
    again = UsualTexture.from_json(usual.as_json())
    np.testing.assert_allclose(again.mean, usual.mean, atol=1e-4)
    assert again.limit == usual.limit


@pytest.mark.parametrize(
    "change", [{"limit": float("nan")}, {"sd": [[0.0] * len(FEATURES)]}, {"mean": [[1.0]]}, {"mean": None}]
)
def test_numbers_that_make_no_sense_are_refused(usual: UsualTexture, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="usual texture"):
        UsualTexture.from_json(usual.as_json() | change)
