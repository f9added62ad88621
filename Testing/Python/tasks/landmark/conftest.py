"""A synthetic population with known landmarks, and a template from real skulls."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from synthetic import Blobs, asymmetric, grid, image_of

from craniomark.engine.brightness import bone_gain
from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.ground.geometry.fits import apply, similarity_fit
from craniomark.ground.geometry.procrustes import generalised_procrustes
from craniomark.ground.geometry.shape_model import ShapeModel, fit_shape_model
from craniomark.tasks.landmark.appearance import Appearance, mean_appearance
from craniomark.tasks.landmark.stages import STAGES


@dataclass(frozen=True, eq=False)
class Learnt:
    """What is known of a population before a new specimen is seen."""

    image: Image
    shape: ShapeModel
    appearance: Appearance


THING = asymmetric((5, 4, 3.5), 26, 0.6, seed=11)


def variant(seed: int) -> Blobs:
    """The object with its blobs moved a little, each in its own way; landmarks are their centres."""
    rng = np.random.default_rng(seed)
    return Blobs(THING.centres + rng.normal(0, 0.12, THING.centres.shape), THING.widths, THING.heights)


def pictured(thing: Blobs) -> Image:
    return image_of(thing, *grid((7.0, 6.0, 5.5), 0.25))


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    """Four members of the synthetic population in the template's frame."""
    return [Example(pictured(variant(seed)), variant(seed).centres) for seed in range(4)]


@pytest.fixture(scope="session")
def learnt(examples: list[Example]) -> Learnt:
    """Shape and appearance of the synthetic population."""
    shape = fit_shape_model([example.points for example in examples], 1)
    return Learnt(pictured(THING), shape, mean_appearance(examples, STAGES))


@pytest.fixture(scope="session")
def learnt_skulls(skulls: list[Any]) -> Learnt:
    """Shape and appearance of the first four real skulls."""
    mean = generalised_procrustes([skull.points for skull in skulls[:4]]).mean
    poses = [similarity_fit(skull.points, mean) for skull in skulls[:4]]
    image = skulls[0].bright_image.moved(poses[0])
    examples = []
    for skull, pose in zip(skulls, poses, strict=False):
        moved = Image.of(skull.volume).moved(pose)
        examples.append(Example(moved.scaled(bone_gain(moved, image, np.eye(4))), apply(pose, skull.points)))
    shape = fit_shape_model([example.points for example in examples], 2)
    return Learnt(image, shape, mean_appearance(examples, STAGES))


@pytest.fixture(scope="session")
def newcomer() -> Blobs:
    """A member of the synthetic population that took no part in what was learnt."""
    return variant(77)
