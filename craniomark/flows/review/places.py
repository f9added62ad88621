"""Where sessions lie: beside the outputs, or in the user's folder where these can't be written."""

import hashlib
import re
import unicodedata
from pathlib import Path

from craniomark.ground.checks import InputError, can_write
from craniomark.ground.landmarks.names import check_name, check_without, encode

MAIN = ".session.json"
_OTHER = re.compile(r"\.session-(.+)-(\d+)\.json")
_LONGEST_OBSERVER = 60
is_writable = can_write


def check_id(id_: str, folder: Path) -> str:
    """`id_` if it can be part of a file name; else InputError."""
    return check_without(check_name(id_, folder, "specimen id"), "/\\", folder, "specimen id")


def check_observer(observer: str, needed: bool = False) -> str:
    """The name of an observer, without the spaces around it.

    Raises
    ------
    InputError
        If it is too long or holds control characters, or is empty although it is needed.
    """
    name = observer.strip()
    if not name:
        if needed:
            raise InputError("observer", "name", "empty", "say who digitises")
        return ""
    if len(name) > _LONGEST_OBSERVER:
        remedy = f"shorten it to {_LONGEST_OBSERVER} letters"
        raise InputError("observer", "name", f"{len(name)} letters long", remedy)
    return check_name(name, Path("observer"), "name")


def same_observer(a: str, b: str) -> bool:
    """Whether two names are of one person: neither case nor the spelling of accents counts."""
    return _folded(a) == _folded(b)


def main_name(id_: str) -> str:
    """File name of the review of a specimen."""
    return id_ + MAIN


def other_name(id_: str, observer: str, round_: int) -> str:
    """File name of another digitising of a specimen."""
    return f"{id_}.session-{encode(_folded(observer), './:*?<>|' + chr(34) + chr(92))}-{round_}.json"


def other_names(folder: Path, id_: str) -> list[str]:
    """File names of all further digitisings of a specimen, in `folder` and where it is mirrored."""
    found = set()
    for place in (folder, user_place(folder)):
        names = [file.name for file in place.iterdir()] if place.is_dir() else []
        found |= {name for name in names if name.startswith(id_) and _OTHER.fullmatch(name[len(id_) :])}
    return sorted(found)


def user_place(folder: Path) -> Path:
    """The user's own folder for sessions of `folder`, used where that one can't be written."""
    from craniomark.flows.datasets.folders import user_data_folder

    place = folder.resolve()
    sum_ = hashlib.sha256(str(place).encode("utf-8", "surrogateescape")).hexdigest()
    return user_data_folder() / "sessions" / f"{place.name}-{sum_[:16]}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())
