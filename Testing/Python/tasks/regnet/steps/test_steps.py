"""Steps and regularisers, beside icon_registration's answers and by their contracts."""

import csv
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import torch

from craniomark.tasks.regnet.steps import (
    Registration,
    diffusion,
    downsample,
    gradient_inverse_consistency,
    inverse_consistency,
    leaf,
    repeated,
    sampled,
    seen_through,
    still_places,
    two_step,
)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from pairs import vectors, wave  # noqa: E402


def by_formula(phase: float) -> Registration:
    return leaf(lambda moving, fixed: vectors(moving, fixed, phase))


REGISTRATIONS = {
    "leaf": by_formula(0.3),
    "two_step": two_step(by_formula(0.3), by_formula(0.9)),
    "downsample": downsample(by_formula(0.5)),
    "downsample two_step": two_step(downsample(by_formula(0.5)), by_formula(0.9)),
}


def oracle() -> dict[tuple[str, str], dict[str, float]]:
    told: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with (HERE / "icon.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            told[row["registration"], row["shape"]][row["quantity"]] = float(row["value"])
    return told


@pytest.mark.parametrize(("name", "shape"), sorted(oracle()))
def test_maps_images_and_regularisers_are_those_of_icon_registration(name: str, shape: str) -> None:
    grid = tuple(int(n) for n in shape.split("x"))
    moving, fixed = wave(grid, 0.0), wave(grid, 1.0)
    register, places = REGISTRATIONS[name], still_places(grid, moving)
    there, back = register(moving, fixed), register(fixed, moving)
    phi = there(places)
    found = {f"map {i}": float(v) for i, v in enumerate(phi.flatten()[::17])}
    found |= {f"warped {i}": float(v) for i, v in enumerate(sampled(moving, phi).flatten()[::17])}
    noisy = places + wave(grid, 2.0, len(grid)) / grid[-1]
    found["inverse_consistency"] = float(inverse_consistency(there, back, noisy))
    found["gradient_inverse_consistency"] = float(gradient_inverse_consistency(there, back, noisy))
    found["diffusion"] = float(diffusion(there, places))
    wanted = oracle()[name, shape]
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, rel=2e-3 if "grad" in key else 2e-4, abs=2e-5), key


def shift(by: float) -> Registration:
    return leaf(lambda moving, fixed: torch.full((1, 2, *moving.shape[2:]), by) + 0 * fixed)


def test_two_steps_make_one_map() -> None:
    image = wave((8, 8), 0.0)
    places = still_places((8, 8), image)
    both = two_step(shift(0.1), shift(0.2))(image, image)
    torch.testing.assert_close(both(places), places + 0.3)
    torch.testing.assert_close(repeated(shift(0.1), 3)(image, image)(places), places + 0.3)


def test_the_second_step_sees_what_the_first_left() -> None:
    seen = []

    def watching(moving: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        seen.append(moving)
        return torch.zeros(1, 2, *moving.shape[2:])

    image = wave((8, 8), 0.0)
    first = shift(0.1)
    two_step(first, leaf(watching))(image, image)
    torch.testing.assert_close(seen[0], seen_through(image, first(image, image)))


def test_maps_of_half_the_resolution_take_any_places() -> None:
    image = wave((9, 8), 0.0)
    places = still_places((9, 8), image)
    torch.testing.assert_close(downsample(shift(0.1))(image, image)(places), places + 0.1)


def test_regularisers_are_nothing_for_what_they_allow_and_something_else_where() -> None:
    image = wave((8, 8), 0.0)
    places = still_places((8, 8), image)
    there, back, wrong = (shift(by)(image, image) for by in (0.1, -0.1, 0.2))
    assert float(inverse_consistency(there, back, places)) < 1e-12
    assert float(inverse_consistency(there, wrong, places)) == pytest.approx(2 * 0.09, rel=1e-4)
    assert float(gradient_inverse_consistency(there, wrong, places)) < 1e-6
    assert float(diffusion(wrong, places)) < 1e-12
    assert float(diffusion(by_formula(0.3)(image, image), places)) > 1e-3


def test_no_step_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="times is 0"):
        repeated(shift(0.1), 0)
