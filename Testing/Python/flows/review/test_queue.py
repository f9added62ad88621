from small_review import QUEUE

from craniomark.flows.review.point import Point
from craniomark.flows.review.queue import most_doubtful_first, neighbour

HERE = (0.0, 0.0, 0.0)


def test_flagged_come_first_then_unjudged_missing_and_the_rest_by_error(session):
    assert session.queue == QUEUE


def test_flagged_points_stand_by_error_and_those_without_one_before_them():
    points = {
        "small": Point(HERE, flag="review", error90_mm=0.2),
        "large": Point(HERE, flag="review", error90_mm=0.9),
        "unknown": Point(HERE, flag="review"),
    }
    assert most_doubtful_first(points) == ("unknown", "large", "small")


def test_ties_keep_the_order_of_the_landmarks():
    points = {label: Point(HERE, flag="ok", error90_mm=0.2) for label in "zaqm"}
    assert most_doubtful_first(points) == tuple("zaqm")


def test_a_point_that_a_person_said_is_missing_is_not_doubtful():
    missing = Point(status="missing")
    points = {"said": Point(status="missing", time="2026-01-01"), "predicted": missing}
    assert most_doubtful_first(points) == ("predicted", "said")


def test_next_goes_through_doubtful_points_and_round_the_end(session):
    assert [session.next() for _ in range(4)] == ["b", "left, inner", "d", "b"]


def test_previous_goes_the_other_way(session):
    assert [session.previous() for _ in range(4)] == ["d", "left, inner", "b", "d"]


def test_next_leaves_out_what_is_reviewed(session):
    session.next()
    session.accept()
    assert session.next() == "left, inner"


def test_next_of_all_goes_on_to_points_that_are_not_doubtful(session):
    session.go("d")
    assert session.next(doubtful=False) == "e"


def test_next_is_none_when_nothing_is_left(session):
    session.accept(*session.labels)
    assert session.next() is None
    assert session.next(doubtful=False) is None


def test_the_order_stays_while_points_are_reviewed(session):
    session.accept("b")
    session.set_missing("e")
    assert session.queue == QUEUE


def test_the_only_point_left_is_no_neighbour_of_itself():
    assert neighbour(["a", "b"], {"a": True, "b": False}, "a", 1) is None
