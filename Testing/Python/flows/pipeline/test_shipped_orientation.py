"""The shipped orientation network on skulls in random poses that it knows: a guard, no figure of accuracy."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skull_bundle import Skull

from craniomark.engine.image import Image
from craniomark.flows.bundle import load_bundle
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import (
    nearest_rotation,
    random_rotations,
    rotation_angle_degrees,
    similarity_fit,
)
from craniomark.tasks.orient import locate as locate_module
from craniomark.tasks.orient.cubes import coarse_view
from craniomark.tasks.orient.locate import locate
from craniomark.tasks.orient.network import OrientNetwork
from craniomark.tasks.orient.predict import propose


@pytest.fixture(scope="module")
def shipped(repository: Path) -> Model:
    bundle = load_bundle(repository / "Resources" / "Models" / "mouse-skull")
    return load_model(bundle, device="cpu")


@pytest.fixture(scope="module")
def posed(shipped: Model, unseen_skulls: list[Skull]) -> list[tuple[Image, np.ndarray]]:
    """Images in random poses, and the true rotations from the template."""
    rng, found = np.random.default_rng(40), []
    for skull in unseen_skulls[:3]:
        transform = np.eye(4)
        transform[:3, :3] = random_rotations(1, rng)[0]
        moved = skull.moved(transform)
        truth = similarity_fit(shipped.shape.mean, moved.truth.ordered(shipped.labels).points)
        found.append((working_image(moved.volume), nearest_rotation(truth)))
    return found


def errors(network: OrientNetwork, posed: list[tuple[Image, np.ndarray]]) -> list[float]:
    degrees = []
    for image, truth in posed:
        first = propose(network, coarse_view(image, network.settings.spacing)).linear[0].double().numpy()
        degrees.append(float(rotation_angle_degrees(nearest_rotation(first), truth)))
    return degrees


def test_its_first_proposal_is_near_and_an_untrained_ones_is_not(
    shipped: Model, posed: list[tuple[Image, np.ndarray]]
) -> None:
    assert shipped.orient is not None
    assert max(errors(shipped.orient, posed)) < 15
    torch.manual_seed(1)
    assert np.mean(errors(OrientNetwork(shipped.orient.settings).eval(), posed)) > 40


def test_it_finds_poses_by_itself(
    shipped: Model, posed: list[tuple[Image, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_ROTATIONS", "ROTATIONS"):
        monkeypatch.setattr(locate_module, name, 1)  # the searches find nothing
    for image, truth in posed:
        found = locate(image, shipped.target, network=shipped.orient)
        turn = nearest_rotation(found.template_to_specimen[:3, :3])
        assert float(rotation_angle_degrees(turn, truth)) < 2
        assert found.score > 0.8
