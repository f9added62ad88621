"""Pictures of a model's landmarks: drawn once, by a thread, as files that a label can show."""

import time

import numpy as np
import pytest

from craniomark.desktop.landmark_pictures import LandmarkPictures
from craniomark.desktop.png import write_png


class Turns:
    """Steps that are followed, as a board has them."""

    def __init__(self):
        self.steps = []

    def until_done(self, seconds=120.0):
        end = time.monotonic() + seconds
        while self.steps and time.monotonic() < end:
            self.steps = [step for step in self.steps if not step()]
            time.sleep(0.01)
        return not self.steps


@pytest.fixture
def turns():
    return Turns()


def test_each_landmark_of_the_shipped_model_has_a_picture(turns, repository):
    model = repository / "Resources" / "Models" / "mouse-skull"
    pictures, heard = LandmarkPictures(turns.steps.append), []
    pictures.changed = lambda: heard.append(1)
    assert pictures.of(model, "1") is None and pictures.of(model, "2") is None
    assert len(turns.steps) == 1, "one thread draws all of a model"
    assert turns.until_done() and heard == [1]
    one, two = pictures.of(model, "1"), pictures.of(model, "2")
    assert one.read_bytes()[:4] == b"\x89PNG" and one.read_bytes() != two.read_bytes()
    assert pictures.of(model, "no such") is None and not turns.steps


def test_without_a_model_or_a_template_there_is_none(turns, tmp_path):
    pictures = LandmarkPictures(turns.steps.append)
    assert pictures.of(None, "1") is None and not turns.steps
    assert pictures.of(tmp_path, "1") is None and turns.until_done()
    assert pictures.of(tmp_path, "1") is None


def test_a_png_is_read_as_it_was_written(tmp_path):
    image = pytest.importorskip("matplotlib.image")
    picture = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    write_png(picture, tmp_path / "a.png")
    read = (image.imread(tmp_path / "a.png")[..., :3] * 255).round().astype(np.uint8)
    assert np.array_equal(read, picture)
