from dataclasses import replace

import numpy as np
import pytest
from small_review import LABELS

from craniomark.flows.review import export, export_file, open_blind, write_results
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import FORMATS, read_cohort, read_landmarks, write_landmarks

PLAIN = ("fcsv", "csv-long", "csv-wide", "mrk.json")


@pytest.fixture
def reviewed(session):
    session.move("b", (1.5, 2.5, 3.5))
    session.set_missing("e")
    session.accept("nasion")
    return session


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_holds_the_reviewed_points(reviewed, tmp_path, format):
    out = tmp_path / "export.txt" if format in ("morphoj", "morphologika") else tmp_path / f"export.{format}"
    out = out.with_suffix(".csv") if format.startswith("csv") else out
    written = export({"skull": reviewed.landmarks}, out, format)
    assert all(path.exists() for path in written.files) and not written.replaced
    (found,) = read_cohort(out).values()
    np.testing.assert_allclose(found.points, reviewed.landmarks.points, atol=1e-6)
    assert format not in PLAIN or found.labels == LABELS


def test_several_specimens_go_into_one_file(reviewed, tmp_path):
    export({"a": reviewed.landmarks, "b": reviewed.landmarks}, tmp_path / "all.csv", "csv-long")
    assert list(read_cohort(tmp_path / "all.csv")) == ["a", "b"]


@pytest.mark.parametrize("format", ["mrk.json", "tps"])
def test_what_is_there_is_replaced_only_where_that_was_allowed(reviewed, tmp_path, format):
    out = tmp_path / "out.tps" if format == "tps" else tmp_path
    (file,) = export({"skull": reviewed.landmarks}, out, format).files
    file.write_text("the user's own")
    with pytest.raises(InputError, match="output file is there already: choose another name"):
        export({"skull": reviewed.landmarks}, out, format)
    assert file.read_text() == "the user's own"
    written = export({"skull": reviewed.landmarks}, out, format, replace=True)
    assert written.replaced == (file,) and "was replaced" in written.notes[0]


def test_nothing_is_written_where_one_of_many_files_is_there(reviewed, tmp_path):
    (tmp_path / "b.mrk.json").write_text("the user's own")
    with pytest.raises(InputError, match=r"b\.mrk\.json"):
        export({"a": reviewed.landmarks, "b": reviewed.landmarks}, tmp_path, "mrk.json")
    assert [path.name for path in tmp_path.glob("*.mrk.json")] == ["b.mrk.json"]


def test_unknown_formats_are_refused(reviewed, tmp_path):
    with pytest.raises(InputError, match="format is 'docx'"):
        export({"skull": reviewed.landmarks}, tmp_path / "x", "docx")


def test_a_single_file_takes_its_format_from_its_name(reviewed, tmp_path):
    export_file(reviewed.landmarks, tmp_path / "skull.csv")
    known = read_landmarks(tmp_path / "skull.csv").annotation("b")
    assert (known.status, known.observer, known.time) == ("corrected", "Anna", "2026-01-02T12:00:00+00:00")
    with pytest.raises(InputError, match="there already"):
        export_file(reviewed.landmarks, tmp_path / "skull.csv")


def test_results_take_the_place_of_the_prediction_and_tell_it(reviewed, folder):
    written = write_results(reviewed)
    assert [path.name for path in written.files] == ["skull.csv", "skull.mrk.json"]
    assert written.replaced == (folder / "skull.csv",) and not written.notes
    found = read_landmarks(folder / "skull.csv")
    assert found.annotation("b").status == "corrected" and found.annotation("b").predicted == (
        3.25,
        4.25,
        5.25,
    )
    assert found.annotation("e").status == "missing"
    assert not write_results(reviewed).notes


def test_results_that_somebody_else_made_are_kept_beside(reviewed, folder, given):
    write_landmarks(given.moved(np.eye(4) * 2), folder / "skull.csv")
    (folder / "skull.mrk.json").write_text("not even landmarks")
    written = write_results(reviewed)
    assert (folder / "skull.mrk.json.before-review-1").read_text() == "not even landmarks"
    assert len(read_landmarks(folder / "skull.csv")) == 5
    assert len(written.notes) == 2 and "skull.csv.before-review-1" in written.notes[0]


def test_the_same_is_not_kept_twice(reviewed, folder):
    for _ in range(2):
        (folder / "skull.mrk.json").write_text("not even landmarks")
        write_results(reviewed)
    assert len(list(folder.glob("*.before-review-*"))) == 1


def test_a_blind_digitising_never_takes_the_place_of_the_review(folder, desk):
    before = (folder / "skull.csv").read_bytes()
    with open_blind(folder, "skull", replace(desk, observer="Berta")) as blind:
        blind.move("b", (1, 2, 3))
        with pytest.raises(InputError, match="of kind 'repeat'"):
            write_results(blind)
    assert (folder / "skull.csv").read_bytes() == before


def test_reports_read_the_session_folder_as_before(reviewed, folder):
    """Session files are taken for no specimen, landmark file or record."""
    from craniomark.flows.evaluation import read_cohort_of
    from craniomark.ground.specimens import kind_of

    write_results(reviewed)
    reviewed.close()
    assert list(read_cohort_of(folder)) == ["skull"]
    assert [path for path in folder.iterdir() if kind_of(path)] == []
