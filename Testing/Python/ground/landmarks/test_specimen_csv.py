"""The table of one specimen as the contract has it."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, specimen_csv, write_landmarks

CONTRACT = "label,x,y,z,error90_mm,flag,status,px,py,pz,observer,time"


def test_file_is_the_contract(tmp_path: Path) -> None:
    annotation = Annotation(0.25, "review", "corrected", (1, 2, 3), "Ada, L.", "2026-01-31T12:00:00Z")
    landmarks = LandmarkSet(
        ("A", "B"), [[1, -2.5, 3], [np.nan] * 3], {"A": annotation, "B": Annotation(flag="review")}
    )
    write_landmarks(landmarks, tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_text() == (
        f"{CONTRACT}\n"
        'A,1.000000,-2.500000,3.000000,0.250000,review,corrected,1.000000,2.000000,3.000000,"Ada, L.",'
        "2026-01-31T12:00:00Z\n"
        "B,,,,,,missing,,,,,\n"
    )


def test_point_with_a_position_can_not_be_missing(tmp_path: Path) -> None:
    landmarks = LandmarkSet(("A",), [[1, 2, 3]], {"A": Annotation(status="missing")})
    with pytest.raises(ValueError, match="'A' has a position"):
        specimen_csv.write(landmarks, tmp_path / "s.csv")


def test_table_of_coordinates_alone_is_numbered_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('"x","y","z"\n1,2,3\nNA,NA,NA\n')
    found = read_landmarks(tmp_path / "s.csv")
    assert found.labels == ("1", "2")
    assert found.present.tolist() == [True, False]
    assert "labelled 1 to n" in found.notes[0]


def test_other_columns_order_and_byte_order_mark_are_taken(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(b"\xef\xbb\xbflabel;side;z;x;y\r\nA;left;3;1;2\r\n")
    np.testing.assert_array_equal(read_landmarks(tmp_path / "s.csv").points, [[1, 2, 3]])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("A,1,2\n", "line 2 is 3 cells"),
        ("A,1,2,x\n", "line 2, position is 'x'"),
        ("A,1,2,inf\n", "line 2, position is 'inf'"),
        ("A,1,2,1_0\n", "line 2, position is '1_0'"),
        ("A,1,2,\n", "line 2, position is 1,2,"),
        ('A,"1,5",2,3\n', "line 2, position is '1,5'"),
        ("A,1,2,3\nA,4,5,6\n", "label is 'A' twice"),
        (",1,2,3\n", "label is empty"),
        ('A,1,2,3\n"B,4,5,6\n', "is broken"),
        ("", "landmarks is none"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, rows: str, told: str) -> None:
    (tmp_path / "s.csv").write_text("label,x,y,z\n" + rows)
    with pytest.raises(InputError) as error:
        specimen_csv.read(tmp_path / "s.csv")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("A,1,2,3,,bad,", "flag is 'bad'"),
        ("A,1,2,3,,,guessed", "status is 'guessed'"),
        ("A,1,2,3,,,missing", "status is missing beside a position"),
        ("A,1,2,3,big,,", "error90_mm is 'big'"),
    ],
)
def test_bad_annotations_are_named(tmp_path: Path, row: str, told: str) -> None:
    (tmp_path / "s.csv").write_text(f"label,x,y,z,error90_mm,flag,status\n{row}\n")
    with pytest.raises(InputError) as error:
        specimen_csv.read(tmp_path / "s.csv")
    assert told in str(error.value)


def test_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("label,x,y\nA,1,2\n")
    with pytest.raises(InputError, match="column z is missing"):
        specimen_csv.read(tmp_path / "s.csv")
