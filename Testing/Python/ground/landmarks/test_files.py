"""Formats found by name and content; one specimen or many; folders."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import (
    FORMATS,
    LandmarkSet,
    detect_format,
    read_cohort,
    read_landmarks,
    specimen_of,
    write_cohort,
    write_landmarks,
)


def test_formats_are_those_of_the_command() -> None:
    assert " ".join(FORMATS) == "csv-long csv-wide mrk.json fcsv morphoj tps nts morphologika"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.mrk.json", "", "mrk.json"),
        ("a.JSON", "", "mrk.json"),
        ("a.fcsv", "", "fcsv"),
        ("a.csv", "label,x,y,z\nA,1,2,3\n", "csv"),
        ("a.csv", '"x","y","z"\n1,2,3\n', "csv"),
        ("a.csv", "id;label;x;y;z\ns;A;1;2;3\n", "csv-long"),
        ("a.csv", "id,A_x,A_y,A_z\ns,1,2,3\n", "csv-wide"),
        ("a.csv", "Subject,A_X,A_Y,A_Z\ns,1,2,3\n", "morphoj"),
        ("a.txt", "s\t1\t2\t3\n", "morphoj"),
        ("a.txt", "LM3=1\n1 2 3\nID=s\n", "tps"),
        ("a.txt", '"made by hand\n1 1L 3 0 DIM=3\ns 1 2 3\n', "nts"),
        ("a.txt", "[Individuals]\n1\n", "morphologika"),
    ],
)
def test_format_is_detected(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / name).write_text(text)
    assert detect_format(tmp_path / name) == kind


@pytest.mark.parametrize("name", ["a.png", "a", "a.ply"])
def test_unknown_ending_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    for read in (read_landmarks, read_cohort):
        with pytest.raises(InputError, match="file name ending"):
            read(tmp_path / name)
    with pytest.raises(InputError, match="file name ending"):
        write_landmarks(LandmarkSet(("A",), [[1, 2, 3]]), tmp_path / name)


@pytest.mark.parametrize("ending", ["mrk.json", "fcsv", "csv", "tps", "nts", "txt"])
@pytest.mark.parametrize("content", [b"", b"  \n\n", b"\x89PNG\r\n\x1a\n\0\0\xff", b"ab\0cd", b"\xff\xfe1,2"])
def test_empty_and_binary_files_are_refused(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    with pytest.raises(InputError, match="content"):
        read_landmarks(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.fcsv: file is not there"):
        read_landmarks(tmp_path / "none.fcsv")


@pytest.mark.parametrize("kind", ["csv-long", "csv-wide", "morphoj", "tps", "nts", "morphologika"])
def test_file_with_several_specimens_is_no_single_one(
    tmp_path: Path, kind: str, two_skulls: Mapping[str, LandmarkSet]
) -> None:
    path = tmp_path / ("x.tps" if kind == "tps" else "x.nts" if kind == "nts" else "x.txt")
    write_cohort(two_skulls, path, kind)
    with pytest.raises(InputError, match=r"specimens is 2 \(a, b\)"):
        read_landmarks(path)


@pytest.mark.parametrize("kind", ["mrk.json", "fcsv"])
def test_cohort_of_single_files_is_a_folder(
    tmp_path: Path, kind: str, two_skulls: Mapping[str, LandmarkSet]
) -> None:
    write_cohort(two_skulls, tmp_path / "out", kind)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [f"a.{kind}", f"b.{kind}"]
    assert read_landmarks(tmp_path / "out" / f"b.{kind}").labels == ("Nasion", "Bregma", "Lambda")


def test_folder_prefers_markups_and_passes_other_files_over(tmp_path: Path) -> None:
    one = LandmarkSet(("A",), [[1, 2, 3]])
    write_landmarks(one, tmp_path / "s.mrk.json")
    write_landmarks(LandmarkSet(("A",), [[9, 9, 9]]), tmp_path / "s.csv")
    write_landmarks(one, tmp_path / "t-LM.fcsv")
    write_landmarks(one, tmp_path / "u.csv")
    (tmp_path / "summary.csv").write_text("id,verdict\ns,good\n")
    (tmp_path / "s.json").write_text("{}")
    found = read_cohort(tmp_path)
    assert list(found) == ["s", "t", "u"]
    np.testing.assert_array_equal(found["s"].points, [[1, 2, 3]])


def test_two_files_of_one_specimen_in_a_folder_are_refused(tmp_path: Path) -> None:
    for name in ("s.fcsv", "s-LM.fcsv"):
        write_landmarks(LandmarkSet(("A",), [[1, 2, 3]]), tmp_path / name)
    with pytest.raises(InputError, match="specimen id is 's' twice"):
        read_cohort(tmp_path)


def test_folder_without_landmarks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="landmark files is none"):
        read_cohort(tmp_path)


def test_id_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="specimen id"):
        write_cohort({"../x": LandmarkSet(("A",), [[1, 2, 3]])}, tmp_path / "out", "fcsv")


def test_unknown_format_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of csv-long"):
        write_cohort({"s": LandmarkSet(("A",), [[1, 2, 3]])}, tmp_path / "x", "xls")


@pytest.mark.parametrize(
    ("name", "specimen"),
    [("a b.mrk.json", "a b"), ("X-LM.fcsv", "X"), ("X_LM.csv", "X"), ("v1.2.tps", "v1.2")],
)
def test_specimen_of_a_file(name: str, specimen: str) -> None:
    assert specimen_of(Path("folder") / name) == specimen


def test_real_formats_of_one_specimen_agree(data_folder: Path) -> None:
    fcsv = read_landmarks(data_folder / "mmllm" / "152_9.fcsv")
    table = read_landmarks(data_folder / "mmllm" / "templatePoints.csv")
    assert fcsv.labels == table.labels
    np.testing.assert_array_equal(fcsv.points, table.points)


def test_real_folder_of_markups(mouse_mesh_folder: Path) -> None:
    found = read_cohort(mouse_mesh_folder)
    assert {len(landmarks) for landmarks in found.values()} == {len(found["SF"])}
    np.testing.assert_array_equal(found["SF"].points[0], [-9.0314, -22.9203, 11.0676])
