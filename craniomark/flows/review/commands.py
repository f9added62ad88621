"""What each command of a review makes of points."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from craniomark.flows.review.point import Place, Point

Made = tuple[str, dict[str, Point]]
"""What was done, in words for "Undo ...", and the points as they are then, by label."""
_SAME_MM = 1e-6


def accept(points: Mapping[str, Point], labels: Sequence[str], observer: str, time: str) -> Made:
    """Points are right as they are, missing ones are missing; what a person decided before stays."""
    chosen = [label for label in labels if not points[label].reviewed]
    made = {label: replace(points[label], observer=observer, time=time,
                           status="accepted" if points[label].position else "missing")
            for label in chosen}  # fmt: skip
    return f"accept {named(chosen)}", made


def move(points: Mapping[str, Point], label: str, place: Place, observer: str, time: str) -> Made:
    """A point belongs somewhere else, or is put where there was none."""
    old = points[label]
    distance = old.distance(place)
    if distance <= _SAME_MM and old.status not in ("", "missing"):
        return "", {}
    what = f"move {label} by {distance:.2f} mm" if old.position else f"place {label}"
    new = replace(old, position=place, status="corrected", observer=observer, time=time)
    return what, {label: new}


def miss(points: Mapping[str, Point], label: str, observer: str, time: str) -> Made:
    """The specimen does not have the landmark."""
    old = points[label]
    if old.position is None and old.reviewed:
        return "", {}
    new = replace(old, position=None, status="missing", flag="", observer=observer, time=time)
    return f"set {label} missing", {label: new}


def restore(points: Mapping[str, Point], base: Mapping[str, Point], labels: Sequence[str]) -> Made:
    """Points as a program gave them; notes stay."""
    made = {label: replace(base[label], note=points[label].note) for label in labels}
    changed = {label: point for label, point in made.items() if point != points[label]}
    return f"restore {named(list(changed))}", changed


def note(points: Mapping[str, Point], label: str, text: str) -> Made:
    """A remark on a point; an empty one takes it away."""
    if points[label].note == text:
        return "", {}
    return f"{'note on' if text else 'remove the note on'} {label}", {
        label: replace(points[label], note=text)
    }


def take(points: Mapping[str, Point], given: Mapping[str, Point], labels: Sequence[str], word: str) -> Made:
    """Points that a program gave; notes stay."""
    made = {label: replace(given[label], note=points[label].note) for label in labels}
    changed = {label: point for label, point in made.items() if point != points[label]}
    return f"{word} {named(list(changed))}", changed


def named(labels: Sequence[str]) -> str:
    """One label, or how many there are."""
    return labels[0] if len(labels) == 1 else f"{len(labels)} points"
