"""Problems of the data are told by file."""

from pathlib import Path

import pytest

from craniomark.flows.datasets.findings import Finding
from craniomark.flows.training.everything.findings import FindingFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.nii.gz", "a.mrk.json", "b.nii.gz"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("has no landmark 3", "a.mrk.json"),
        ("landmark outside the image: 3; check them", "a.mrk.json"),
        ("is the same file as b", "a.nii.gz"),
        ("is 1.5 times as large as the median specimen: check its voxel size", "a.nii.gz"),
    ],
)
def test_a_finding_names_the_file_that_it_is_about(folder: Path, what: str, name: str) -> None:
    files, finding = FindingFiles(str(folder)), Finding("a", "problem", what)
    assert files.sentence(finding) == f"{name}: {what}"
    told = files.refusal(finding, 3)
    assert told.file == str(folder / name) and what in str(told.value) and "first of 3" in str(told.value)
    assert f"craniomark data check {folder}" in told.remedy


def test_an_error_of_reading_a_file_stays_what_it_is(folder: Path) -> None:
    what = f"{folder / 'b.nii.gz'}: landmarks is none: put b.mrk.json beside it"
    files, finding = FindingFiles(str(folder)), Finding("b", "problem", what)
    assert files.sentence(finding) == what
    assert str(files.refusal(finding, 1)) == what + "."
    assert files.refusal(finding, 2).value == "none (the first of 2 problems)"


def test_a_finding_about_all_names_the_folder(folder: Path) -> None:
    files, finding = FindingFiles(str(folder)), Finding("", "look", "2 specimens are too few")
    assert files.sentence(finding) == "2 specimens are too few"
    assert files.refusal(finding, 1).file == str(folder)
