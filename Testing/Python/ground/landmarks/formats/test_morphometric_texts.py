"""Literal files of the morphometric programs, as they write them and as we do."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_cohort, write_cohort
from craniomark.ground.landmarks.formats import csv_long, csv_wide, morphoj, morphologika, nts, tps

N = "NA,NA,NA"
POINTS = {"a": ["1.5 -2.25 3", "NA NA NA", "NA NA NA"], "b": ["NA NA NA", "-4 5 -6.125", "7 8 9"]}

Read = Callable[[Path], dict[str, LandmarkSet]]


def _decimals(text: str) -> str:
    return " ".join(word if word == "NA" else f"{float(word):.6f}" for word in text.split())


LONG = """id,label,x,y,z,error90_mm,flag,status,px,py,pz,observer,time
a,Nasion,1.500000,-2.250000,3.000000,NA,NA,,NA,NA,NA,,
a,Bregma,NA,NA,NA,NA,NA,missing,NA,NA,NA,,
"""
EXPECTED = {
    "csv-wide": "id,Nasion_x,Nasion_y,Nasion_z,Bregma_x,Bregma_y,Bregma_z,Lambda_x,Lambda_y,Lambda_z\n"
    f"a,1.500000,-2.250000,3.000000,{N},{N}\n"
    f"b,{N},-4.000000,5.000000,-6.125000,7.000000,8.000000,9.000000\n",
    "morphoj": "Subject,Nasion_X,Nasion_Y,Nasion_Z,Bregma_X,Bregma_Y,Bregma_Z,Lambda_X,Lambda_Y,Lambda_Z\n"
    f"a,1.500000,-2.250000,3.000000,{N},{N}\n"
    f"b,{N},-4.000000,5.000000,-6.125000,7.000000,8.000000,9.000000\n",
    "tps": "".join(
        "LM3=3\n"
        + "".join(_decimals(point) + "\n" for point in points)
        + f"ID={specimen}\nSCALE=1\nCOMMENT=landmarks: Nasion Bregma Lambda\n"
        + ("\n" if specimen == "a" else "")
        for specimen, points in POINTS.items()
    ),
    "nts": '" Landmarks in LPS millimetres, written by CranioMark; names are percent-encoded\n'
    "1 2L 9L 1 -9999 DIM=3\na b\n"
    "Nasion_X Nasion_Y Nasion_Z Bregma_X Bregma_Y Bregma_Z Lambda_X Lambda_Y Lambda_Z\n"
    + "".join(_decimals(" ".join(points)).replace("NA", "-9999") + "\n" for points in POINTS.values()),
    "morphologika": "[individuals]\n2\n[landmarks]\n3\n[dimensions]\n3\n[names]\na\nb\n[rawpoints]\n"
    + "".join(
        f"'#{number} points: Nasion Bregma Lambda\n" + "".join(_decimals(point) + "\n" for point in points)
        for number, points in enumerate(POINTS.values(), start=1)
    ),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_written_file_is_the_literal_one(
    tmp_path: Path, kind: str, two_skulls: Mapping[str, LandmarkSet]
) -> None:
    write_cohort(two_skulls, tmp_path / "x", kind)
    assert (tmp_path / "x").read_text() == EXPECTED[kind]


def test_written_long_table_has_na_for_missing(tmp_path: Path, two_skulls: Mapping[str, LandmarkSet]) -> None:
    write_cohort({"a": two_skulls["a"]}, tmp_path / "x", "csv-long")
    assert (tmp_path / "x").read_text() == LONG


FOREIGN: list[tuple[Read, str, str]] = [
    (tps.read, "x.tps", "LM3=2\n1 2 3\nNA NA NA\nIMAGE=folder\\skull 1.jpg\nLM3=2\n4\t5\t6\n7 8 9\nID=two\n"),
    (tps.read, "x.tps", "lm3=2\r\n1 2 3\r\nna na na\r\nid=skull 1\r\nlm3=2\r\n2 2.5 3\r\n3.5 4 4.5\r\n"
     "SCALE=2.0\r\nID=two\r\nCURVES=1\r\nPOINTS=1\r\n9 9 9\r\n"),
    (nts.read, "x.nts", '"comment\n1 2L 6 1 -999 dim=3\nskull_1 two\n1 2 3 -999 -999 -999\n4 5 6\n7 8 9\n'),
    (nts.read, "x.dta", "'made by Landmark\n1 2L 6 1 9999 Dim=3\nskull_1\ntwo\n1 2 3\n9999 9999 9999\n"
     "4 5 6\n7 8 9\n"),
    (morphologika.read, "x.txt", "[Individuals]\r\n2\r\n[Landmarks]\r\n2\r\n[Dimensions]\r\n3\r\n[Names]\r\n"
     "skull 1\r\ntwo\r\n[labels]\r\nsex\r\n[labelvalues]\r\nm\r\nf\r\n[rawpoints]\r\n'#1\r\n1 2 3\r\n"
     "9999 9999 9999\r\n'#2\r\n4 5 6\r\n7 8 9\r\n[wireframe]\r\n1 2\r\n"),
    (morphoj.read, "x.txt", "ID\tx1\ty1\tz1\tx2\ty2\tz2\nskull 1\t1\t2\t3\t\t\t\ntwo\t4\t5\t6\t7\t8\t9\n"),
    (morphoj.read, "x.txt", "skull 1; 1; 2; 3; NA; NA; NA\ntwo; 4; 5; 6; 7; 8; 9\n"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "name", "text"), FOREIGN)
def test_file_of_another_program_is_read(tmp_path: Path, read: Read, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    found = read(tmp_path / name)
    first, second = found.values()
    assert [specimen.replace("_", " ") for specimen in found] == ["skull 1", "two"]
    assert first.labels == second.labels == ("1", "2")
    np.testing.assert_array_equal(first.points, [[1, 2, 3], [np.nan] * 3])
    np.testing.assert_array_equal(second.points, [[4, 5, 6], [7, 8, 9]])


def test_curves_are_left_out_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "x.tps").write_text("LM3=1\n1 2 3\nCURVES=1\nPOINTS=1\n9 9 9\nID=s\n")
    found = tps.read(tmp_path / "x.tps")["s"]
    assert len(found) == 1
    assert "curves" in found.notes[0]


def test_missing_code_avoids_real_coordinates(tmp_path: Path) -> None:
    points = np.array([[-9999, 1, 2], [np.nan] * 3])
    write_cohort({"s": LandmarkSet(("A", "B"), points)}, tmp_path / "x.nts", "nts")
    np.testing.assert_array_equal(read_cohort(tmp_path / "x.nts")["s"].points, points)


BAD: list[tuple[Read, str, str]] = [
    (tps.read, "LM=2\n1 2\n3 4\n", "three-dimensional"),
    (tps.read, "LM3=two\n", "line 1 is 'LM3=two'"),
    (tps.read, "LM3=0\n", "line 1 is 'LM3=0'"),
    (tps.read, "1 2 3\n", "line 1 is '1 2 3'"),
    (tps.read, "LM3=2\n1 2 3\nID=s\n", "line 1, LM3 is 2 with 1 points"),
    (tps.read, "LM3=1\n1 2\n", "line 2 is 2 coordinates"),
    (tps.read, "LM3=1\n1 2 x\n", "line 2 is 'x'"),
    (tps.read, "LM3=1\n1 2 3\nSCALE=0\n", "SCALE after line 1 is 0"),
    (tps.read, "LM3=1\n1 2 3\nID=s\nLM3=2\n1 2 3\n4 5 6\nID=t\n", "LM3 is 1 and 2"),
    (tps.read, "LM3=1\n1 2 3\nID=s\nLM3=1\n1 2 3\nID=s\n", "specimen id is 's' twice"),
    (tps.read, "LM3=1\n1 2 3\nID=s\nCOMMENT=landmarks: A B\n", "2 names for 1 landmarks"),
    (nts.read, "2 1 3 0 DIM=3\n1 2 3\n", "parameter line"),
    (nts.read, "1 1 2 0 DIM=2\n1 2\n", "three-dimensional"),
    (nts.read, "1 2 3 0 DIM=3\n1 2 3\n", "3 names and numbers where the parameter line declares 6"),
    (nts.read, "1 1 3 0 DIM=3\n1 2 x\n", "landmark '1' is 'x'"),
    (nts.read, "1 2L 3 0 DIM=3\ns s\n1 2 3\n1 2 3\n", "specimen id is 's' twice"),
    (nts.read, '"only a comment\n', "parameter line is missing"),
    (
        morphologika.read,
        "[individuals]\n1\n[landmarks]\n1\n[dimensions]\n2\n[rawpoints]\n1 2\n",
        "[dimensions]",
    ),
    (
        morphologika.read,
        "[individuals]\n1\n[landmarks]\n2\n[dimensions]\n3\n[rawpoints]\n1 2 3\n",
        "[rawpoints]",
    ),
    (
        morphologika.read,
        "[individuals]\nx\n[landmarks]\n1\n[dimensions]\n3\n[rawpoints]\n1 2 3\n",
        "[individ",
    ),
    (morphologika.read, "[individuals]\n1\n[landmarks]\n1\n[dimensions]\n3\n[rawpoints]\n1 2 x\n", "line 8"),
    (morphologika.read, "[landmarks]\n1\n", "[individuals] is missing"),
    (morphologika.read, "1 2 3\n", "line 1"),
    (morphoj.read, "s,1,2\n", "line 1 is 2 coordinates"),
    (morphoj.read, "s,1,2,3\nt,1,2\n", "line 2 is 3 cells"),
    (morphoj.read, "s,1,2,3\nt,1,2,x\n", "line 2, landmark '1' is 'x'"),
    (morphoj.read, "s,1,2,3\ns,1,2,3\n", "specimen id is 's' twice"),
    (morphoj.read, "Subject,A_X,A_Y,A_Z,A_X,A_Y,A_Z\ns,1,2,3,4,5,6\n", "label is 'A' twice"),
    (csv_wide.read, "id,A_x,A_y\ns,1,2\n", "header"),
    (csv_wide.read, "id,A_x,A_y,A_z\n", "specimens is none"),
    (csv_wide.read, "id,A_x,A_y,A_z\ns,1,NA,3\n", "line 2, landmark 'A' is 1,NA,3"),
    (csv_long.read, "id,label,x,y\ns,A,1,2\n", "column z is missing"),
    (csv_long.read, "label,x,y,z\nA,1,2,3\n", "column id is missing"),
    (csv_long.read, "id,label,x,y,z\ns,A,1,2,3\ns,A,1,2,3\n", "label is 'A' twice"),
    (csv_long.read, "id,label,x,y,z\n,A,1,2,3\n", "specimen id is empty"),
]


@pytest.mark.parametrize(("read", "text", "told"), BAD)
def test_bad_content_is_named(tmp_path: Path, read: Read, text: str, told: str) -> None:
    (tmp_path / "x").write_text(text)
    with pytest.raises(InputError) as error:
        read(tmp_path / "x")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("kind", "specimen"), [("morphoj", "a,b"), ("morphoj", "a;b"), ("morphologika", "[a")]
)
def test_id_that_the_format_can_not_hold_is_refused(tmp_path: Path, kind: str, specimen: str) -> None:
    with pytest.raises(InputError, match="specimen id"):
        write_cohort({specimen: LandmarkSet(("A",), [[1, 2, 3]])}, tmp_path / "x", kind)
    assert not (tmp_path / "x").exists()


def test_id_with_spaces_survives_nts(tmp_path: Path) -> None:
    write_cohort({"Mus m. 7 %": LandmarkSet(("A b",), [[1, 2, 3]])}, tmp_path / "x.nts", "nts")
    found = read_cohort(tmp_path / "x.nts")
    assert list(found) == ["Mus m. 7 %"]
    assert found["Mus m. 7 %"].labels == ("A b",)


@pytest.mark.parametrize("label", ["landmark 1", "Names", "rawPoints", "group label"])
def test_comment_holds_no_word_that_readers_take_for_a_section(tmp_path: Path, label: str) -> None:
    write_cohort({"s": LandmarkSet((label,), [[1, 2, 3]])}, tmp_path / "x.txt", "morphologika")
    lines = (tmp_path / "x.txt").read_text().lower().splitlines()
    comment = next(line for line in lines if line.startswith("'"))
    assert not any(word in comment for word in ("landmark", "name", "rawpoint", "label", "group"))
    assert read_cohort(tmp_path / "x.txt")["s"].labels == (label,)
