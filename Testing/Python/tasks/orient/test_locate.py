"""From any pose to the right one, and an honest score where there is none."""

from typing import Any

import numpy as np
import pytest
import torch
from synthetic import Blobs, asymmetric, grid, image_of, similarity, small_turn, tensor

from craniomark.engine.image import Image
from craniomark.engine.optimise import Poses
from craniomark.ground.geometry.fits import apply, scale_of, similarity_fit
from craniomark.ground.geometry.rotations import random_rotations, rotation_angle_degrees, rotation_grid
from craniomark.parts.losses.rotation import six_from_rotation
from craniomark.tasks.orient import locate as locate_module
from craniomark.tasks.orient.locate import (
    FEW_ROTATIONS,
    LEVELS,
    ROTATIONS,
    Target,
    Views,
    climb,
    locate,
)
from craniomark.tasks.orient.network import Guess, NetworkSettings, OrientNetwork
from craniomark.tasks.orient.search import search_rotations

HALF = (11.5, 7.5, 6.5)


def degrees_between(a: np.ndarray, b: np.ndarray) -> float:
    return float(rotation_angle_degrees(a[:3, :3] / scale_of(a), b[:3, :3] / scale_of(b)))


@pytest.fixture(scope="module")
def thing() -> Blobs:
    return asymmetric((9, 5, 4), 30, 1.2)


@pytest.fixture(scope="module")
def target(thing: Blobs) -> Target:
    return Target.of(image_of(thing, *grid(HALF, 0.4)))


