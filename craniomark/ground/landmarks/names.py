"""Which names of landmarks and specimens can be held, and how those with odd letters are written."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.landmark_set import LandmarkSet

UNPRINTABLE = {"Cc", "Zl", "Zp", "Cs"}


def check_name(name: str, path: Path, what: str) -> str:
    """`name` if a text format can hold it.

    Parameters
    ----------
    name : str
        Label of a landmark or id of a specimen.
    path : Path
        File named in the error.
    what : str
        What the name is, e.g. ``"label"``.

    Raises
    ------
    InputError
        If it is empty, begins or ends with a space, or holds a line break, tab or control character.
    """
    if not name.strip():
        raise InputError(path, what, "empty", "give every specimen and landmark a name")
    if name != name.strip():
        raise InputError(path, what, repr(name), "take the space at its beginning or end away")
    if any(unicodedata.category(letter) in UNPRINTABLE for letter in name):
        raise InputError(path, what, repr(name), "take line breaks, tabs and control characters out of it")
    return name


def check_without(name: str, letters: str, path: Path, what: str) -> str:
    """`name` if it holds none of `letters`, which its format can't express; else InputError."""
    if any(letter in name for letter in letters):
        shown = " ".join("tab" if letter == "\t" else letter for letter in letters)
        raise InputError(path, what, repr(name), f"this format has no way to write {shown} in it; rename it")
    return name


def check_cohort(cohort: Mapping[str, LandmarkSet], path: Path) -> tuple[str, ...]:
    """Every label of the cohort, in first-seen order, after checking ids and labels.

    Raises
    ------
    InputError
        If there is no specimen, no landmark, or a name that no text format can hold.
    """
    if not cohort:
        raise InputError(path, "cohort", "empty", "give at least one specimen")
    for specimen in cohort:
        check_name(specimen, path, "specimen id")
    labels = tuple(dict.fromkeys(label for landmarks in cohort.values() for label in landmarks.labels))
    for label in labels:
        check_name(label, path, "label")
    if not labels:
        raise InputError(path, "landmarks", "none", "give at least one landmark")
    return labels


def encode(name: str, letters: str, words: Iterable[str] = ()) -> str:
    """`name` with `%`, `letters`, white space and the first letter of each of `words` percent-encoded."""
    for word in words:
        name = re.sub(re.escape(word), lambda found: f"\0{found[0]}", name, flags=re.IGNORECASE)
    parts = []
    hidden = False
    for letter in name:
        if letter == "\0":
            hidden = True
            continue
        odd = hidden or letter == "%" or letter in letters or letter.isspace()
        parts.append("".join(f"%{byte:02X}" for byte in letter.encode()) if odd else letter)
        hidden = False
    return "".join(parts)


def decode(text: str) -> str:
    """The name that `encode` wrote."""
    return unquote(text)


def numbered(count: int) -> tuple[str, ...]:
    """Labels for files that name no landmarks: ``"1"`` to ``str(count)``."""
    return tuple(str(number) for number in range(1, count + 1))
