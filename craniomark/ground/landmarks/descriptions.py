"""Annotations told in the description of a point, so that Slicer's formats carry error and status."""

import math
import re

from craniomark.ground.landmarks.landmark_set import FLAGS, STATUSES, Annotation
from craniomark.ground.landmarks.names import decode, encode
from craniomark.ground.landmarks.text import number_text

KEYS = ("status", "error90_mm", "flag", "observer", "time", "predicted")
TELLING = re.compile(rf"(?:{'|'.join(KEYS)})=|\| ")


def description_of(annotation: Annotation) -> str:
    """One line such as ``status=predicted; error90_mm=0.120000; flag=ok | free text``."""
    px, py, pz = annotation.predicted
    predicted = "" if math.isnan(px) else " ".join(number_text(value) for value in (px, py, pz))
    values = {
        "status": annotation.status,
        "error90_mm": number_text(annotation.error90_mm, ""),
        "flag": annotation.flag,
        "observer": encode(annotation.observer, ";|").replace("%20", " "),
        "time": encode(annotation.time, ";|").replace("%20", " "),
        "predicted": predicted,
    }
    told = "; ".join(f"{key}={value}" for key, value in values.items() if value)
    free = annotation.description
    if not free or (not told and not TELLING.match(free)):
        return free or told
    return f"{told} | {free}" if told else f"| {free}"


def annotation_of(description: str) -> Annotation:
    """The annotation that a description tells; one that tells none in our form is free text."""
    if description.startswith("| "):
        return Annotation(description=description[2:])
    told, bar, free = description.partition(" | ")
    try:
        pairs = dict(_pair(part) for part in told.split("; "))
        values = [float(value) for value in pairs.get("predicted", "nan nan nan").split()]
        px, py, pz = values
        error90 = float(pairs.get("error90_mm", "nan"))
    except ValueError:
        return Annotation(description=description)
    if pairs.get("status", "") not in ("", *STATUSES) or pairs.get("flag", "") not in FLAGS:
        return Annotation(description=description)
    return Annotation(
        error90_mm=error90,
        flag=pairs.get("flag", ""),
        status=pairs.get("status", ""),
        predicted=(px, py, pz),
        observer=decode(pairs.get("observer", "")),
        time=decode(pairs.get("time", "")),
        description=free if bar else "",
    )


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or key not in KEYS:
        raise ValueError(text)
    return key, value
