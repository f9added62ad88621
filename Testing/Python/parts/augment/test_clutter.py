"""Things beside the specimen: where they are told to be, and nothing else changed."""

import numpy as np
import torch

from craniomark.parts.augment.clutter import Capsules, sample_capsules, with_capsules

torch.set_num_threads(1)
GRID = np.diag([0.5, 0.5, 0.5, 1.0])
GRID[:3, 3] = -8


def one(radius: float = 2.0, wall: float = 2.0, brightness: float = 0.8) -> Capsules:
    def each(value: float) -> np.ndarray:
        return np.array([[value], [0.0 if value == brightness else value]])

    start, end = np.array([[[0.0, 0, -4]]] * 2), np.array([[[0.0, 0, 4]]] * 2)
    return Capsules(start, end, each(radius), each(wall), each(brightness))


def test_a_rod_has_its_volume_and_brightness() -> None:
    found = with_capsules(torch.zeros(2, 1, 33, 33, 33), GRID, one())
    rod = np.pi * 2.0**2 * 8 + 4 / 3 * np.pi * 2.0**3
    assert float(found[0].max()) == np.float32(0.8)
    np.testing.assert_allclose(float(found[0].sum()) / 0.8 * 0.5**3, rod, rtol=0.03)
    assert float(found[1].abs().max()) == 0, "one that is not there"


def test_a_tube_is_hollow() -> None:
    found = with_capsules(torch.zeros(2, 1, 33, 33, 33), GRID, one(radius=4.0, wall=1.0))[0, 0]
    assert float(found[16, 16, 16]) == 0
    assert float(found[16, 23, 16]) == np.float32(0.8)
    assert float(found[16, 26, 16]) == 0


def test_what_is_brighter_stays() -> None:
    images = torch.full((2, 1, 33, 33, 33), 0.9)
    torch.testing.assert_close(with_capsules(images, GRID, one()), images)


def test_about_as_many_are_there_as_told_and_lie_around_the_specimen() -> None:
    drawn = sample_capsules(500, 2, 0.3, 10.0, np.random.default_rng(1))
    assert abs((drawn.brightness > 0).mean() - 0.3) < 0.05
    middle = np.linalg.norm((drawn.start + drawn.end) / 2, axis=-1)
    assert 5.5 <= middle.min() < middle.max() <= 12
    assert (drawn.wall <= drawn.radius).all()
    again = sample_capsules(500, 2, 0.3, 10.0, np.random.default_rng(1))
    np.testing.assert_array_equal(drawn.start, again.start)
