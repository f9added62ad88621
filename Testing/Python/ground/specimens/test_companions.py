"""Landmarks and masks beside scans, also in folders of thousands."""

import os

from craniomark.ground.specimens import find_specimens
from craniomark.ground.specimens.companions import Companions


def made(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def test_markups_count_before_tables(tmp_path):
    made(tmp_path, "a.nrrd", "a-LM.csv", "a.mrk.json", "a_LM.nii.gz")
    assert Companions().landmarks(tmp_path / "a.nrrd") == tmp_path / "a.mrk.json"


def test_a_mask_is_no_landmark_file(tmp_path):
    made(tmp_path, "a.nrrd", "seg_a.nii.gz")
    found = Companions()
    assert found.landmarks(tmp_path / "a.nrrd") is None
    assert found.mask(tmp_path / "a.nrrd") == tmp_path / "seg_a.nii.gz"


def test_a_name_that_holds_another_is_not_its_companion(tmp_path):
    made(tmp_path, "a.nrrd", "a1.nrrd", "a1.fcsv", "ba_LM.csv")
    assert Companions().landmarks(tmp_path / "a.nrrd") is None


def test_files_beside_the_folder_of_images_count(tmp_path):
    made(tmp_path / "images", "a.nrrd")
    made(tmp_path / "masks", "seg_a.nrrd")
    made(tmp_path / "landmarks", "a.csv")
    found = Companions()
    assert found.landmarks(tmp_path / "images" / "a.nrrd") == tmp_path / "landmarks" / "a.csv"
    assert found.mask(tmp_path / "images" / "a.nrrd") == tmp_path / "masks" / "seg_a.nrrd"


def test_hidden_files_and_folders_do_not_count(tmp_path):
    made(tmp_path, "a.nrrd", ".a.mrk.json")
    (tmp_path / "a.fcsv").mkdir()
    assert Companions().landmarks(tmp_path / "a.nrrd") is None


def test_a_folder_is_listed_as_often_for_many_specimens_as_for_few(tmp_path, monkeypatch):
    def listings(count):
        folder = made(
            tmp_path / str(count), *(f"{n}{end}" for n in range(count) for end in (".nrrd", ".fcsv"))
        )
        looks = []
        monkeypatch.setattr(os, "scandir", lambda path, real=scandir: looks.append(path) or real(path))
        specimens = find_specimens([folder])
        assert len(specimens) == count and all(one.landmarks for one in specimens)
        return len(looks)

    scandir = os.scandir
    assert listings(200) == listings(2)
