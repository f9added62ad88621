from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen, find_specimens

Touched = Callable[..., Path]


@pytest.fixture
def touched(tmp_path: Path) -> Touched:
    """Make empty files in a folder with a space and letters beyond ASCII in its name."""
    folder = tmp_path / "Mäuse 1"

    def touch(*names: str) -> Path:
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        return folder

    return touch


def stack(folder: Path, count: int = 8) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        tifffile.imwrite(folder / f"{number}.tif", np.zeros((2, 2), np.uint8))
    return folder


def dicom(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "IM0001").write_bytes(bytes(128) + b"DICM" + bytes(8))
    return folder


def ids(specimens: list[Specimen]) -> list[str]:
    return [specimen.id for specimen in specimens]


def test_a_folder_gives_its_scans_and_surfaces_by_name(touched: Touched) -> None:
    folder = touched("b.nii.gz", "a.ply", "é c.nrrd", "notes.txt", "table.csv", "d.raw", "d.mhd")
    specimens = find_specimens([folder])
    assert ids(specimens) == ["a", "b", "d", "é c"]
    assert [specimen.kind for specimen in specimens] == ["surface", "ct", "ct", "ct"]


@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".isq", ".aim"])
def test_every_scan_format_is_a_ct(suffix: str, touched: Touched) -> None:
    (specimen,) = find_specimens([touched(f"x{suffix}") / f"x{suffix}"])
    assert (specimen.id, specimen.kind) == ("x", "ct")


@pytest.mark.parametrize("suffix", [".ply", ".stl", ".obj", ".vtk", ".vtp"])
def test_every_mesh_format_is_a_surface(suffix: str, touched: Touched) -> None:
    (specimen,) = find_specimens([touched(f"x{suffix}") / f"x{suffix}"])
    assert (specimen.id, specimen.kind) == ("x", "surface")


def test_companions_are_attached_and_never_specimens(touched: Touched) -> None:
    folder = touched(
        "X.nii.gz", "X-LM.nii.gz", "seg_X.nii.gz", "Y.nii.gz", "Y.mrk.json", "Y-LM.nii.gz", "Z-LM.nrrd"
    )
    first, second = find_specimens([folder])
    assert (first.landmarks, first.mask) == (folder / "X-LM.nii.gz", folder / "seg_X.nii.gz")
    assert (second.landmarks, second.mask) == (folder / "Y.mrk.json", None)


def test_a_scan_named_alone_has_its_companions_too(touched: Touched) -> None:
    folder = touched("X.nrrd", "X_LM.fcsv", "X.fcsv", "XX.fcsv")
    (specimen,) = find_specimens([folder / "X.nrrd"])
    assert specimen.landmarks == folder / "X.fcsv"


def test_hidden_and_unfinished_files_are_passed_over(touched: Touched) -> None:
    folder = touched("a.nrrd", ".part-x-b.nrrd", ".hidden.nii", ".part-x-a.mrk.json")
    (specimen,) = find_specimens([folder])
    assert (specimen.id, specimen.landmarks) == ("a", None)


def test_a_folder_of_tiff_slices_is_one_specimen(tmp_path: Path) -> None:
    folder = stack(tmp_path / "mouse 1.2")
    (tmp_path / "mouse 1.2.fcsv").touch()
    (specimen,) = find_specimens([folder])
    assert specimen == Specimen("mouse 1.2", folder, "ct", tmp_path / "mouse 1.2.fcsv")


def test_stacks_and_dicom_folders_within_a_folder_count(tmp_path: Path) -> None:
    stack(tmp_path / "b")
    dicom(tmp_path / "a")
    (tmp_path / "other").mkdir()
    (tmp_path / "c.ply").touch()
    assert ids(find_specimens([tmp_path])) == ["a", "b", "c"]


def test_a_dicom_folder_is_one_specimen(tmp_path: Path) -> None:
    assert ids(find_specimens([dicom(tmp_path / "study")])) == ["study"]


