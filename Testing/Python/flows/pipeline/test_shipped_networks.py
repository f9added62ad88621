"""The shipped landmark networks on skulls that they know: guards against nulls, no figures of accuracy.

Each part is replaced by the same network without training, by the mean shape, or by nothing; then its
answer must be worse by the margin that stands in the test.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from shipped_networks import Known, guarded_bundle, known_skull, mean_error, without_training
from skull_bundle import read_skull, turned

from common.posing import pose_at_random
from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle
from craniomark.flows.pipeline.landmark_networks import LANDMARK_PART, Ensembles, load_landmark_networks
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.networks import ORIENT_PART
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import (
    apply,
    invert,
    nearest_rotation,
    random_rotations,
    rotation_angle_degrees,
    similarity_fit,
)
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.fuse import Answer, Networks, fused
from craniomark.tasks.landmark.opinions import Opinion, consensus

PARTS = {ORIENT_PART, LANDMARK_PART}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return guarded_bundle()


@pytest.fixture(scope="module")
def ensembles(bundle: Bundle) -> Ensembles:
    found = load_landmark_networks(bundle)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> Model:
    return load_model(bundle, device="cpu")


@pytest.fixture(scope="module")
def known(bundle: Bundle, model: Model, mouse_ct_folder: Path) -> list[Known]:
    """Two training specimens, placed from 5 degrees and half a millimetre off."""
    paths = [mouse_ct_folder / f"{one.id}.nii.gz" for one in bundle.manifest.training]
    there = [path for path in paths if path.exists()]
    assert len(there) >= 4, "the public training specimens of the bundle should be in CRANIOMARK_DATA"
    return [
        known_skull(path, model, lambda centre, n=n: turned(5.0, centre, (0.4, -0.3, 0.2), seed=n))
        for n, path in enumerate(there[1:4:2])
    ]


def test_every_part_is_there(bundle: Bundle, model: Model, ensembles: Ensembles) -> None:
    assert set(bundle.manifest.parts) >= PARTS
    assert model.orient is not None and model.networks is not None and model.rough is not None
    assert model.networks.levels is not None
    assert len(ensembles.levels) >= 2 and len(ensembles.focus) >= 2


def test_every_training_specimen_is_unseen_by_a_member_of_each_level(
    bundle: Bundle, ensembles: Ensembles
) -> None:
    names = {one.id for one in bundle.manifest.training}
    for kind in (ensembles.levels, ensembles.focus):
        assert {name for member in kind for name in member.left_out} == names
    assert all(ensembles.unseen(name) is not None for name in names)


def rough_errors(ensembles: Ensembles, known: list[Known], model: Model) -> tuple[list[float], list[float]]:
    """Degrees and mm by which proposals for random poses are off."""
    rng, degrees, millimetres = np.random.default_rng(41), [], []
    for skull in known:
        turn = np.eye(4)
        turn[:3, :3] = random_rotations(1, rng)[0]
        truth = turn @ similarity_fit(model.shape.mean, skull.truth.points)
        assert ensembles.rough is not None
        found = ensembles.rough(working_image(skull.volume.moved(turn)))
        if found is None:  # an untrained network may say nothing at all
            found = np.diag([1e-3, 1e-3, 1e-3, 1.0])
        degrees.append(float(rotation_angle_degrees(nearest_rotation(found), nearest_rotation(truth))))
        millimetres.append(mean_error(apply(found, model.shape.mean), apply(truth, model.shape.mean)))
    return degrees, millimetres


@torch.inference_mode()
def test_level_0_tells_the_pose_and_without_training_does_not(
    ensembles: Ensembles, known: list[Known], model: Model
) -> None:
    degrees, millimetres = rough_errors(ensembles, known, model)
    assert max(degrees) < 20 and max(millimetres) < 2
    wrong, far = rough_errors(without_training(ensembles, "rough"), known, model)
    assert np.mean(wrong) > 40 and np.mean(far) > 4


@torch.inference_mode()
def test_level_1_beats_the_mean_shape_and_itself_without_training(
    ensembles: Ensembles, known: list[Known], model: Model
) -> None:
    """From a pose that is off, where the mean shape is too."""
    no_training = without_training(ensembles, "levels").networks()
    trained = ensembles.networks()
    assert trained.levels is not None and no_training.levels is not None
    for number, skull in enumerate(known):
        off = turned(6.0, model.shape.mean.mean(0), (0.5, 0.4, -0.4), seed=50 + number)
        image, truth = skull.canonical.moved(off), apply(off, skull.true_there)
        found = mean_error(trained.levels(image).points, truth)
        assert found < 0.5 * mean_error(model.shape.mean, truth)
        assert found < 0.5 * mean_error(no_training.levels(image).points, truth)


@torch.inference_mode()
def test_focus_beats_its_starts_and_itself_without_training(
    ensembles: Ensembles, known: list[Known], model: Model
) -> None:
    trained, no_training = ensembles.networks(), without_training(ensembles, "focus").networks()
    for number, skull in enumerate(known):
        image, truth = skull.canonical, skull.true_there
        starts = truth + np.random.default_rng(number).normal(0, 0.2, truth.shape)
        found = mean_error(trained.focus(image, starts).points, truth)
        assert found < 0.5 * mean_error(starts, truth)
        assert found < 0.5 * mean_error(no_training.focus(image, starts).points, truth)
        from_mean = mean_error(trained.focus(image, model.shape.mean).points, truth)
        assert from_mean < 0.95 * mean_error(model.shape.mean, truth)


def fused_error(skull: Known, networks: Networks, model: Model) -> float:
    found = fused(skull.image, skull.placement, networks, model.shape)
    return mean_error(found.specimen_points, skull.truth.points)


@torch.inference_mode()
def test_the_fused_answer_beats_patches_alone_and_networks_without_training(
    ensembles: Ensembles, known: list[Known], model: Model
) -> None:
    patches = [mean_error(k.placement.specimen_points, k.truth.points) for k in known]
    ours = [fused_error(k, ensembles.networks(), model) for k in known]
    assert np.mean(ours) < 0.98 * np.mean(patches)
    for kinds, margin in ((("focus",), 1.15), (("levels", "focus"), 1.2)):
        spoilt = without_training(ensembles, *kinds).networks()
        assert fused_error(known[0], spoilt, model) > margin * ours[0], kinds


def straying(networks: Networks, rows: np.ndarray) -> Networks:
    """Networks that put some landmarks a millimetre beside where they belong."""

    def focus(image: Image, starts: np.ndarray) -> Answer:
        told = networks.focus(image, starts)
        points = told.points.copy()
        points[rows] += [0.7, 0.5, -0.5]
        return replace(told, points=points)  # type: ignore[type-var]

    return Networks(None, focus)


@torch.inference_mode()
def test_the_consensus_is_hardly_led_astray_and_the_mean_of_opinions_is(
    ensembles: Ensembles, known: list[Known], model: Model
) -> None:
    skull = known[0]
    rows = np.arange(0, len(model.labels), 4)
    networks = straying(ensembles.networks(), rows)
    near = networks.focus(skull.canonical, skull.placement.points)
    mean = (2 * skull.placement.points + near.points) / 3
    zero = np.zeros(len(mean))
    said = [Opinion("patches", skull.placement.points, zero, 2.0), Opinion("focus", near.points, zero)]
    truth = skull.true_there
    ours = mean_error(consensus(said).points[rows], truth[rows])
    assert ours < 0.75 * mean_error(mean[rows], truth[rows])
    others = np.setdiff1d(np.arange(len(truth)), rows)
    assert mean_error(consensus(said).points[others], truth[others]) < 1.02 * mean_error(
        mean[others], truth[others]
    ), "and nothing is lost where nothing strays"


def in_another_pose(volume: Volume, model: Model, rng: np.random.Generator) -> np.ndarray:
    """Landmarks of a skull turned, sized, brightened and resampled at random, brought back; shape (L, 3)."""
    posed = pose_at_random(volume, rng)
    found = predict(posed.volume, model, Options(), lambda *_: None)
    return found.landmarks.moved(invert(posed.moved)).ordered(model.labels).points


@pytest.mark.slow
def test_the_same_skull_gets_the_same_answer_in_any_pose(known: list[Known], model: Model) -> None:
    rng = np.random.default_rng(60)
    told = [in_another_pose(known[0].volume, model, rng) for _ in range(2)]
    away = np.linalg.norm(np.array(told) - np.mean(told, axis=0), axis=-1)
    assert np.nanmean(away) <= 0.015


@pytest.mark.slow
def test_known_skulls_in_other_poses_get_near_answers(
    bundle: Bundle, model: Model, mouse_ct_folder: Path
) -> None:
    """A guard of what is shipped, never an accuracy: it was trained on these skulls."""
    rng, errors = np.random.default_rng(61), []
    for one in bundle.manifest.training:
        skull = read_skull(mouse_ct_folder / f"{one.id}.nii.gz")
        points = in_another_pose(skull.volume, model, rng)
        errors.append(mean_error(points, skull.truth.ordered(model.labels).points))
    assert np.mean(errors) <= 0.10


@torch.inference_mode()
def test_in_the_axes_of_the_file_instead_of_the_canonical_frame_focus_is_lost(
    ensembles: Ensembles, known: list[Known]
) -> None:
    """The null of the test above: the same patches, the same network, another frame."""
    skull, focus = known[0], ensembles.networks().focus
    turn = turned(120.0, skull.volume.centre, (0.0, 0.0, 0.0), seed=70)
    image = skull.image.moved(turn)
    pose = turn @ skull.placement.template_to_specimen
    starts = apply(pose, skull.placement.points)
    truth = apply(turn, skull.truth.points)
    canonical = apply(pose, focus(image.moved(invert(pose)), skull.placement.points).points)
    assert mean_error(canonical, truth) < 0.5 * mean_error(focus(image, starts).points, truth)
