"""The pose as it is told: rigid, about the skull, with the evidence for it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from skull_bundle import Skull, turned

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.pose import found_pose, orientation_of, pose_evidence, reflection
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import apply, random_rotations, rigid_fit, rotation_angle_degrees
from craniomark.tasks.landmark.place import Placement
from craniomark.tasks.orient.locate import Located


def quiet(*_: object) -> None:
    """Hear nothing."""


def placement(model: Model, pose: np.ndarray, in_view: bool = True) -> Placement:
    """Landmarks on the mean shape, in or out of view."""
    ones = np.ones(len(model.labels))
    match = Match(model.shape.mean, 0.9 * ones, 0.02 * ones, 0.01 * ones, ones > 0, (ones > 0) & in_view)
    return Placement(model.shape.mean, pose, match)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_told_pose_is_the_rigid_part_of_the_placement(skull_model: Model, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.8, 1.2)
    pose = np.eye(4)
    pose[:3, :3] = size * random_rotations(1, rng)[0]
    pose[:3, 3] = rng.uniform(-50, 50, 3)
    told = orientation_of(placement(skull_model, pose), Located(pose, 0.97, 0.3), skull_model)
    linear = told.specimen_to_template[:3, :3]
    np.testing.assert_allclose(linear @ linear.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(linear), 1)
    assert told.scale == pytest.approx(size)
    assert told.degrees == pytest.approx(float(rotation_angle_degrees(linear, np.eye(3))))
    placed = apply(pose, skull_model.shape.mean)
    fitted = rigid_fit(placed, skull_model.shape.mean)
    np.testing.assert_allclose(told.specimen_to_template, fitted, atol=1e-6)
    assert told.verdict == "good"


def test_evidence_counts_only_what_is_in_view(skull_model: Model) -> None:
    located = Located(np.eye(4), 0.9, 0.2)
    full = placement(skull_model, np.eye(4))
    seen = np.arange(len(skull_model.labels)) % 2 == 0
    score = np.where(seen, 0.8, 0.1)
    points = skull_model.shape.mean + np.where(seen, 0.1, 9.0)[:, None] * [1, 0, 0]
    half = Placement(points, np.eye(4), replace(full.match, in_view=seen, score=score))
    found = pose_evidence(half, located, skull_model)
    assert found.in_view == pytest.approx(seen.mean())
    assert found.likeness == pytest.approx(0.8)
    assert found.scatter == pytest.approx(0.1)
    assert (found.score, found.runner_up) == (0.9, 0.2)


def test_nothing_in_view_is_nothing_found(skull_model: Model) -> None:
    blind = placement(skull_model, np.eye(4), in_view=False)
    assert orientation_of(blind, Located(np.eye(4), 0.9, 0.2), skull_model).verdict == "none"


@given(seed=st.integers(0, 2**32 - 1))
def test_a_reflection_is_its_own_inverse_and_keeps_the_centre(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] = random_rotations(1, rng)[0] @ np.diag(rng.uniform(0.1, 1, 3))
    matrix[:3, 3] = rng.uniform(-99, 99, 3)
    image = Image(torch.zeros(*(int(n) for n in rng.integers(2, 9, 3))), matrix)
    found = reflection(image)
    np.testing.assert_allclose(found @ found, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(found), -1)
    centre = apply(matrix, (np.array(image.shape) - 1) / 2)
    np.testing.assert_allclose(apply(found, centre), centre, atol=1e-9)
    aside = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(apply(found, centre + aside), centre + aside * [-1, 1, 1], atol=1e-9)


def test_without_a_search_the_files_axes_are_trusted(skull_model: Model, unseen_skulls: list[Skull]) -> None:
    skull = unseen_skulls[0]
    upside_down = skull.moved(turned(180, skull.volume.centre, (5.0, 0.0, 0.0), 2))
    image = working_image(upside_down.volume)
    _, trusted = found_pose(image, skull_model, False, quiet)
    _, searched = found_pose(image, skull_model, True, quiet)
    truth = rigid_fit(skull_model.shape.mean, upside_down.truth.points)
    assert off_by(searched, truth) < 4 < 90 < off_by(trusted, truth)
    assert searched.score > trusted.score + 0.3


def off_by(located: Located, truth: np.ndarray) -> float:
    linear = located.template_to_specimen[:3, :3]
    linear = linear / np.cbrt(np.linalg.det(linear))
    return float(rotation_angle_degrees(linear, truth[:3, :3]))


@pytest.mark.parametrize("gain", [0.01, 30.0])
def test_the_image_comes_back_with_bone_at_one(
    skull_model: Model, unseen_skulls: list[Skull], gain: float
) -> None:
    image = working_image(unseen_skulls[1].volume).scaled(gain)
    scaled, located = found_pose(image, skull_model, False, quiet)
    bone = skull_model.target.image.voxels > 0.7
    index = torch.nonzero(bone)[::50].double().numpy()
    places = apply(located.template_to_specimen @ skull_model.target.image.matrix, index)
    assert 0.6 < float(scaled.at(torch.from_numpy(places).float()).median()) < 1.4
