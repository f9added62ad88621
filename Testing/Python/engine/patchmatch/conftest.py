"""The synthetic object, seen through a stage's settings."""

import pytest
from synthetic import Blobs, asymmetric, grid, image_of

from craniomark.engine.image import Image


@pytest.fixture(scope="session")
def thing() -> Blobs:
    return asymmetric((4, 3.5, 3), 60, 0.45)


@pytest.fixture(scope="session")
def image(thing: Blobs) -> Image:
    return image_of(thing, *grid(5.5, 0.25))