def specimen(thing: Blobs, pose: np.ndarray, half: float = 13.0) -> Image:
    return image_of(thing, *grid(half, 0.5, pose[:3, 3]), pose)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_pose_is_found(thing: Blobs, target: Target, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pose = similarity(random_rotations(1, rng)[0], rng.uniform(0.9, 1.1), rng.uniform(-30, 30, 3))
    found = locate(specimen(thing, pose).scaled(120.0), target)
    assert degrees_between(pose, np.eye(4)) > 30, "a start that is right already would test nothing"
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert scale_of(found.template_to_specimen) == pytest.approx(scale_of(pose), rel=0.01)
    np.testing.assert_allclose(apply(found.template_to_specimen, np.zeros(3)), pose[:3, 3], atol=0.1)
    assert found.score > 0.98
    assert found.runner_up < found.score - 0.1


def test_the_target_holds_the_whole_object(thing: Blobs, target: Target) -> None:
    corners = thing.centres[thing.heights > 0.6]
    assert np.linalg.norm(corners - target.centre, axis=1).max() < target.radius
    for points, (blur, _, _) in zip(target.points, LEVELS, strict=True):
        wider = np.sqrt(thing.widths**2 + (blur / 2) ** 2)
        blurred = Blobs(thing.centres, wider, thing.heights * (thing.widths / wider) ** 3)
        near = target.centre + points.offsets.numpy()
        np.testing.assert_allclose(points.values, blurred(near), atol=0.05)


def test_noise_and_nothing_score_low(target: Target) -> None:
    shape, matrix = grid(13.0, 0.5)
    noise = np.random.default_rng(5).uniform(0, 1, shape)
    for voxels, most in ((noise, 0.5), (np.zeros(shape), 0.1)):
        found = locate(Image(tensor(voxels), matrix), target)
        assert np.isfinite(found.template_to_specimen).all()
        assert found.score < most


def test_a_mirror_image_scores_below_the_true_one(thing: Blobs, target: Target) -> None:
    mirrored = image_of(thing, *grid(13.0, 0.5), np.diag([-1.0, 1, 1, 1]))
    found = locate(mirrored, target)
    assert found.score < 0.9
    assert np.linalg.det(found.template_to_specimen[:3, :3]) > 0


def test_an_object_that_looks_alike_after_a_turn_has_a_runner_up_as_good(thing: Blobs) -> None:
    turn = np.diag([-1.0, -1.0, 1.0])
    twin = Blobs(
        np.vstack([thing.centres[:15], thing.centres[:15] @ turn]),
        np.tile(thing.widths[:15], 2),
        np.tile(thing.heights[:15], 2),
    )
    target = Target.of(image_of(twin, *grid(HALF, 0.5)))
    pose = similarity(random_rotations(1, np.random.default_rng(6))[0])
    image = image_of(twin, *grid(13.0, 0.5), pose)
    found = climb(Views(image), target, starts(target, pose[:3, :3], pose[:3, :3] @ turn))
    assert found.runner_up > found.score - 0.02


def starts(target: Target, *turns: np.ndarray) -> Poses:
    """Turns about the origin, where the object's own lies."""
    linear = np.stack(turns)
    return Poses(tensor(linear), tensor(linear @ target.centre), torch.zeros(len(linear)))


def test_climbing_keeps_the_better_start(thing: Blobs, target: Target) -> None:
    pose = similarity(random_rotations(1, np.random.default_rng(7))[0])
    wrong = random_rotations(1, np.random.default_rng(8))[0]
    found = climb(Views(specimen(thing, pose)), target, starts(target, wrong, pose[:3, :3]))
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert found.score > 0.98


@pytest.fixture(scope="module")
def real_target(skulls: list[Any]) -> Target:
    return Target.of(skulls[0].bright_image.shrunk(0.2).smoothed(0.1))


@pytest.mark.parametrize("row", [2, 4])
def test_a_real_skull_in_any_pose_is_found(skulls: list[Any], real_target: Target, row: int) -> None:
    rng = np.random.default_rng(30 + row)
    skull = skulls[row]
    turned = similarity(random_rotations(1, rng)[0], shift=rng.uniform(-20, 20, 3), about=skull.volume.centre)
    truth = turned @ similarity_fit(skulls[0].points, skull.points)
    found = locate(Image.of(skull.volume.moved(turned)), real_target)
    missed = degrees_between(found.template_to_specimen, truth)
    assert missed < 3
    assert degrees_between(np.eye(4), truth) > 10 * missed, "no answer at all would be as good"
    marks = apply(found.template_to_specimen, skulls[0].points)
    assert np.linalg.norm(marks - apply(turned, skull.points), axis=1).mean() < 0.5
    assert found.score > 0.8 > 0.5 > found.runner_up


class Tells(OrientNetwork):
    """A network that always tells one rotation, seen from every view, about the bright centre."""

    def __init__(self, turn: np.ndarray) -> None:
        super().__init__(NetworkSettings(size=16, spacing=2.0, widths=(8, 8)))
        self.turn_told = turn

    def forward(self, cubes: torch.Tensor) -> Guess:
        views = np.concatenate([np.eye(3)[None], rotation_grid(len(cubes) - 1)])
        six = six_from_rotation(tensor(views @ self.turn_told))
        return Guess(six, torch.zeros(len(cubes), 3), torch.zeros(len(cubes)))


class Counts:
    """How many rotations were searched."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.rotations: list[int] = []
        patch.setattr(locate_module, "search_rotations", self)

    def __call__(self, *arguments: Any) -> Poses:
        self.rotations.append(len(arguments[4]))
        return search_rotations(*arguments)


@pytest.mark.parametrize("off", [0.0, 12.0])
def test_a_clear_pose_of_a_network_spares_the_long_search(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch, off: float
) -> None:
    rng = np.random.default_rng(11)
    pose = similarity(random_rotations(1, rng)[0], 1.05, rng.uniform(-30, 30, 3))
    monkeypatch.setattr(locate_module, "CLEAR_LEAD", 0.15)  # blobs look more alike than skulls
    counted = Counts(monkeypatch)
    found = locate(specimen(thing, pose), target, network=Tells(small_turn(off, rng) @ pose[:3, :3] / 1.05))
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert counted.rotations == [FEW_ROTATIONS]


def test_a_network_that_is_wrong_harms_nothing(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(12)
    pose = similarity(random_rotations(1, rng)[0], shift=rng.uniform(-30, 30, 3))
    plain = locate(specimen(thing, pose), target)
    monkeypatch.setattr(locate_module, "FEW_ROTATIONS", 1)  # no help from the short search
    counted = Counts(monkeypatch)
    found = locate(specimen(thing, pose), target, network=Tells(random_rotations(1, rng)[0]))
    assert counted.rotations == [1, ROTATIONS]
    assert found.score == pytest.approx(plain.score, abs=1e-3)
    assert degrees_between(found.template_to_specimen, pose) < 0.5


def test_a_right_network_wins_over_a_search_that_finds_nothing(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    pose = similarity(rotation_grid(1)[0] @ small_turn(150, np.random.default_rng(13)))
    for name in ("FEW_ROTATIONS", "ROTATIONS"):
        monkeypatch.setattr(locate_module, name, 1)
    alone = locate(specimen(thing, pose), target)
    found = locate(specimen(thing, pose), target, network=Tells(pose[:3, :3]))
    assert degrees_between(alone.template_to_specimen, pose) > 10
    assert degrees_between(found.template_to_specimen, pose) < 0.5


def test_nothing_is_never_clear(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    shape, matrix = grid(13.0, 0.5)
    noise = np.random.default_rng(5).uniform(0, 1, shape)
    counted = Counts(monkeypatch)
    found = locate(Image(tensor(noise), matrix), target, network=Tells(np.eye(3)))
    assert counted.rotations == [FEW_ROTATIONS, ROTATIONS]
    assert found.score < 0.5


def test_given_rotations_leave_the_network_unasked(thing: Blobs, target: Target) -> None:
    pose = similarity(random_rotations(1, np.random.default_rng(14))[0])
    found = locate(specimen(thing, pose), target, np.eye(3)[None], Tells(pose[:3, :3]))
    assert degrees_between(found.template_to_specimen, pose) > 10


def moved_by(pose: np.ndarray, degrees: float, shift: float, size: float, seed: int) -> np.ndarray:
    """A pose that is somewhat off, as networks propose them."""
    rng = np.random.default_rng(seed)
    off = similarity(small_turn(degrees, rng), size, shift * rng.normal(size=3) / 3**0.5, pose[:3, 3])
    return np.asarray(off @ pose)


@pytest.mark.parametrize("size", [1.0, 0.6, 1.6])
def test_a_right_proposal_wins_and_spares_the_long_search(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch, size: float
) -> None:
    rng = np.random.default_rng(15)
    pose = similarity(random_rotations(1, rng)[0], 1.05, rng.uniform(-30, 30, 3))
    monkeypatch.setattr(locate_module, "CLEAR_LEAD", 0.15)  # blobs look more alike than skulls
    monkeypatch.setattr(locate_module, "FEW_ROTATIONS", 1)  # no help from the short search
    counted = Counts(monkeypatch)
    off = moved_by(pose, 9.0, 0.8, size, seed=3)
    found = locate(specimen(thing, pose), target, proposals=[off])
    assert counted.rotations == [1]
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert scale_of(found.template_to_specimen) == pytest.approx(1.05, rel=0.01)


def test_a_right_proposal_wins_over_searches_that_find_nothing(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    pose = similarity(rotation_grid(1)[0] @ small_turn(150, np.random.default_rng(13)))
    for name in ("FEW_ROTATIONS", "ROTATIONS"):
        monkeypatch.setattr(locate_module, name, 1)
    image = specimen(thing, pose)
    alone = locate(image, target)
    found = locate(image, target, proposals=[moved_by(pose, 9.0, 0.8, 1.0, seed=4)])
    assert degrees_between(alone.template_to_specimen, pose) > 10
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert found.score > alone.score


def strange(kind: str) -> np.ndarray:
    """A proposal of a network that is lost."""
    turn = random_rotations(1, np.random.default_rng(16))[0]
    if kind == "mirrored":
        return similarity(turn) @ np.diag([-1.0, 1.0, 1.0, 1.0])
    sizes = {"another turn": 1.0, "a point": 0.0, "shrunk": 0.02, "huge": 50.0, "no numbers": np.nan}
    return similarity(turn) @ np.diag([*[sizes[kind]] * 3, 1.0])


@pytest.mark.parametrize("kind", ["another turn", "mirrored", "a point", "shrunk", "huge", "no numbers"])
def test_a_wrong_proposal_harms_nothing(thing: Blobs, target: Target, kind: str) -> None:
    rng = np.random.default_rng(12)
    pose = similarity(random_rotations(1, rng)[0], shift=rng.uniform(-30, 30, 3))
    image = specimen(thing, pose)
    found = locate(image, target, proposals=[strange(kind)])
    assert degrees_between(found.template_to_specimen, pose) < 0.5
    assert found.score > 0.98


def test_the_better_of_network_and_proposal_wins(
    thing: Blobs, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_ROTATIONS", "ROTATIONS"):
        monkeypatch.setattr(locate_module, name, 1)
    rng = np.random.default_rng(17)
    pose = similarity(random_rotations(1, rng)[0])
    wrong = random_rotations(1, rng)[0]
    image = specimen(thing, pose)
    for network, proposal in ((pose[:3, :3], similarity(wrong)), (wrong, pose)):
        found = locate(image, target, network=Tells(network), proposals=[proposal])
        assert degrees_between(found.template_to_specimen, pose) < 0.5


def test_given_rotations_leave_proposals_unasked(thing: Blobs, target: Target) -> None:
    pose = similarity(random_rotations(1, np.random.default_rng(14))[0])
    found = locate(specimen(thing, pose), target, np.eye(3)[None], proposals=[pose])
    assert degrees_between(found.template_to_specimen, pose) > 10
