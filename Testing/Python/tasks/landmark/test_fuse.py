"""Patch matching and networks as second opinions: what the fused points are, and in which frame."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from synthetic import similarity, small_turn

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match
from craniomark.ground.geometry import ShapeModel, apply, fit_shape_model, invert
from craniomark.ground.geometry.rotations import random_rotations
from craniomark.tasks.landmark.fuse import Networks, fused, in_frame
from craniomark.tasks.landmark.place import Placement

COUNT = 12
MEAN = np.random.default_rng(3).uniform(-6, 6, (COUNT, 3))
POSE = similarity(random_rotations(1, np.random.default_rng(4))[0], 1.04, [8.0, -3.0, 11.0])
OFF = np.array([0.1, -0.05, 0.02])


@dataclass(frozen=True, eq=False)
class Says:
    """The answer of a made-up network."""

    points: np.ndarray
    spread: np.ndarray
    disagreement: np.ndarray

    @classmethod
    def that(cls, points: np.ndarray, doubt: float = 0.0) -> "Says":
        return cls(points, np.full(len(points), doubt), np.full(len(points), np.nan))


@pytest.fixture(scope="module")
def shape() -> ShapeModel:
    rng = np.random.default_rng(5)
    return fit_shape_model([MEAN + rng.normal(0, 0.1, MEAN.shape) for _ in range(5)], 1)


@pytest.fixture(scope="module")
def image() -> Image:
    voxels = np.random.default_rng(6).uniform(0, 1, (8, 8, 8))
    return Image(torch.tensor(voxels, dtype=torch.float32), np.diag([2.0, 2.0, 2.0, 1.0]))


def placement(points: np.ndarray, seen: np.ndarray | None = None) -> Placement:
    zeros, ones = np.zeros(COUNT), np.ones(COUNT)
    in_view = np.ones(COUNT, dtype=bool) if seen is None else seen
    return Placement(points, POSE, Match(points, 0.9 * ones, 0.1 * ones, zeros, in_view, in_view))


def networks(near: np.ndarray, far: np.ndarray | None) -> Networks:
    """What the focus network says from patch matching's points, and from those of the whole-skull level."""
    levels_were_asked = []

    def locate(_: Image) -> Says:
        assert far is not None
        levels_were_asked.append(True)
        return Says.that(far)

    def focus(_: Image, starts: np.ndarray) -> Says:
        assert starts.shape == near.shape
        return Says.that(far if far is not None and levels_were_asked else near, 0.1)

    return Networks(locate if far is not None else None, focus)


def in_template(found: Placement) -> np.ndarray:
    """Points in the frame that the placement had before it was settled by the points themselves."""
    return apply(invert(POSE) @ found.template_to_specimen, found.points)


def test_opinions_that_are_equal_leave_the_points(image: Image, shape: ShapeModel) -> None:
    truth = shape.mean + 0.05
    found = fused(image, placement(truth), networks(truth, truth), shape)
    np.testing.assert_allclose(in_template(found), truth, atol=1e-9)
    assert found.consensus is not None
    np.testing.assert_allclose(found.consensus.disagreement, 0, atol=1e-9)
    np.testing.assert_allclose(found.consensus.doubt, 0.1)


@pytest.mark.parametrize("wrong", ["patches", "focus", "levels"])
def test_one_wrong_method_of_three_is_outvoted(image: Image, shape: ShapeModel, wrong: str) -> None:
    truth = shape.mean
    said = {name: truth.copy() for name in ("patches", "focus", "levels")}
    said[wrong][4] += [3.0, 0.0, 0.0]
    found = fused(image, placement(said["patches"]), networks(said["focus"], said["levels"]), shape)
    away = np.linalg.norm(in_template(found) - truth, axis=1)
    assert away[4] < 0.3, "a weighted mean would be off by .75 to 1.5"
    np.testing.assert_allclose(np.delete(away, 4), 0, atol=1e-9)
    assert found.consensus is not None
    assert found.consensus.disagreement[4] > 1.0, "and the disagreement tells of it"


def test_near_opinions_are_averaged_so_that_each_counts(image: Image, shape: ShapeModel) -> None:
    truth = shape.mean
    found = fused(image, placement(truth), networks(truth + OFF, truth - OFF), shape)
    np.testing.assert_allclose(in_template(found), truth, atol=1e-9)
    moved = fused(image, placement(truth), networks(truth + OFF, truth + OFF), shape)
    np.testing.assert_allclose(in_template(moved), truth + OFF / 2, atol=1e-9)


