from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen, find_specimens

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a list beside two scans and their companions."""
    for name in ("a ä.nrrd", "b.ply", "a ä.fcsv", "truth.mrk.json", "mask.nrrd"):
        (tmp_path / name).touch()

    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_all_columns_are_read(written: Written, tmp_path: Path) -> None:
    path = written(
        "id,path,landmarks,mask,group,spacing\n"
        "M 1,a ä.nrrd,truth.mrk.json,mask.nrrd,wild type,0.02 0.03 0.04\n"
        'M2,b.ply,,,,"0.5"\n'
    )
    assert find_specimens([path]) == [
        Specimen(
            "M 1", tmp_path / "a ä.nrrd", "ct", tmp_path / "truth.mrk.json", tmp_path / "mask.nrrd",
            "wild type", (0.02, 0.03, 0.04),
        ),
        Specimen("M2", tmp_path / "b.ply", "surface", spacing=(0.5, 0.5, 0.5)),
    ]  # fmt: skip


def test_without_a_landmarks_column_the_files_beside_the_scan_count(written: Written, tmp_path: Path) -> None:
    (specimen,) = find_specimens([written("id,path\nM1,a ä.nrrd\n")])
    assert specimen.landmarks == tmp_path / "a ä.fcsv"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;path\r\nM1;a ä.nrrd\r\n", "utf-8-sig"),
        (" ID , Path \n\n M1 , a ä.nrrd \n,\n", "utf-8"),
        ('path,id\n"a ä.nrrd","M1"', "utf-8"),
    ],
)
def test_what_spreadsheets_write_is_read(text: str, encoding: str, written: Written) -> None:
    (specimen,) = find_specimens([written(text, encoding)])
    assert (specimen.id, specimen.path.name) == ("M1", "a ä.nrrd")


def test_a_whole_path_is_taken_as_it_is(written: Written, tmp_path: Path) -> None:
    (specimen,) = find_specimens([written(f"id,path\nM1,{tmp_path / 'b.ply'}\n")])
    assert specimen.path == tmp_path / "b.ply"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("id,path\n", "without any specimen"),
        ("id,file\nM1,b.ply\n", "unknown: file"),
        ("id,group\nM1,x\n", "without path"),
        ("id,path,path\nM1,b.ply,b.ply\n", "twice"),
        ("id,path\nM1,b.ply,c\n", "line 2 is 3 cells"),
        ("id,path\nM1,b.ply\nM2\n", "line 3 is without a path"),
        ("id,path\nM1,c.ply\n", "line 2, path is c.ply, which is missing"),
        ("id,path\n../M1,b.ply\n", "line 2, id"),
        ("id,path\n,b.ply\n", "line 2, id"),
        ("id,path\n.M1,b.ply\n", "line 2, id"),
        ("id,path,landmarks\nM1,b.ply,c.fcsv\n", "line 2, landmarks"),
        ("id,path,mask\nM1,b.ply,c.nrrd\n", "line 2, mask"),
        ("id,path,spacing\nM1,b.ply,fine\n", "line 2, spacing"),
        ("id,path,spacing\nM1,b.ply,0 0 0\n", "line 2, spacing"),
        ("id,path,spacing\nM1,b.ply,1 2\n", "line 2, spacing"),
        ("id,path\nM1,list.csv\n", "file type"),
        ("id,path\nM1,b.ply\nm1,a ä.nrrd\n", "id is m1, as for"),
        ("id,path\nM1,b.ply\nM1,b.ply\n", "id is M1, as for"),
    ],
)
def test_a_wrong_list_is_refused_with_line_and_column(text: str, told: str, written: Written) -> None:
    with pytest.raises(InputError) as error:
        find_specimens([written(text)])
    assert told in str(error.value)


def test_a_list_that_is_not_utf_8_is_refused(written: Written) -> None:
    with pytest.raises(InputError, match="UTF-8"):
        find_specimens([written("id,path\nM1,a ä.nrrd\n", "latin-1")])
