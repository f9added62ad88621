"""The shipped bundle of strains on real surface meshes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.bundle import choose_bundle, load_bundle
from craniomark.flows.bundle.choose import fitting_bundle
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import orient, predict, refine
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.request import Request
from craniomark.flows.pipeline.specimen_run import read_specimen
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply, random_rotations, rigid_fit, rotation_angle_degrees
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.ground.meshes import (
    Surface,
    distances_to_surface,
    read_surface,
    solid_of,
    write_surface,
)
from craniomark.ground.specimens import Specimen

BOUND_MM = 0.14
STRAIN = "C57BL6_J"


def quiet(_step: str, _fraction: float) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def model(repository: Path) -> Model:
    return load_model(load_bundle(repository / "Resources" / "Models" / "mouse-strains"), device="cpu")


@pytest.fixture(scope="module")
def surface(mouse_mesh_folder: Path) -> Surface:
    return read_surface(mouse_mesh_folder / f"{STRAIN}.ply")


@pytest.fixture(scope="module")
def truth(mouse_mesh_folder: Path) -> LandmarkSet:
    return read_landmarks(mouse_mesh_folder / f"{STRAIN}.mrk.json")


@pytest.fixture(scope="module")
def moved() -> np.ndarray:
    """A pose in which no mesh lies: turned by more than a right angle."""
    matrix = np.eye(4)
    turns = random_rotations(20, np.random.default_rng(5))
    matrix[:3, :3] = next(t for t in turns if rotation_angle_degrees(t, np.eye(3)) > 100)
    matrix[:3, 3] = [12.0, -7.0, 30.0]
    return matrix


def errors(found: LandmarkSet, truth: LandmarkSet) -> np.ndarray:
    return np.linalg.norm(found.ordered(truth.labels).points - truth.points, axis=1)


@pytest.mark.slow
def test_a_mesh_in_any_pose(model: Model, surface: Surface, truth: LandmarkSet, moved: np.ndarray) -> None:
    there, true_there = surface.moved(moved), truth.moved(moved)
    found = predict(solid_of(there, "x.ply"), model, Options(), quiet)
    assert found.orientation.verdict == "good"
    assert errors(found.landmarks, true_there).mean() < BOUND_MM
    assert distances_to_surface(found.landmarks.points, there).max() < 1e-4
    given = apply(found.specimen_to_template, true_there.points)
    mean = model.shape.mean[[model.labels.index(label) for label in truth.labels]]
    assert np.linalg.norm(given - given.mean(0) - (mean - mean.mean(0)), axis=1).mean() < 0.6
    # Nulls: the mean shape where the skull was found, and the pose of the file taken for granted.
    pasted = apply(np.linalg.inv(found.specimen_to_template), mean)
    assert np.linalg.norm(pasted - true_there.points, axis=1).mean() > BOUND_MM


@pytest.mark.slow
def test_without_its_pose_search_a_turned_mesh_fails(
    model: Model, surface: Surface, truth: LandmarkSet, moved: np.ndarray
) -> None:
    from craniomark.flows.pipeline.predict import NoSkullError

    there = surface.moved(moved)
    try:
        found = predict(solid_of(there, "x.ply"), model, Options(orient=False), quiet)
    except NoSkullError:
        return
    assert errors(found.landmarks, truth.moved(moved)).mean() > 5 * BOUND_MM


@pytest.mark.slow
def test_orient_and_refine_take_meshes(
    model: Model, surface: Surface, truth: LandmarkSet, moved: np.ndarray
) -> None:
    solid = solid_of(surface.moved(moved), "x.ply")
    pose = orient(solid, model, quiet)
    mean = model.shape.mean[[model.labels.index(label) for label in truth.labels]]
    wanted = rigid_fit(truth.moved(moved).points, mean)
    assert rotation_angle_degrees(pose.specimen_to_template[:3, :3], wanted[:3, :3]) < 4
    off = np.random.default_rng(1).normal(0, 0.1, truth.points.shape)
    start = LandmarkSet(truth.labels, truth.points + off).moved(moved)
    only = tuple(truth.labels[:20])
    found = refine(solid, start, model, only, quiet)
    shift = np.linalg.norm(found.points - start.points, axis=1)
    assert (shift[20:] == 0).all()
    changed = shift > 1e-9
    assert changed.sum() >= 15
    assert distances_to_surface(found.points[changed], solid.surface).max() < 1e-4
    before, after = errors(start, truth.moved(moved))[:20], errors(found, truth.moved(moved))[:20]
    assert after.mean() < 0.8 * before.mean()


def test_the_kind_of_input_chooses_the_model() -> None:
    assert fitting_bundle("surface", 23.0).name == "mouse-strains"
    assert fitting_bundle("ct", 22.0).name == "mouse-skull"
    with pytest.raises(InputError, match=r"kind of input is surface: .*mouse-skull reads ct"):
        choose_bundle("surface", 23.0, "mouse-skull")


def test_a_mesh_that_names_no_space_is_unverified(surface: Surface, tmp_path: Path) -> None:
    write_surface(replace(surface, left_right_known=False), tmp_path / "skull.stl")
    specimen = Specimen("skull", tmp_path / "skull.stl", "surface")
    volume = read_specimen(specimen, Request(tmp_path))
    assert not volume.left_right_known
    assert any("unverified" in note for note in volume.notes)
