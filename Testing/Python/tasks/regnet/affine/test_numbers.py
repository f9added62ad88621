"""Maps and their numbers."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from craniomark.engine.families import FAMILY_NAMES
from craniomark.tasks.regnet.affine.numbers import (
    matrices_of,
    number_count,
    numbers_of,
    turns_of,
    within_family,
)


def drawn(family: str, axes: int, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.uniform(-0.25, 0.25, (40, number_count(family, axes))))  # type: ignore[arg-type]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_numbers_survive_their_map(family: str, axes: int) -> None:
    numbers = drawn(family, axes)
    maps = matrices_of(numbers, family, axes)  # type: ignore[arg-type]
    torch.testing.assert_close(numbers_of(maps, family), numbers, atol=1e-6, rtol=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("family", "axes", "count"), [
    ("rigid", 3, 6), ("similarity", 3, 7), ("scales", 3, 9), ("affine", 3, 12),
    ("rigid", 2, 3), ("similarity", 2, 4), ("scales", 2, 5), ("affine", 2, 6),
])  # fmt: skip
def test_a_family_has_as_many_numbers_as_freedoms(family: str, axes: int, count: int) -> None:
    assert number_count(family, axes) == count  # type: ignore[arg-type]


def test_turns_are_scipys() -> None:
    turn = Rotation.random(50, rng=1)
    found = turns_of(torch.from_numpy(turn.as_matrix()))
    np.testing.assert_allclose(found, turn.as_rotvec(), atol=1e-6)
    assert bool((turns_of(torch.eye(3)[None]) == 0).all())


def test_a_scale_is_the_deviation_from_one_and_a_shift_a_ratio_of_half_the_image() -> None:
    maps = matrices_of(torch.tensor([[0.0, 0, 0, 0.1, 0.2, 0.3, 0.4]]), "similarity", 3)
    expected = torch.tensor([[1.1, 0, 0, 0.2], [0, 1.1, 0, 0.3], [0, 0, 1.1, 0.4], [0, 0, 0, 1]])
    torch.testing.assert_close(maps[0], expected)


def test_what_a_family_lacks_is_left_out() -> None:
    maps = matrices_of(drawn("affine", 3), "affine", 3)
    rigid = within_family(maps, "rigid")
    torch.testing.assert_close(torch.linalg.det(rigid), torch.ones(40, dtype=torch.float64))
    torch.testing.assert_close(within_family(maps, "affine"), maps)
    assert bool(((within_family(maps, "similarity") - maps).abs().amax((1, 2)) > 1e-3).any())
