"""Blind digitising shows nothing of what was done before, and never overwrites it."""

from dataclasses import replace

import numpy as np
import pytest
from small_review import LABELS, given_landmarks

from craniomark.flows.review import open_as_observer, open_blind
from craniomark.flows.review.blind import blind_start
from craniomark.flows.review.point import points_of
from craniomark.ground.checks import InputError


@pytest.fixture
def blind(folder, desk):
    """Open blind digitisings that are closed when the test ends."""
    sessions = []

    def opened(observer="Anna", **more):
        sessions.append(open_blind(folder, "skull", replace(desk, observer=observer), **more))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def digitise(session, offset=0.0):
    for number, label in enumerate(session.labels):
        session.move(label, (number + offset, 0, 0))


def test_a_blind_start_shows_no_point_error_or_flag(blind):
    session = blind()
    assert {point.as_json() == {} for point in session.points.values()} == {True}
    assert not session.landmarks.present.any()


def test_the_order_is_shuffled_and_stays(blind):
    first = blind()
    order = first.queue
    first.close()
    assert sorted(order) == sorted(LABELS) and order != LABELS
    assert blind().queue == order


def test_orders_depend_on_the_seed_and_on_nothing_else():
    points = points_of(given_landmarks())
    orders = [blind_start(points, "hidden", seed)[1] for seed in (1, 1, 2, 3, 4)]
    assert orders[0] == orders[1] and len(set(orders)) > 2


def test_every_point_is_to_be_placed(blind):
    session = blind()
    assert session.progress.doubtful == 5
    with pytest.raises(InputError, match="place the point first"):
        session.accept("b")


def test_scattered_points_lie_near_but_not_where_they_were(blind, given):
    session = blind(start="scattered", scatter_mm=2.0)
    away = [
        session.points[label].distance(tuple(given.points[i])) for i, label in enumerate(LABELS) if i != 3
    ]
    assert min(away) >= 1.0 and max(away) <= 2.0
    assert session.points["d"].position is None


def test_scattered_points_are_no_result_until_they_are_placed(blind):
    session = blind(start="scattered")
    session.move("b", session.points["b"].position)
    assert np.flatnonzero(session.landmarks.present).tolist() == [1]


def test_the_review_is_not_touched(blind, session):
    session.move("b", (7, 7, 7))
    before = session.path.read_bytes()
    other = blind()
    digitise(other)
    assert other.path != session.path and session.path.read_bytes() == before


def test_a_blind_digitising_that_is_not_finished_is_gone_on_with(blind):
    first = blind()
    first.move("b", (1, 2, 3))
    first.close()
    second = blind()
    assert (second.path, second.round, second.points["b"].position) == (first.path, 1, (1.0, 2.0, 3.0))


def test_a_finished_one_is_followed_by_a_new_round(blind):
    first = blind()
    digitise(first)
    first.close()
    second = blind()
    assert (first.round, second.round) == (1, 2)
    assert first.path.name == "skull.session-anna-1.json"
    assert second.path.name == "skull.session-anna-2.json"
    assert second.queue != first.queue


def test_the_review_counts_as_the_first_round_of_who_made_it(blind, session):
    session.accept("b")
    assert blind("Anna").round == 2
    assert blind("Berta").round == 1


def test_names_that_differ_by_case_are_one_person(blind):
    first = blind("Änna")
    first.move("b", (1, 2, 3))
    first.close()
    assert blind("äNNA").path == first.path


@pytest.mark.parametrize("name", ["../x", "a/b", 'a:"b', "名前", "a-1"])
def test_any_name_can_be_part_of_the_file(blind, folder, name):
    session = blind(name)
    session.move("b", (1, 2, 3))
    session.close()
    assert session.path.parent == folder
    again = blind(name)
    assert again.points["b"].reviewed and again.observer == name


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_a_blind_digitising_needs_a_name(blind, name):
    with pytest.raises(InputError, match="observer: name"):
        blind(name)


def test_unknown_starts_are_refused(blind):
    with pytest.raises(InputError, match="start is 'upside down'"):
        blind(start="upside down")
    with pytest.raises(InputError, match="scatter is 0"):
        blind(scatter_mm=0)


def test_predictions_are_not_taken_into_it(blind, given):
    with pytest.raises(InputError, match="blind"):
        blind().take(given)


def test_undo_hides_the_point_again(blind):
    session = blind()
    session.move("b", (1, 2, 3))
    session.undo()
    assert session.points["b"].as_json() == {}


def test_a_second_observer_begins_with_the_prediction_and_not_with_the_first_ones_work(
    session, folder, desk, given
):
    session.move("b", (7, 7, 7))
    with open_as_observer(folder, "skull", replace(desk, observer="Berta")) as other:
        assert points_of(other.landmarks) == points_of(given)
        assert (other.observer, other.round, other.path.name) == ("Berta", 1, "skull.session-berta-1.json")
        other.accept("b")
        assert other.points["b"].observer == "Berta"
    assert session.points["b"].position == (7.0, 7.0, 7.0)


def test_a_second_observer_goes_on_with_her_own(folder, desk):
    berta = replace(desk, observer="Berta")
    with open_as_observer(folder, "skull", berta) as other:
        other.accept("b")
    with open_as_observer(folder, "skull", berta) as other:
        assert other.points["b"].status == "accepted"


def test_a_second_observer_sees_what_was_refined_but_not_what_was_decided(session, folder, desk, given):
    refined = given.moved(np.diag([1.0, 1.0, 1.0, 1.0]) + np.eye(4, k=3))
    session.take(refined, only=["e"])
    session.accept("e")
    with open_as_observer(folder, "skull", replace(desk, observer="Berta")) as other:
        assert other.points["e"].position == tuple(refined.points[4])
        assert not other.points["e"].reviewed


def test_a_second_observer_needs_a_name(folder, desk):
    with pytest.raises(InputError, match="say who digitises"):
        open_as_observer(folder, "skull", replace(desk, observer=""))
