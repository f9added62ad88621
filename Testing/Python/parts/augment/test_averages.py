"""Test-time averages: every turn is undone to the bit, for masks, vectors and points."""

import numpy as np
import pytest
import torch

from craniomark.parts.augment.averages import Symmetry, averaged, averaged_points, symmetries
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.transform import Transform, apply

SHAPE = (7, 6, 5)
ALL = [(one, SHAPE[:axes]) for axes in (3, 2) for one in symmetries(axes)]


def rough(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).uniform(0, 1, shape).astype(np.float32))


def gradient(image: torch.Tensor, axes: int) -> torch.Tensor:
    """Gradient along each axis of space, shape (B, axes, *shape), by numpy."""
    found = np.gradient(image.numpy(), axis=tuple(range(2, 2 + axes)))
    return torch.from_numpy(np.concatenate(found, 1))


def test_there_are_sixteen_of_a_volume_and_eight_of_a_picture() -> None:
    for axes, sections, count in ((3, 2, 16), (3, 0, 16), (2, 2, 8)):
        found = symmetries(axes, sections)
        assert len(set(found)) == len(found) == count
        shapes = {tuple(one.image(rough(SHAPE[:axes])).shape) for one in found}
        assert len(shapes) == 2
        assert axes == 2 or {shape[sections] for shape in shapes} == {SHAPE[sections]}
        pictures = {one.image(rough((6, 6, 6)[:axes])).numpy().tobytes() for one in found}
        assert len(pictures) == count, "all are different"


@pytest.mark.parametrize(("one", "shape"), ALL)
def test_masks_come_back_to_the_bit(one: Symmetry, shape: tuple[int, ...]) -> None:
    for image in (rough((2, 3, *shape)), rough(shape) > 0.5, (rough(shape) * 9).long()):
        assert torch.equal(one.image_back(one.image(image)), image)
        assert torch.equal(one.image(one.image_back(image)), image)


@pytest.mark.parametrize(("one", "shape"), ALL)
def test_vectors_turn_as_gradients_do_and_come_back_to_the_bit(one: Symmetry, shape: tuple[int, ...]) -> None:
    image = rough((2, 1, *shape))
    field = gradient(image, len(shape))
    torch.testing.assert_close(one.vectors(field), gradient(one.image(image), len(shape)), rtol=0, atol=0)
    assert torch.equal(one.vectors_back(one.vectors(field)), field)


@pytest.mark.parametrize(("one", "shape"), ALL)
def test_points_stay_on_their_voxels_and_come_back(one: Symmetry, shape: tuple[int, ...]) -> None:
    image = rough(shape)
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1).reshape(-1, len(shape))
    turned = one.points(index, shape)
    np.testing.assert_array_equal(
        one.image(image).numpy()[tuple(turned.astype(int).T)], image.numpy().ravel()
    )
    np.testing.assert_array_equal(one.points_back(turned, shape), index)


@pytest.mark.parametrize(("one", "shape"), ALL)
def test_the_step_of_a_transform_does_the_same(one: Symmetry, shape: tuple[int, ...]) -> None:
    grid = Grid.of(shape, (0.5, 0.6, 0.7)[: len(shape)])
    index = np.array([[1.0, 2.0, 3.0][: len(shape)]])
    found = apply(Transform(grid, (one.step(),)), rough(shape), points=grid.to_mm(index))
    assert torch.equal(found.image, one.image(rough(shape)))
    assert found.points is not None
    np.testing.assert_allclose(found.grid.to_index(found.points), one.points(index, shape), atol=1e-9)


@pytest.mark.parametrize("axes", [2, 3])
def test_what_turns_with_its_image_is_its_own_average(axes: int) -> None:
    image = rough((2, 1, *SHAPE[:axes]))
    among = symmetries(axes)
    torch.testing.assert_close(averaged(lambda x: x**2, image, among), image**2)
    field = gradient(image, axes)
    torch.testing.assert_close(averaged(lambda x: gradient(x, axes), image, among, "vectors"), field)
    flat = averaged(lambda x: gradient(x, axes), rough((2, 1, *(6,) * axes)), among)
    assert float((flat - gradient(rough((2, 1, *(6,) * axes)), axes)).abs().max()) > 0.1, (
        "vectors that are turned back as masks are wrong"
    )


def test_the_average_of_a_lopsided_prediction_is_not_lopsided() -> None:
    image = torch.ones(1, 1, 6, 6, 4)
    ramp = torch.linspace(-1, 1, 6).view(-1, 1, 1)
    found = averaged(lambda x: x + ramp, image, symmetries())
    torch.testing.assert_close(found, image)


def test_points_are_averaged_in_mm_without_missing_ones() -> None:
    grid = Grid.of(SHAPE, (0.5, 0.6, 0.7)).moved((10, 20, 30))
    image = torch.zeros(1, 1, *SHAPE)
    image[0, 0, 2, 4, 1] = 1
    calls = 0

    def brightest(x: torch.Tensor) -> np.ndarray:
        nonlocal calls
        calls += 1
        place = np.array([np.unravel_index(int(one.argmax()), one.shape[1:]) for one in x])[:, None]
        lost = np.full((1, 1, 3), np.nan)
        return np.concatenate([place.astype(float), place if calls < 3 else lost, lost], 1)

    found = averaged_points(brightest, image, symmetries(), grid)
    np.testing.assert_allclose(found[0, :2], np.tile(grid.to_mm([2, 4, 1]), (2, 1)))
    assert np.isnan(found[0, 2]).all() and calls == 16


def test_odd_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="axes"):
        symmetries(4)
    with pytest.raises(ValueError, match="kind"):
        averaged(lambda x: x, rough((1, 1, *SHAPE)), symmetries(), "points")
    with pytest.raises(ValueError, match="among"):
        averaged(lambda x: x, rough((1, 1, *SHAPE)), ())
