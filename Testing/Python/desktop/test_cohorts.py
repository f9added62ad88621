"""What is made of reviewed specimens, and what is told where there are none."""

import pytest
from odd_landmarks import _write

from craniomark.desktop.cohorts import (
    export_to,
    format_words,
    next_specimen,
    repeat_columns,
    specimen,
    training_set,
    written_words,
)
from craniomark.flows.review import Desk, open_blind, open_review
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import FORMATS


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    for name in ("a", "b"):
        (tmp_path / f"{name}.nrrd").write_bytes(name.encode())
        _write(tmp_path / f"{name}.nrrd", folder, name, {})
    return folder


def review(results, id_):
    with open_review(results, id_, Desk("Anna")) as session:
        for label in session.labels:
            session.accept(label)


def test_every_format_has_words_and_is_written(results, tmp_path):
    assert [name for name, _ in format_words()] == list(FORMATS)
    for name, words in format_words():
        made = export_to(None, str(results), str(tmp_path / "out"), name, False)
        assert words != name and all(path.exists() for path in made.files)
        assert str(tmp_path / "out") in written_words(made)


def test_the_specimen_under_review_alone(results, tmp_path):
    with open_review(results, "a", Desk("Anna")) as session:
        session.move("1", (7.0, 8.0, 9.0))
        made = export_to(session, str(results), str(tmp_path / "out"), "csv-long", False)
    text = made.files[0].read_text()
    assert "7" in text and "\nb," not in text


def test_folders_that_are_not_chosen_and_files_that_are_there(results, tmp_path):
    with pytest.raises(InputError, match="choose a folder"):
        export_to(None, str(results), " ", "tps", False)
    with pytest.raises(InputError):
        export_to(None, str(tmp_path / "none"), str(tmp_path / "out"), "tps", False)
    export_to(None, str(results), str(tmp_path / "out"), "tps", False)
    with pytest.raises(InputError, match="there already"):
        export_to(None, str(results), str(tmp_path / "out"), "tps", False)
    export_to(None, str(results), str(tmp_path / "out"), "tps", True)


def test_the_next_specimen_is_one_with_doubtful_points(results, tmp_path):
    assert next_specimen(str(results)).id == "a" and next_specimen(str(results), "a").id == "b"
    assert next_specimen(str(results), "not of this folder").id == "a"
    review(results, "a")
    assert next_specimen(str(results)).id == "b" and specimen(str(results), "a").id == "a"
    review(results, "b")
    with pytest.raises(InputError, match="predict more scans"):
        next_specimen(str(results))
    (tmp_path / "a.nrrd").unlink()
    with pytest.raises(InputError, match="not where it was"):
        specimen(str(results), "a")


def test_repeatability_needs_a_blind_digitising(results):
    review(results, "a")
    with pytest.raises(InputError, match="digitise a specimen blind"):
        repeat_columns(str(results))
    with open_blind(results, "a", Desk("Anna")) as session:
        session.move("1", (1.0, 1.0, 1.5))
    columns = repeat_columns(str(results))
    assert columns["point"] == ["1"] and columns["mean, mm"] == [0.5] and columns["SD, mm"] == [""]
    assert columns["observers"] == ["one"] and columns["pairs"] == [1] and columns["max, mm"] == [0.5]


def test_a_data_set_of_what_is_reviewed_tells_what_is_left_out(results, tmp_path):
    review(results, "a")
    path, words = training_set(str(results), str(tmp_path / "set"), False)
    assert path.name == "specimens.csv" and "a.nrrd" in path.read_text()
    assert "1 reviewed specimens" in words and "Left out: b" in words