def test_a_folder_with_a_dot_for_its_name_takes_its_real_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stack(tmp_path / "mouse"))
    assert ids(find_specimens([Path()])) == ["mouse"]


def test_slices_mixed_with_scans_are_refused(tmp_path: Path) -> None:
    folder = stack(tmp_path / "a")
    (folder / "b.nrrd").touch()
    with pytest.raises(InputError, match=r"slices and b\.nrrd"):
        find_specimens([folder])


def test_too_few_slices_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"7 \.tif slices"):
        find_specimens([stack(tmp_path / "a", 7)])


@pytest.mark.parametrize("names", [[], ["notes.txt"], ["X-LM.nii.gz", "seg_Y.nrrd"]])
def test_a_folder_without_specimens_is_refused(names: list[str], touched: Touched) -> None:
    with pytest.raises(InputError, match="without any specimen"):
        find_specimens([touched(*names)])


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.nii.zip"])
def test_an_unknown_file_type_named_directly_is_refused(name: str, touched: Touched) -> None:
    with pytest.raises(InputError, match="file type"):
        find_specimens([touched(name) / name])


def test_a_companion_named_directly_is_refused_with_its_owner(touched: Touched) -> None:
    with pytest.raises(InputError, match="name the scan X itself"):
        find_specimens([touched("X-LM.nii.gz") / "X-LM.nii.gz"])


def test_a_missing_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        find_specimens([tmp_path / "none.nrrd"])


@pytest.mark.parametrize(
    "names",
    [["a.nrrd", "a.ply"], ["a.nrrd", "A.nii"], ["e\u0301.nrrd", "\u00e9.ply"], ["x/a.nrrd", "y/a.nrrd"]],
)
def test_clashing_ids_are_refused_with_both_paths(names: list[str], touched: Touched) -> None:
    paths = [touched(*names) / name for name in names]
    with pytest.raises(InputError) as error:
        find_specimens(paths)
    assert error.value.field == "id"
    assert all(str(path) in str(error.value) for path in paths)


def test_a_scan_named_twice_stands_once(touched: Touched) -> None:
    folder = touched("a.nrrd", "b.nrrd")
    assert ids(find_specimens([folder / "b.nrrd", folder])) == ["b", "a"]


def test_scans_masks_and_landmarks_may_lie_in_folders_of_their_own(touched: Touched) -> None:
    folder = touched(
        "images/a.nii.gz", "images/b.nrrd", "masks/seg_a.nii.gz", "landmarks/a.csv", "landmarks/b-LM.nii.gz",
        "landmarks/c.csv", "list.txt",
    )  # fmt: skip
    for named in (folder, folder / "images"):
        first, second = find_specimens([named])
        assert (first.id, first.mask, first.landmarks) == (
            "a", folder / "masks/seg_a.nii.gz", folder / "landmarks/a.csv",
        )  # fmt: skip
        assert (second.id, second.mask, second.landmarks) == ("b", None, folder / "landmarks/b-LM.nii.gz")


def test_markups_go_before_tables_also_there(touched: Touched) -> None:
    folder = touched("images/a.nii.gz", "landmarks/a.csv", "landmarks/a.mrk.json", "images/seg_a.nii.gz")
    (found,) = find_specimens([folder])
    assert found.landmarks == folder / "landmarks/a.mrk.json"
    assert found.mask == folder / "images/seg_a.nii.gz"


def test_a_label_image_in_landmarks_counts_by_its_name_alone(touched: Touched) -> None:
    folder = touched("images/a.nii.gz", "landmarks/a.nii.gz")
    (found,) = find_specimens([folder])
    assert found.landmarks == folder / "landmarks/a.nii.gz"


def test_a_folder_called_masks_elsewhere_is_no_matter(touched: Touched) -> None:
    folder = touched("scans/a.nii.gz", "masks/seg_a.nii.gz")
    (found,) = find_specimens([folder / "scans"])
    assert found.mask is None
