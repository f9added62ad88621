"""The verdict: good only where everything agrees, none where nothing is like the template."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from craniomark.tasks.orient.verdict import PoseEvidence, verdict_of

SURE = PoseEvidence(score=0.97, runner_up=0.4, in_view=1.0, likeness=0.95, scatter=0.12)
RANK = ("none", "doubtful", "good")
BETTER_LOW = ("runner_up", "scatter")


def test_a_clear_pose_is_good() -> None:
    assert verdict_of(SURE) == "good"


@pytest.mark.parametrize(
    ("name", "value"),
    [("score", 0.7), ("runner_up", 0.9), ("in_view", 0.4), ("likeness", 0.6), ("scatter", 0.6)],
)
def test_a_single_bad_sign_makes_it_doubtful(name: str, value: float) -> None:
    assert verdict_of(replace(SURE, **{name: value})) == "doubtful"


@pytest.mark.parametrize(("name", "value"), [("score", 0.3), ("likeness", 0.1)])
def test_what_is_not_alike_is_nothing(name: str, value: float) -> None:
    assert verdict_of(replace(SURE, **{name: value})) == "none"


@pytest.mark.parametrize("name", ["score", "runner_up", "in_view", "likeness", "scatter"])
def test_what_is_not_a_number_is_never_good(name: str) -> None:
    assert verdict_of(replace(SURE, **{name: float("nan")})) != "good"


@given(
    st.builds(
        PoseEvidence,
        score=st.floats(-1, 1),
        runner_up=st.floats(-1, 1),
        in_view=st.floats(0, 1),
        likeness=st.floats(-1, 1),
        scatter=st.floats(0, 2),
    ),
    st.sampled_from(["score", "runner_up", "in_view", "likeness", "scatter"]),
    st.floats(0, 1),
)
def test_better_evidence_never_makes_the_verdict_worse(
    evidence: PoseEvidence, name: str, change: float
) -> None:
    sign = -1 if name in BETTER_LOW else 1
    better = replace(evidence, **{name: getattr(evidence, name) + sign * change})
    assert RANK.index(verdict_of(better)) >= RANK.index(verdict_of(evidence))
