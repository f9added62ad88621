"""The draws that shipped weights were trained with stay as they were: else nobody could train them again.

The numbers were taken before the library of replayable transforms was built around these functions. The
last one of each row is drawn after it, so that a function that draws more or less is noticed too.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from craniomark.parts.augment.clutter import sample_capsules, with_capsules
from craniomark.parts.augment.fieldofview import FieldRange, cut_away, sample_planes
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.parts.augment.pose import PoseRange, index_maps, resampled, sample_poses

torch.set_num_threads(1)
FULL = IntensityRange(1.0, 0.4, 0.08, 0.7, 0.3)
SPAN = np.random.default_rng(11).uniform(-5, 5, (4, 60, 3))


def told(*arrays: object) -> list[float]:
    """Sum, and sum weighted by place, of each array."""
    found = []
    for array in arrays:
        flat = np.asarray(array, dtype=np.float64).ravel()
        found += [float(flat.sum()), float(flat @ np.cos(np.arange(len(flat))))]
    return found


def images() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(12).uniform(0, 1, (4, 1, 12, 11, 10)).astype(np.float32))


def any_turn(rng: np.random.Generator) -> list[float]:
    return told(sample_poses(4, PoseRange(180.0, 0.16, 0.06, 1.5), rng, (1.0, 2.0, 3.0)))


def small_turn(rng: np.random.Generator) -> list[float]:
    return told(sample_poses(4, PoseRange(10.0, 0.06, 0.02, 0.8), rng))


def planes(rng: np.random.Generator) -> list[float]:
    return told(sample_planes(SPAN, FieldRange(0.4, 0.4, 4.0, 0.4), rng))


def intensity(rng: np.random.Generator) -> list[float]:
    drawn = sample_intensity(4, FULL, rng)
    return [*told(*list(vars(drawn).values())[:-1]), float(drawn.seed)]


def capsules(rng: np.random.Generator) -> list[float]:
    return told(*vars(sample_capsules(4, 2, 0.5, 10.0, rng)).values())


def pictures(rng: np.random.Generator) -> list[float]:
    """All that is done to images, one after the other."""
    grid = np.diag([0.9, 1.0, 1.1, 1.0])
    grid[:3, 3] = -5
    poses = sample_poses(4, PoseRange(180.0, 0.1), rng)
    found = resampled(images(), index_maps(grid, poses, grid), (12, 11, 10))
    found = with_capsules(found, grid, sample_capsules(4, 2, 0.5, 5.0, rng))
    found = with_intensity(found, sample_intensity(4, FULL, rng))
    return told(cut_away(found, grid, sample_planes(SPAN, FieldRange(0.4, 0.4, 4.0, 0.4), rng)))


KEPT: dict[Callable[[np.random.Generator], list[float]], list[float]] = {
    any_turn: [27.28713577167774, -8.374101313308824, 0.12084711722089603],
    small_turn: [16.854724986766875, -1.0077621126783076, 0.250291492009294],
    planes: [146.03818744543628, 7.620971661380502, 0.5496377976777949],
    intensity: [
        5.1580634117126465,
        -0.30163571430523106,
        4.087519884109497,
        -0.09886672968371293,
        0.12164736073464155,
        -0.010624360028937881,
        1.9793703854084015,
        0.37596700764871255,
        -3.3515072483569384,
        1.4838094618751958,
        3.781702030718658e18,
        0.4559967461552863,
    ],
    capsules: [
        -0.981564016534314,
        0.9411259027689891,
        9.409063205186413,
        -20.065552407814017,
        6.7903195116866355,
        1.181380280498475,
        5.907053551572017,
        1.104151898046847,
        4.247300505209152,
        1.4658479132612947,
        0.36565290031973097,
    ],
    pictures: [825.1549139835661, -0.6052132028910922, 0.18394149262253012],
}


@pytest.mark.parametrize("drawn", KEPT, ids=lambda one: one.__name__)
def test_draws_are_those_of_the_shipped_weights(drawn: Callable[[np.random.Generator], list[float]]) -> None:
    rng = np.random.default_rng([3, 5])
    # The last bit of single precision differs between processors, and more of it in images.
    exact = {pictures: 1e-4, intensity: 1e-6}.get(drawn, 1e-12)
    np.testing.assert_allclose([*drawn(rng), rng.random()], KEPT[drawn], rtol=exact, atol=exact)
