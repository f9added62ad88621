import pytest

from craniomark.flows.review.stopwatch import Stopwatch


@pytest.fixture
def watch(clock):
    return Stopwatch(clock, idle_limit=60.0)


def test_time_is_counted_for_the_point_under_review(watch, clock):
    watch.turn_to("a")
    clock.seconds = 5
    watch.turn_to("b")
    clock.seconds = 12
    watch.touch()
    assert (watch.total, watch.points) == (12.0, {"a": 5.0, "b": 7.0})


def test_of_a_long_pause_only_the_limit_counts(watch, clock):
    watch.turn_to("a")
    clock.seconds = 3600
    watch.touch()
    assert (watch.total, watch.points) == (60.0, {"a": 60.0})


def test_signs_of_work_make_a_long_look_count_in_full(watch, clock):
    watch.turn_to("a")
    for clock.seconds in range(0, 301, 30):
        watch.touch()
    assert watch.total == 300.0


def test_nothing_counts_while_it_is_stopped(watch, clock):
    watch.turn_to("a")
    watch.stop()
    clock.seconds = 50
    watch.touch()
    clock.seconds = 52
    watch.touch()
    assert watch.total == 2.0


def test_time_without_a_point_counts_for_the_specimen_alone(watch, clock):
    watch.turn_to("")
    clock.seconds = 4
    watch.touch()
    assert (watch.total, watch.points) == (4.0, {})


def test_a_clock_that_runs_backwards_takes_nothing_away(watch, clock):
    clock.seconds = 10
    watch.turn_to("a")
    clock.seconds = 3
    watch.touch()
    assert watch.total == 0.0


def test_sittings_add_up(opened, clock):
    first = opened()
    first.go("b")
    clock.seconds = 20
    first.accept()
    first.close()
    clock.seconds = 500
    second = opened()
    clock.seconds = 507
    second.work()
    assert second.seconds == 27.0
    assert second.point_seconds == {"b": 27.0}
