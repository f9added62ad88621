"""Can a pose be trusted?"""

from dataclasses import dataclass

from craniomark.tasks.orient.orientation import Verdict


@dataclass(frozen=True)
class PoseEvidence:
    """What speaks for a pose.

    Attributes
    ----------
    score : float
        Correlation with the template over what is in view.
    runner_up : float
        Best correlation of a pose far away.
    in_view : float
        Share of the landmarks in the field of view.
    likeness : float
        Median correlation of the landmarks' surroundings with the template's.
    scatter : float
        Median distance, mm, of matched landmarks from the shape model at the template's size.
    """

    score: float
    runner_up: float
    in_view: float
    likeness: float
    scatter: float


def verdict_of(evidence: PoseEvidence) -> Verdict:
    """``"none"`` where nothing like the template was found, ``"good"`` where all agree."""
    if evidence.score < 0.5 or evidence.likeness < 0.4:
        return "none"
    sure = (
        evidence.score >= 0.8
        and evidence.score - evidence.runner_up >= 0.15
        and evidence.in_view >= 0.6
        and evidence.likeness >= 0.7
        and evidence.scatter <= 0.35
    )
    return "good" if sure else "doubtful"
