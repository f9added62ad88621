"""The contact sheet shows every specimen."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from craniomark.flows.datasets.sheet import contact_sheet
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, write_surface
from craniomark.ground.volumes import Volume, write_volume


def test_scans_and_meshes_are_drawn_and_broken_ones_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    image = np.zeros((30, 30, 30), np.uint8)
    image[8:22, 8:22, 8:22] = 200
    write_volume(Volume(image, np.eye(4)), data / "scan.nii.gz")
    write_landmarks(LandmarkSet(("a", "b"), [[15, 15, 15], [np.nan] * 3]), data / "scan.mrk.json")
    vertices = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], dtype=float)
    write_surface(Surface(vertices, np.array([[0, 1, 2], [0, 1, 3], [1, 2, 3]])), data / "mesh.ply")
    (data / "broken.nii.gz").write_bytes(b"nothing")
    told = []
    sentences = contact_sheet(data, tmp_path / "sheet.png", lambda name, _done, _total: told.append(name))
    assert told == ["broken", "mesh", "scan"]
    assert len(sentences) == 1 and "broken.nii.gz" in sentences[0]
    picture = imread(tmp_path / "sheet.png")
    assert picture[..., :3].max() > 0.9
    yellow = (picture[..., 0] > 0.9) & (picture[..., 2] < 0.6) & (picture[..., 1] > 0.7)
    assert yellow.any()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        contact_sheet(tmp_path, tmp_path / "sheet.png")


def test_samples_are_drawn_with_their_seed(tmp_path: Path) -> None:
    from craniomark.flows.datasets.sheet import Draws

    rng = np.random.default_rng(1)
    for name in "ab":
        array = rng.integers(0, 200, (14, 14, 20)).astype(np.uint8)
        volume = Volume(array, np.diag([0.5, 0.5, 0.5, 1]))
        write_volume(volume, tmp_path / "set" / "images" / f"{name}.nii.gz")
        write_volume(Volume((array > 90).astype(np.uint8), volume.matrix),
                     tmp_path / "set" / "masks" / f"seg_{name}.nii.gz")  # fmt: skip
        truth = LandmarkSet(("1", "2"), rng.uniform(2, 5, (2, 3)))
        write_landmarks(truth, tmp_path / "set" / "landmarks" / f"{name}.mrk.json")
    pictures = []
    for seed in (1, 1, 2):
        path = tmp_path / f"{len(pictures)}.png"
        assert contact_sheet(tmp_path / "set", path, None, Draws("section-defects", seed, 3)) == []
        pictures.append(path.read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


def test_an_unknown_recipe_is_refused(tmp_path: Path) -> None:
    from craniomark.flows.datasets.sheet import Draws

    volume = Volume(np.arange(1000, dtype=np.uint8).reshape(10, 10, 10), np.diag([0.5, 0.5, 0.5, 1]))
    write_volume(volume, tmp_path / "a.nii.gz")
    with pytest.raises(InputError, match="section-defects"):
        contact_sheet(tmp_path, tmp_path / "x.png", None, Draws("soup"))
