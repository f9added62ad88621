"""Slicer's older fiducial files."""

import csv
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.landmarks.formats import fcsv

COLUMNS = "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n"


def _written(path: Path, system: str | None, version: str = "4.11", rows: str = "") -> Path:
    header = f"# Markups fiducial file version = {version}\n"
    header += "" if system is None else f"# CoordinateSystem = {system}\n"
    rows = rows or "p1,1,2,3,0,0,0,1,1,1,0,A,,\n"
    path.write_text(header + COLUMNS + rows)
    return path


@pytest.mark.parametrize(
    ("system", "version", "expected"),
    [
        ("LPS", "5.6", [1, 2, 3]),
        ("1", "4.11", [1, 2, 3]),
        ("RAS", "5.0", [-1, -2, 3]),
        ("0", "4.6", [-1, -2, 3]),
        (None, "4.10", [-1, -2, 3]),
        (None, "4.11", [1, 2, 3]),
        (None, "5.2", [1, 2, 3]),
    ],
)
def test_coordinate_system_is_obeyed(
    tmp_path: Path, system: str | None, version: str, expected: list[float]
) -> None:
    found = fcsv.read(_written(tmp_path / "s.fcsv", system, version))
    np.testing.assert_array_equal(found.points, [expected])
    assert bool(found.notes) == (system is None)


def test_quoted_labels_and_missing_points_are_read(tmp_path: Path) -> None:
    rows = (
        'p1,1,2,3,0,0,0,1,1,1,0,"a ""b"", c",d,\np2,,,,0,0,0,1,1,1,0,B,,\np3,nan,nan,nan,0,0,0,1,1,1,0,C,,\n'
    )
    found = fcsv.read(_written(tmp_path / "s.fcsv", "LPS", rows=rows))
    assert found.labels == ('a "b", c', "B", "C")
    assert found.present.tolist() == [True, False, False]


def test_point_that_slicer_moved_to_the_origin_stays_missing(tmp_path: Path) -> None:
    rows = "p1,0,0,0,0,0,0,1,0,0,0,A,status=missing,\n"
    assert not fcsv.read(_written(tmp_path / "s.fcsv", "LPS", rows=rows)).present.any()


@pytest.mark.parametrize(
    ("rows", "system", "told"),
    [
        ("p1,1,2,x,0,0,0,1,1,1,0,A,,\n", "LPS", "line 4, position is 'x'"),
        ("p1,1,2\n", "LPS", "line 4 is 3 cells"),
        ("p1,1,2,3,0,0,0,1,1,1,0,,,\n", "LPS", "label is empty"),
        ("p1,1,2,3,0,0,0,1,1,1,0,A,,\n" * 2, "LPS", "label is 'A' twice"),
        ('p1,1,2,3,0,0,0,1,1,1,0,"A,,\n', "LPS", "line 4 is broken"),
        ("", "IJK", "CoordinateSystem is 'IJK'"),
    ],
)
def test_bad_content_is_named(tmp_path: Path, rows: str, system: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        fcsv.read(_written(tmp_path / "s.fcsv", system, rows=rows))
    assert told in str(error.value)


def test_file_without_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.fcsv").write_text("A,1,2,3,1,1\n")
    with pytest.raises(InputError, match="header is missing"):
        fcsv.read(tmp_path / "s.fcsv")


def test_file_without_points_is_refused(tmp_path: Path) -> None:
    _written(tmp_path / "s.fcsv", "LPS", rows="\n")
    with pytest.raises(InputError, match="landmarks is none"):
        fcsv.read(tmp_path / "s.fcsv")


def test_missing_point_is_hidden_and_na(tmp_path: Path) -> None:
    fcsv.write(LandmarkSet(("A, b",), [[np.nan] * 3]), tmp_path / "s.fcsv")
    (row,) = csv.reader(line for line in (tmp_path / "s.fcsv").read_text().splitlines() if line[0] != "#")
    assert row == ["1", "NA", "NA", "NA", "0", "0", "0", "1", "0", "0", "0", "A, b", "status=missing", ""]


def test_line_longer_than_slicer_reads_is_refused(tmp_path: Path) -> None:
    landmarks = LandmarkSet(("A",), [[1, 2, 3]], {"A": Annotation(description="x" * 1000)})
    with pytest.raises(InputError, match="too long"):
        fcsv.write(landmarks, tmp_path / "s.fcsv")
