"""How orienting a volume ended, in words and in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from craniomark.desktop.words import tr

_UNVERIFIED = (
    "Left and right can't be told from its file: compare it with the specimen, and flip it if need be."
)


@dataclass(frozen=True)
class Outcome:
    """The end of one volume.

    Attributes
    ----------
    name : str
        Of the volume or file.
    verdict : str
        ``good``, ``doubtful``, or how it failed: ``refused failed crashed cancelled``.
    message : str
        A sentence.
    degrees, score, scale : float or None
        Turn, correlation with the template, and size relative to it.
    details : str
        Last lines of a process that crashed.
    """

    name: str
    verdict: str
    message: str
    degrees: float | None = None
    score: float | None = None
    scale: float | None = None
    details: str = ""

    @property
    def kind(self) -> str:
        """Of message in the panel: ``note``, ``doubt`` or ``fault``."""
        return {"good": "note", "cancelled": "note", "doubtful": "doubt"}.get(self.verdict, "fault")


def failure(name: str, how: str, message: str, details: str = "") -> Outcome:
    """The end of a volume that could not be oriented."""
    return Outcome(name, how, message, details=details)


def outcome_of(name: str, value: Mapping[str, Any], left_right_known: bool) -> Outcome:
    """The end of a volume that was oriented, from the figures of the job."""
    degrees, score, scale = float(value["degrees"]), float(value["score"]), float(value["scale"])
    if value["verdict"] == "good":
        words = tr("{name} is upright: turned by {degrees:.0f}°, match {score:.2f}. The pose is good.")
    else:
        words = tr(
            "{name} was turned by {degrees:.0f}°, but its match of {score:.2f} is doubtful: look at it, and "
            "correct it by hand."
        )
    told = words.format(name=name, degrees=degrees, score=score)
    if not left_right_known:
        told = f"{told} {tr(_UNVERIFIED)}"
    return Outcome(name, str(value["verdict"]), told, degrees, score, scale)


def summary(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """Kind and sentence for the panel; of several volumes what needs a look."""
    if not outcomes:
        return "note", ""
    if len(outcomes) == 1:
        return outcomes[0].kind, outcomes[0].message
    good = sum(one.verdict == "good" for one in outcomes)
    rest = [one for one in outcomes if one.verdict != "good"]
    words = tr("{good} of {count} volumes have a good pose.").format(good=good, count=len(outcomes))
    if rest:
        names = ", ".join(one.name for one in rest[:5]) + (" …" if len(rest) > 5 else "")
        words += " " + tr("Look at {names}.").format(names=names)
    worst = "fault" if any(one.kind == "fault" for one in rest) else "doubt" if rest else "note"
    return worst, words


def columns_of(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    """The outcomes as columns of a table."""
    return {
        tr("volume"): [one.name for one in outcomes],
        tr("pose"): [one.verdict for one in outcomes],
        tr("degrees"): [None if one.degrees is None else round(one.degrees, 1) for one in outcomes],
        tr("match"): [None if one.score is None else round(one.score, 3) for one in outcomes],
        tr("size"): [None if one.scale is None else round(one.scale, 3) for one in outcomes],
    }
