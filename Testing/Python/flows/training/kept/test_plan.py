"""The plan is a function of the step: a share of new batches, each shown as often as any other."""

from collections import Counter

import pytest

from craniomark.flows.training.kept.plan import Plan


@pytest.mark.parametrize(("rounds", "steps"), [(1, 7), (2, 5), (4, 3), (5, 10)])
def test_each_round_begins_with_new_batches_and_shows_each_as_often(rounds: int, steps: int) -> None:
    plan, block = Plan(rounds, steps), rounds * steps
    shown = [plan.source(step) for step in range(12 * block)]
    for begin in range(0, 12 * block, block):
        assert shown[begin : begin + steps] == list(range(begin, begin + steps)), "those of their own steps"
    times = Counter(shown)
    settled = [times[block * n + place] for n in range(rounds, 13 - rounds) for place in range(steps)]
    assert set(settled) == {rounds}
    assert len(times) == 12 * steps, "one of so many is new"


def test_a_single_round_shows_every_step_its_own_batch() -> None:
    assert [Plan(1, 4).source(step) for step in range(20)] == list(range(20))


def test_nothing_older_than_the_oldest_is_shown_again() -> None:
    plan = Plan(3, 4)
    for step in range(100):
        assert all(plan.oldest(step) <= plan.source(later) <= later for later in range(step, 200))
    assert plan.oldest(99) > 0


def test_batches_come_again_in_another_order() -> None:
    plan = Plan(3, 50)
    first, second = ([plan.source(step) for step in range(begin, begin + 50)] for begin in (0, 50))
    assert first != second and sorted(first) == sorted(second)


def test_needed_are_the_sources_in_order_once_each() -> None:
    plan = Plan(2, 3)
    assert list(plan.needed(0, 12)) == list(dict.fromkeys(plan.source(step) for step in range(12)))
    assert list(plan.needed(5, 5)) == []
