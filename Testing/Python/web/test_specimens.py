"""The list of specimens: what there is to open, and what comes next."""

import pytest

from craniomark.flows.review import open_review
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, write_surface
from craniomark.web.places import results_of
from craniomark.web.specimens import Specimens


def ids(specimens):
    return [entry.id for entry in specimens.entries]


def test_a_folder_is_listed_the_most_doubtful_first(shelf):
    made = Specimens(shelf)
    assert ids(made) == ["one", "two", "three"] and made.results == shelf / "craniomark"
    assert made.counts["doubtful"] == 2 and made.counts["unpredicted"] == 1


def test_one_scan_is_a_list_of_one_or_more(shelf):
    assert "three" in ids(Specimens(shelf / "three.nrrd"))


def test_the_next_specimen_is_doubtful_or_else_without_landmarks(shelf):
    made = Specimens(shelf)
    assert made.next("").id == "one" and made.next("one").id == "two"
    for name in ("one", "two"):
        with open_review(made.results, name) as session:
            session.accept("b")
    made.look()
    assert made.next("one").id == "three"


def test_a_folder_of_results_is_its_own_folder_of_results(shelf):
    with open_review(shelf / "craniomark", "one") as session:
        session.accept("b")
    made = Specimens(shelf / "craniomark")
    assert made.results == shelf / "craniomark" and ids(made) == ["one"]
    with pytest.raises(InputError, match="not where it was"):
        made.specimen("one")


def test_a_folder_that_cannot_be_written_keeps_results_with_the_user(shelf, tmp_path, monkeypatch):
    monkeypatch.setattr("craniomark.web.places.is_writable", lambda _: False)
    place, words = results_of(tmp_path / "elsewhere")
    assert "can't be written" in words and place.name.startswith("elsewhere-")
    assert results_of(tmp_path / "elsewhere", shelf) == (shelf, "")


def test_nothing_to_open_is_refused(tmp_path):
    with pytest.raises(InputError, match="none"):
        Specimens(tmp_path)


def test_a_file_is_added_once_and_not_over_another(shelf, tmp_path):
    made = Specimens(shelf)
    (shelf / "four.nrrd").write_bytes((shelf / "one.nrrd").read_bytes())
    assert made.add(shelf / "four.nrrd") == "four" and ids(made)[-1] == "four"
    (tmp_path / "four.nrrd").write_bytes(b"x")
    with pytest.raises(InputError, match="rename"):
        made.add(tmp_path / "four.nrrd")


def test_surfaces_do_not_wait_for_landmarks(shelf):
    write_surface(Surface([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), shelf / "face.ply")
    made = Specimens(shelf)
    assert made.is_surface("face") and made.counts["unpredicted"] == 1
    assert made.next("three", 1).id != "face"


def test_the_order_stays_when_the_list_is_looked_at_again(shelf):
    made = Specimens(shelf)
    with open_review(made.results, "one") as session:
        session.accept("a", "b", "c")
    made.look()
    assert ids(made) == ["one", "two", "three"] and made["one"].state == "complete"
