import time

import numpy as np
import pytest
from fake_predictor import landmarks_of, write_scan

from craniomark.flows.pipeline.picture import Caption, draw_picture
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume


def pixels(path):
    from matplotlib.image import imread

    return imread(path)


def test_picture_of_awkward_names_is_drawn(tmp_path):
    volume = read_volume(write_scan(tmp_path / "a.nii.gz"))
    caption = Caption("Maus $7_ü 鼠 " * 20, "Pose good · $x")
    draw_picture(volume, landmarks_of(volume), np.eye(4), caption, tmp_path / "a b.png")
    image = pixels(tmp_path / "a b.png")
    assert image.shape[1] == 1320 and 500 < image.shape[0] < 3000


@pytest.mark.parametrize("known", [True, False])
def test_picture_is_drawn_without_landmarks_and_without_errors(tmp_path, known):
    volume = read_volume(write_scan(tmp_path / "a.nii.gz"))
    points = landmarks_of(volume).points if known else np.full((4, 3), np.nan)
    landmarks = LandmarkSet(("a", "b", "c", "d"), points)
    draw_picture(volume, landmarks, np.eye(4), Caption("a", "b"), tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").std() > 0.02


def test_constant_volume_still_gives_a_picture(tmp_path):
    volume = Volume(np.full((10, 10, 10), 7, np.int16), np.eye(4))
    draw_picture(volume, landmarks_of(volume), np.eye(4), Caption("a", "b"), tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()


def test_doubtful_landmarks_are_red_and_sure_ones_are_not(tmp_path):
    volume = read_volume(write_scan(tmp_path / "a.nii.gz"))

    def red(errors):
        notes = {name: Annotation(error, "ok") for name, error in errors.items()}
        landmarks = LandmarkSet(tuple(errors), landmarks_of(volume).points[:3], notes)
        draw_picture(volume, landmarks, np.eye(4), Caption("", ""), tmp_path / "a.png")
        image = pixels(tmp_path / "a.png")[:, :750]
        return int(((image[..., 0] > 0.9) & (image[..., 1] < 0.4)).sum())

    assert red({"a": 0.1, "b": 0.1, "c": 0.5}) > red({"a": 0.1, "b": 0.1, "c": 0.1}) + 20


def test_real_specimen_is_drawn_quickly(tmp_path, data_folder):
    specimen = find_specimens([data_folder / "mmllm"])[0]
    volume, landmarks = read_volume(specimen.path), read_truth(specimen)
    draw_picture(volume, landmarks, np.eye(4), Caption("warm", "up"), tmp_path / "a.png")
    start = time.process_time()
    draw_picture(volume, landmarks, np.eye(4), Caption(specimen.id, ""), tmp_path / "a.png")
    assert time.process_time() - start < 1.5
