from itertools import pairwise

import pytest
from toy_task import settings_of

from craniomark.flows.training.schedule import learning_rate, rate_of


def test_cosine_rises_over_the_warm_up_and_falls_to_nothing():
    settings = settings_of(steps=100, warmup_steps=10, learning_rate=0.5)
    rates = [learning_rate(settings, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.05) and rates[9] == rates[10] == pytest.approx(0.5)
    assert all(later < sooner for sooner, later in pairwise(rates[10:]))
    assert rates[55] == pytest.approx(0.25) and 0 < rates[99] < 0.001


def test_constant_stays():
    settings = settings_of(schedule="constant", learning_rate=0.5)
    assert {learning_rate(settings, step) for step in range(30)} == {0.5}


def test_a_task_may_have_a_course_of_its_own():
    class Halved:
        def rate_factor(self, step: int) -> float:
            return 0.5**step

    settings = settings_of(schedule="constant", learning_rate=0.5)
    assert [rate_of(Halved(), settings, step) for step in range(3)] == [0.5, 0.25, 0.125]
    assert rate_of(object(), settings, 2) == 0.5