def test_without_the_whole_skull_level_the_mean_shape_is_looked_about(
    image: Image, shape: ShapeModel
) -> None:
    truth = shape.mean
    found = fused(image, placement(truth), networks(truth + OFF, None), shape)
    np.testing.assert_allclose(in_template(found), truth + OFF / 2, atol=1e-9)
    starts: list[np.ndarray] = []

    def focus(_: Image, around: np.ndarray) -> Says:
        starts.append(around)
        return Says.that(around + 0.1)

    fused(image, placement(truth + OFF), Networks(None, focus), shape)
    for found_starts, wanted in zip(starts, (truth + OFF, truth, truth + 0.1), strict=True):
        np.testing.assert_allclose(found_starts, wanted, atol=1e-9)


def test_a_point_out_of_view_stays_out_of_view(image: Image, shape: ShapeModel) -> None:
    seen = np.ones(COUNT, dtype=bool)
    seen[[2, 7]] = False
    points = shape.mean.copy()
    found = fused(image, placement(points, seen), networks(points + OFF, points + OFF), shape)
    assert np.isnan(found.specimen_points[~seen]).all()
    assert np.isfinite(found.specimen_points[seen]).all()
    np.testing.assert_allclose(in_template(found)[~seen], points[~seen], atol=1e-9)
    np.testing.assert_allclose(in_template(found)[seen], points[seen] + OFF / 2, atol=1e-9)


def test_a_network_that_says_nothing_of_a_point_takes_no_part(image: Image, shape: ShapeModel) -> None:
    silent = shape.mean + OFF
    silent[5] = np.nan
    found = fused(image, placement(shape.mean), networks(silent, None), shape)
    assert np.isfinite(found.specimen_points).all()
    np.testing.assert_allclose(in_template(found)[5], shape.mean[5], atol=1e-9)


def test_networks_see_the_specimen_in_the_frame_of_its_placement(image: Image, shape: ShapeModel) -> None:
    shown: list[Image] = []

    def focus(seen: Image, starts: np.ndarray) -> Says:
        shown.append(seen)
        return Says.that(starts)

    fused(image, placement(shape.mean), Networks(None, focus), shape)
    np.testing.assert_allclose(shown[0].matrix, invert(POSE) @ image.matrix, atol=1e-12)
    assert shown[0].voxels is image.voxels, "nothing is resampled on the way"


def test_what_was_measured_on_the_way_is_kept(image: Image, shape: ShapeModel) -> None:
    before = replace(placement(shape.mean), texture=np.ones((COUNT, 2)))
    found = fused(image, before, networks(shape.mean, None), shape)
    assert found.texture is before.texture
    assert found.match is before.match


def test_networks_of_another_frame_say_the_same_of_the_same_skull(image: Image) -> None:
    """A network that reads its answer off the image: the bright place, in whatever frame it is shown."""
    other = similarity(small_turn(7.0, np.random.default_rng(8)), 1.0, [0.4, -0.3, 0.2])

    def locate(seen: Image) -> Says:
        return Says.that(apply(seen.matrix, np.arange(3 * COUNT).reshape(COUNT, 3) / 7), 0.2)

    def focus(seen: Image, starts: np.ndarray) -> Says:
        return Says.that(starts + 0.1 * (apply(seen.matrix, np.full(3, 3.0)) - starts), 0.3)

    plain = Networks(locate, focus)
    carried = in_frame(plain, other)
    there = image.moved(other)
    assert plain.levels is not None and carried.levels is not None
    near = plain.levels(image)
    np.testing.assert_allclose(carried.levels(there).points, apply(other, near.points), atol=1e-12)
    np.testing.assert_array_equal(carried.levels(there).spread, near.spread)
    starts = near.points + OFF
    wanted = apply(other, plain.focus(image, starts).points)
    np.testing.assert_allclose(carried.focus(there, apply(other, starts)).points, wanted, atol=1e-12)
    assert np.abs(wanted - plain.focus(image, starts).points).max() > 0.1, "the frames do differ"


def test_in_another_frame_what_is_absent_stays_absent() -> None:
    plain = Networks(None, lambda _, starts: Says.that(starts))
    assert in_frame(plain, POSE).levels is None
