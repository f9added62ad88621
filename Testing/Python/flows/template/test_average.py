"""The average: sharper than a linear one, without bias, bone at brightness 1, and settled."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from synthetic_cohort import SPACING, in_memory

from craniomark.engine.diffeo.climb import Level
from craniomark.engine.diffeo.register import Recipe, flow_between
from craniomark.engine.example import Example
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Velocity
from craniomark.flows.template import average
from craniomark.flows.template.average import (
    MARGIN_MM,
    SETTLED,
    Average,
    bone_brightness,
    deformable_average,
    examples_of,
    linear_average,
    template_grid,
)
from craniomark.flows.template.frame import Frame, template_frame
from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import apply

FINE = Recipe((Level(0.7, 1.6, 30, 0.08),), blocks=None)
Maps = list[list[Velocity]]


@pytest.fixture(scope="module")
def animals() -> list[Scan]:
    """Four made-up animals that differ much."""
    return [in_memory(seed, own=0.2) for seed in range(4)]


@pytest.fixture(scope="module")
def frame(animals: list[Scan]) -> Frame:
    return template_frame(np.array([scan.points for scan in animals]))


@pytest.fixture(scope="module")
def linear(animals: list[Scan], frame: Frame) -> Image:
    return linear_average(animals, frame, SPACING)


@pytest.fixture(scope="module")
def examples(animals: list[Scan], frame: Frame, linear: Image) -> list[Example]:
    return examples_of(animals, frame, linear)


@pytest.fixture(scope="module")
def made(linear: Image, examples: list[Example]) -> tuple[Average, Maps]:
    """The average after two rounds, and the maps of each round."""
    maps: list[Velocity] = []

    def spied(fixed: Image, moving: Image) -> Velocity:
        maps.append(flow_between(fixed, moving, FINE))
        return maps[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(average, "flow_between", spied)
        found = deformable_average(linear, examples, 2)
    return found, [maps[: len(examples)], maps[len(examples) :]]


def test_the_grid_holds_all_landmarks_with_a_margin(frame: Frame) -> None:
    shape, matrix = template_grid(frame, 0.3)
    last = apply(matrix, np.array(shape) - 1)
    np.testing.assert_allclose(matrix[:3, 3], frame.mean.min(0) - MARGIN_MM)
    assert (last >= frame.mean.max(0) + MARGIN_MM).all()
    assert (last < frame.mean.max(0) + MARGIN_MM + 0.6).all()
    np.testing.assert_allclose(np.diag(matrix)[:3], 0.3)


def test_bone_is_what_lies_above_otsus_threshold() -> None:
    values = torch.cat([torch.full((700,), 10.0), torch.full((300,), 200.0)])
    noisy = values + torch.randn(1000, generator=torch.Generator().manual_seed(1))
    assert bone_brightness(Image(noisy.reshape(10, 10, 10), np.eye(4))) == pytest.approx(200, abs=1)


def test_an_image_of_one_value_has_a_brightness() -> None:
    assert np.isfinite(bone_brightness(Image(torch.zeros(3, 3, 3), np.eye(4))))


def test_bone_of_the_averages_has_brightness_1(linear: Image, made: tuple[Average, Maps]) -> None:
    assert bone_brightness(linear) == pytest.approx(1, abs=0.01)
    assert bone_brightness(made[0].image) == pytest.approx(1, abs=0.01)


def test_how_bright_a_scan_is_does_not_matter(animals: list[Scan], frame: Frame, linear: Image) -> None:
    array = (animals[0].volume.array * 0.4).astype(np.float32)
    dim = replace(animals[0], volume=replace(animals[0].volume, array=array))
    other = linear_average([dim, *animals[1:]], frame, SPACING)
    assert relative(other.voxels - linear.voxels, linear.voxels) < 0.01
    darkened = examples_of([dim], frame, linear)[0]
    plain = examples_of([animals[0]], frame, linear)[0]
    assert relative(darkened.image.voxels - plain.image.voxels, plain.image.voxels) < 0.01


def relative(change: torch.Tensor, whole: torch.Tensor) -> float:
    return float(change.norm() / whole.norm())


def test_examples_lie_in_the_templates_frame_with_their_landmarks(
    examples: list[Example], frame: Frame, animals: list[Scan]
) -> None:
    for example, scan in zip(examples, animals, strict=True):
        np.testing.assert_allclose(example.points, apply(frame.pose_of(scan.points), scan.points))
        assert np.linalg.norm(example.points - frame.mean, axis=1).mean() < 0.4
        bright = example.image.at(torch.from_numpy(example.points).float()).median()
        assert 0.5 < float(bright) < 2


def scatter(examples: list[Example], image: Image, maps: list[Velocity] | None) -> float:
    """Variance of the examples, seen through their maps, about their mean."""
    points = grid_points(image.shape, image.matrix)
    seen = [e.image.at(points if maps is None else maps[n](points)) for n, e in enumerate(examples)]
    return float(torch.stack(seen).var(0).mean())


def test_deformed_examples_agree_far_better_than_aligned_ones(
    made: tuple[Average, Maps], examples: list[Example], linear: Image
) -> None:
    null = scatter(examples, linear, None)
    assert scatter(examples, linear, made[1][-1]) < 0.6 * null


def test_the_average_is_sharper_than_the_linear_one(
    made: tuple[Average, Maps], linear: Image, examples: list[Example]
) -> None:
    def concentration(image: Image) -> float:
        return float(image.voxels.square().mean() / image.voxels.mean() ** 2)

    blurred = concentration(linear)
    as_smooth = [e.image.smoothed(SPACING / 2).on_grid(linear.shape, linear.matrix) for e in examples]
    single = np.mean([concentration(image) for image in as_smooth])
    regained = (concentration(made[0].image) - blurred) / (single - blurred)
    assert regained > 0.4, "of what averaging blurs, deformation gains back a good part"


def test_a_population_seen_off_centre_is_centred(frame: Frame, linear: Image) -> None:
    """Were the mean displacement kept, the average would stay where the start was."""
    step = np.eye(4)
    step[0, 3] = 0.5
    points = grid_points(linear.shape, linear.matrix)
    moved = [Example(linear.moved(step), apply(step, frame.mean))] * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(average, "flow_between", lambda f, m: flow_between(f, m, FINE))
        found = deformable_average(linear, moved, 1).image.at(points)
    shifted = linear.moved(step).smoothed(SPACING / 2).at(points)
    assert relative(found - shifted, shifted) < 0.3 * relative(linear.voxels - shifted, shifted)


def test_rounds_end_when_the_average_has_settled(linear: Image, examples: list[Example]) -> None:
    def nothing(fixed: Image, _: Image) -> Velocity:
        return Velocity(torch.zeros(3, 2, 2, 2), fixed.matrix)

    told: list[tuple[str, float]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(average, "flow_between", nothing)
        found = deformable_average(linear, examples, 9, lambda *step: told.append(step))
    assert len(found.changes) == 2
    assert found.changes[-1] < SETTLED
    assert [name for name, _ in told] == ["average"] * 2 * len(examples)
    assert told[0][1] == 0
    assert all(later > earlier for (_, earlier), (_, later) in pairwise(told))
