"""Morphologika's text file, read by Morphologika, EVAN, geomorph and MorphoJ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.building import built, put
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort, decode, encode, numbered
from craniomark.ground.landmarks.text import (
    MISSING_CODES,
    NOT_A_POINT,
    parse_point,
    point_texts,
    read_text,
)

SECTIONS = ("individuals", "landmarks", "dimensions", "names", "rawpoints")
# Readers find sections by these words anywhere in a line, so that no comment may hold one of them.
WORDS = ("individual", "landmark", "dimension", "name", "rawpoint", "label", "wireframe", "group", "polygon")
POINTS = "points:"


@dataclass
class _Sections:
    lines: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of a Morphologika file, LPS mm.

    The format has no names for landmarks: a comment ``'#1 points: A B C`` (percent-encoded), as `write`
    makes it, is obeyed, else they are labelled "1" to "n". NA, or 9999 three times as other programs write
    it, is a missing landmark. Without [names] the specimens are "1" to "n".

    Raises
    ------
    InputError
        If a section is missing, it is two-dimensional, or more or fewer points follow than are declared.
    """
    sections = _sections(path)
    n, p, dimensions = (_count(sections, name, path) for name in SECTIONS[:3])
    if dimensions != 3:
        raise InputError(path, "[dimensions]", dimensions, "give three-dimensional landmarks")
    names = [text for _, text in sections.lines.get("names", [])] or list(numbered(n))
    raw = sections.lines.get("rawpoints", [])
    for section, found, declared in (("[names]", len(names), n), ("[rawpoints]", len(raw), n * p)):
        if found != declared:
            value = f"{found} lines where {declared} are declared"
            raise InputError(path, section, value, "complete the file or correct its counts")
    told = [comment.partition(POINTS)[2].split() for comment in sections.comments if POINTS in comment]
    labels = tuple(decode(word) for word in told[0]) if told else numbered(p)
    if len(labels) != p:
        raise InputError(path, "points comment", f"{len(labels)} names for {p} landmarks", "name all or none")
    points = [parse_point(text.split(), path, f"line {line}") for line, text in raw]
    coded = [len(set(point)) == 1 and point[0] in MISSING_CODES for point in points]
    points = [NOT_A_POINT if is_code else point for point, is_code in zip(points, coded, strict=True)]
    notes = (f"{sum(coded)} points coded 9999 are taken as missing.",) if any(coded) else ()
    cohort: dict[str, LandmarkSet] = {}
    for row, specimen in enumerate(names):
        put(cohort, specimen, built(path, labels, points[row * p : (row + 1) * p], notes=notes), path)
    return cohort


def _sections(path: Path) -> _Sections:
    found = _Sections()
    current: list[tuple[int, str]] | None = None
    for line, text in enumerate(read_text(path).split("\n"), start=1):
        text = text.strip()
        if text.startswith("'"):
            found.comments.append(text)
        elif text.startswith("[") and text.endswith("]"):
            current = found.lines.setdefault(text[1:-1].strip().lower(), [])
        elif text and current is None:
            raise InputError(path, f"line {line}", repr(text[:40]), "begin the file with [individuals]")
        elif text and current is not None:
            current.append((line, text))
    return found


def _count(sections: _Sections, name: str, path: Path) -> int:
    texts = [text for _, text in sections.lines.get(name, [])]
    if len(texts) != 1 or not texts[0].isdecimal() or int(texts[0]) == 0:
        value = repr(" ".join(texts)[:40]) if texts else "missing"
        raise InputError(path, f"[{name}]", value, "write one positive whole number below it")
    return int(texts[0])


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write all specimens in LPS mm with the union of the labels in first-seen order.

    Labels stand in the comment before each specimen's points. Missing points are NA, which R's readers take;
    Morphologika itself has no missing points, so that they have to be estimated or left out before.

    Raises
    ------
    InputError
        If an id begins with a bracket or a quote, which the format reads as something else.
    """
    labels = check_cohort(cohort, path)
    for specimen in cohort:
        if specimen[0] in "['\"":
            raise InputError(path, "specimen id", repr(specimen), "let it begin with a letter or digit")
    names = " ".join(encode(label, "'\"[]", WORDS) for label in labels)
    lines = ["[individuals]", str(len(cohort)), "[landmarks]", str(len(labels)), "[dimensions]", "3"]
    lines += ["[names]", *cohort, "[rawpoints]"]
    for number, landmarks in enumerate(cohort.values(), start=1):
        lines.append(f"'#{number} {POINTS} {names}")
        lines += [" ".join(point_texts(point)) for point in landmarks.ordered(labels).points]
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\r\n")
