"""What a prediction leaves in the folder of results."""

import json

import pytest
from odd_landmarks import _write

from craniomark.desktop.results import SPECIMEN, keep, specimen_of
from craniomark.flows.pipeline.record import read_record
from craniomark.flows.review import Desk, open_review
from craniomark.ground.checks import InputError


@pytest.fixture
def made(tmp_path):
    """A function that predicts voxels in a folder of its own, as the child does."""

    def make(voxels):
        folder = tmp_path / f"made-{voxels.hex()}"
        (folder / "made").mkdir(parents=True)
        scan = folder / "skull.nrrd"
        scan.write_bytes(voxels)
        _write(scan, folder / "made", "skull", {})
        (folder / "made" / "skull.png").write_bytes(b"picture")
        return folder / "made", scan

    return make


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "id_"),
    [("skull", "skull"), ("a/b:c", "a_b_c"), ("..", "specimen"), (" .hidden ", "hidden"), (" ", "specimen")],
)
def test_the_id_of_a_volume_can_be_a_file_name(scene, name, id_):
    assert specimen_of(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)) == id_


def test_a_volume_keeps_the_id_that_it_was_predicted_under(scene):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "renamed")
    volume.SetAttribute(SPECIMEN, "skull")
    assert specimen_of(volume) == "skull"


def test_files_are_moved_and_the_record_tells_where_the_scan_lies(made, out):
    assert keep(*made(b"one"), out, "skull") is False
    assert {path.name for path in out.iterdir()} == {
        "skull.csv", "skull.json", "skull.mrk.json", "skull.nrrd", "skull.png",
    }  # fmt: skip
    assert read_record(out / "skull.json").source.path == str(out / "skull.nrrd")


def test_the_same_scan_again_leaves_what_was_reviewed(made, out):
    keep(*made(b"one"), out, "skull")
    session = open_review(out, "skull", Desk("Anna"))
    session.move("2", (9.0, 9.0, 9.0))
    session.close()
    (out / "skull.csv").write_text("reviewed")
    folder, scan = made(b"one1")
    scan.write_bytes(b"one")
    record = json.loads((folder / "skull.json").read_text())
    record["source"]["sha256"] = read_record(out / "skull.json").source.sha256
    (folder / "skull.json").write_text(json.dumps(record))
    assert keep(folder, scan, out, "skull") is True
    assert (out / "skull.csv").read_text() == "reviewed" and (folder / "skull.csv").exists()


def test_another_scan_of_that_name_is_refused_and_nothing_is_moved(made, out):
    keep(*made(b"one"), out, "skull")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    folder, scan = made(b"two")
    with pytest.raises(InputError, match="rename the volume"):
        keep(folder, scan, out, "skull")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before and scan.exists()
