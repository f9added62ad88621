import math

import numpy as np
import pytest
from small_review import LABELS, QUEUE

from craniomark.flows.review import Listener
from craniomark.flows.review.point import points_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet


def test_accepted_points_keep_their_place_and_tell_who_and_when(session):
    change = session.accept("b")
    point = session.points["b"]
    assert (change.verb, change.what) == ("accept", "accept b")
    assert (point.status, point.observer, point.time) == ("accepted", "Anna", "2026-01-02T12:00:00+00:00")
    assert point.position == (3.25, 4.25, 5.25)


def test_accept_takes_the_current_point(session):
    session.next()
    assert session.accept().labels == ("b",)


def test_accepting_many_is_one_change(session):
    assert session.accept(*LABELS).what == "accept 5 points"
    session.undo()
    assert session.progress.reviewed == 0


def test_a_missing_point_is_accepted_as_missing(session):
    session.accept("d")
    assert session.points["d"].status == "missing" and session.points["d"].reviewed


def test_accepting_what_was_corrected_changes_nothing(session):
    session.move("b", (1, 2, 3))
    assert session.accept("b") is None
    assert session.points["b"].status == "corrected"


def test_a_moved_point_is_corrected_and_keeps_what_was_predicted(session):
    change = session.move("b", (3.25, 4.25, 6.25))
    point = session.points["b"]
    assert change.what == "move b by 1.00 mm"
    assert (point.status, point.position) == ("corrected", (3.25, 4.25, 6.25))
    assert (point.predicted, point.error90_mm, point.flag) == ((3.25, 4.25, 5.25), 0.5, "review")


def test_a_point_that_is_not_moved_is_no_change(session):
    assert session.move("b", session.points["b"].position) is None
    assert session.to_undo is None


def test_a_missing_point_can_be_placed(session):
    assert session.move("d", (1, 2, 3)).what == "place d"
    assert session.points["d"].status == "corrected"


def test_a_point_set_missing_has_no_place_and_no_flag(session):
    assert session.set_missing("b").what == "set b missing"
    point = session.points["b"]
    assert (point.position, point.status, point.flag) == (None, "missing", "")
    assert point.predicted == (3.25, 4.25, 5.25)


def test_restore_takes_a_point_back_to_how_it_was_given(session):
    before = session.points["nasion"]
    session.move("nasion", (9, 9, 9))
    session.set_missing("nasion")
    session.restore("nasion")
    assert session.points["nasion"] == before


def test_restore_of_an_untouched_point_is_no_change(session):
    assert session.restore("b") is None


def test_notes_are_kept_through_other_changes(session):
    session.note("b", "  on the suture ")
    session.move("b", (1, 2, 3))
    session.restore("b")
    assert session.points["b"].note == "on the suture"
    assert session.note("b", "").what == "remove the note on b"


def test_notes_reach_the_landmarks(session):
    session.note("b", "broken tooth")
    assert session.landmarks.annotation("b").description == "broken tooth"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "x" * 501])
def test_notes_that_no_file_can_hold_are_refused(session, text):
    with pytest.raises(InputError, match="note on b"):
        session.note("b", text)
    assert session.to_undo is None


@pytest.mark.parametrize(
    "place",
    [(1, 2), (1, 2, math.nan), (1, 2, math.inf), (1e12, 0, 0), "abc", None, (1, 2, "x"), (1, 2, 3, 4)],
)
def test_places_that_are_none_are_refused(session, place):
    with pytest.raises(InputError, match="position of b"):
        session.move("b", place)


@pytest.mark.parametrize("call", ["accept", "set_missing", "restore", "go"])
def test_labels_that_are_not_there_are_refused(session, call):
    with pytest.raises(InputError, match="'nose'"):
        getattr(session, call)("nose")


def test_commands_without_a_point_ask_for_one(session):
    with pytest.raises(InputError, match="choose a point first"):
        session.accept()


def refined(label: str, place: tuple[float, float, float]) -> LandmarkSet:
    return LandmarkSet(
        (label, "stranger"), np.array([place, (0, 0, 0)]), {label: Annotation(0.7, "review", "refined")}
    )


def test_a_programs_points_are_taken_in_one_change(session):
    change = session.take(refined("e", (12, 13, 14)), "refine")
    assert (change.what, change.labels) == ("refine e", ("e",))
    assert (session.points["e"].status, session.points["e"].position) == ("refined", (12.0, 13.0, 14.0))


def test_a_programs_points_change_the_queue_and_undo_gives_it_back(session):
    session.take(refined("e", (12, 13, 14)))
    assert session.queue[:2] == ("e", "b")
    session.undo()
    assert session.queue == QUEUE


def test_a_programs_points_leave_reviewed_ones_alone(session):
    session.accept("e")
    assert session.take(refined("e", (12, 13, 14))) is None


def test_a_programs_points_are_taken_where_the_user_asked_for_them(session):
    session.accept("e")
    session.take(refined("e", (12, 13, 14)), only=["e"])
    assert session.points["e"].status == "refined"


def test_restore_goes_back_to_what_a_program_gave_last(session):
    session.take(refined("e", (12, 13, 14)))
    session.move("e", (0, 0, 0))
    session.restore("e")
    assert session.points["e"].position == (12.0, 13.0, 14.0)


def test_undo_tells_what_it_took_back_and_turns_to_it(session):
    session.move("b", (1, 2, 3))
    session.go("e")
    assert session.undo().what.startswith("move b")
    assert session.current == "b"
    assert session.undo() is None


def test_redo_makes_it_again_and_tells_so(session):
    session.set_missing("b")
    session.undo()
    assert session.to_redo.what == "set b missing"
    session.redo()
    assert session.points["b"].status == "missing"
    assert session.redo() is None


def test_a_new_change_ends_redo(session):
    session.set_missing("b")
    session.undo()
    session.accept("b")
    assert session.to_redo is None


def test_progress_counts_what_is_left(session):
    session.accept("b")
    session.set_missing("e")
    progress = session.progress
    assert (progress.points, progress.reviewed, progress.doubtful, progress.missing) == (5, 2, 2, 1)
    assert not progress.complete


def test_progress_is_complete_when_a_person_decided_on_every_point(session):
    session.accept(*LABELS)
    assert session.progress.complete


def test_landmarks_are_given_in_their_order_with_their_annotations(session, given):
    assert points_of(session.landmarks) == points_of(given)


def test_listeners_hear_of_points_and_queue_after_the_change_was_saved(session):
    heard = []
    end = session.listen(
        Listener(
            points=lambda labels: heard.append((labels, session.path.exists())),
            queue=lambda: heard.append("queue"),
        )
    )
    session.accept("b")
    assert heard == [(("b",), True), "queue"]
    end()
    session.undo()
    assert len(heard) == 2


def test_a_listener_that_fails_keeps_no_other_from_hearing(session):
    heard = []
    session.listen(Listener(points=lambda _: 1 / 0))
    session.listen(Listener(points=heard.append))
    with pytest.raises(ZeroDivisionError):
        session.accept("b")
    assert heard == [("b",)]
    assert session.points["b"].status == "accepted"
