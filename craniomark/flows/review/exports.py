"""Reviewed landmarks written for other programs, and back beside the prediction."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.review.content import REVIEW
from craniomark.flows.review.places import check_id
from craniomark.flows.review.point import Point
from craniomark.flows.review.session import Session
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks import FORMATS, LandmarkSet, read_landmarks, write_cohort, write_landmarks

FOLDER_FORMATS = ("mrk.json", "fcsv")
"""Formats with a file for each specimen; the others hold all in one."""
_RESULTS = (".csv", ".mrk.json")
_AS_WRITTEN_MM = 1e-5  # files hold millionths


@dataclass(frozen=True)
class Written:
    """What an export left.

    Attributes
    ----------
    files : tuple of Path
        Every file that was written.
    replaced : tuple of Path
        Those of them that were there before.
    notes : tuple of str
        Sentences for the user.
    """

    files: tuple[Path, ...]
    replaced: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def export(cohort: Mapping[str, LandmarkSet], out: Path, format: str, replace: bool = False) -> Written:
    """Write landmarks of one or many specimens in one of `FORMATS`; each file whole or not at all.

    Parameters
    ----------
    cohort : mapping of str to LandmarkSet
        By specimen id, LPS mm, such as ``{session.id: session.landmarks}``.
    out : Path
        File; a folder for mrk.json and fcsv.
    format : str
        One of `FORMATS`.
    replace : bool
        Whether files that are there may be replaced; ask the user.

    Raises
    ------
    InputError
        If a file is there already and may not be replaced, the format is unknown or can't hold a name,
        or the place can't be written.
    """
    out = Path(out)
    if format not in FORMATS:
        raise InputError(out, "format", repr(format), f"choose one of {', '.join(FORMATS)}")
    in_folder = format in FOLDER_FORMATS
    files = [out / f"{check_id(id_, out)}.{format}" for id_ in cohort] if in_folder else [out]
    there = _there(files, replace)
    write_cohort(cohort, out, format)
    return Written(tuple(files), there, _replaced(there))


def export_file(landmarks: LandmarkSet, out: Path, replace: bool = False) -> Written:
    """Write one specimen to a file whose name's ending tells the format: .csv is the table ``ID.csv``.

    Raises
    ------
    InputError
        If the file is there already and may not be replaced, its ending is unknown, or it can't be written.
    """
    there = _there([Path(out)], replace)
    write_landmarks(landmarks, out)
    return Written((Path(out),), there, _replaced(there))


def write_results(session: Session) -> Written:
    """Put the reviewed points in place of the predicted ones: ``ID.csv`` and ``ID.mrk.json``.

    ``ID.csv`` goes on telling the predicted places. Files that hold anything else than what the session
    began with or wrote itself are kept beside, under a name that ends in ``.before-review-N``.

    Raises
    ------
    InputError
        If it is not the review of the specimen, or the folder can't be written.
    """
    if session.kind != REVIEW:
        remedy = "export it; only the review of a specimen takes the place of its prediction"
        raise InputError(session.path, "session", f"of kind {session.kind!r}", remedy)
    files = tuple(session.folder / f"{session.id}{ending}" for ending in _RESULTS)
    there = tuple(path for path in files if path.exists())
    kept = [_kept(path) for path in there if not _known(path, session)]
    for path in files:
        write_landmarks(session.landmarks, path)
    notes = tuple(f"What was in {path.name} before lies in {copy.name}." for path, copy in kept)
    return Written(files, there, notes)


def _known(path: Path, session: Session) -> bool:
    """Whether every point of a file was given to or made by the session, so that nothing is lost."""
    try:
        landmarks = read_landmarks(path)
    except InputError:
        return False
    for label, place in zip(landmarks.labels, landmarks.points.tolist(), strict=True):
        if not any(_is_at(point, place) for point in session.ever(label)):
            return False
    return True


def _is_at(point: Point, place: Sequence[float]) -> bool:
    if point.position is None:
        return math.isnan(place[0])
    return math.dist(point.position, place) <= _AS_WRITTEN_MM


def _kept(path: Path) -> tuple[Path, Path]:
    data = path.read_bytes()
    sum_ = hashlib.sha256(data).digest()
    number = 1
    while (copy := path.with_name(f"{path.name}.before-review-{number}")).exists():
        if hashlib.sha256(copy.read_bytes()).digest() == sum_:
            return path, copy
        number += 1
    with written_whole(copy) as part:
        part.write_bytes(data)
    return path, copy


def _there(files: Sequence[Path], replace: bool) -> tuple[Path, ...]:
    there = tuple(path for path in files if path.exists())
    if there and not replace:
        more = f", and {len(there) - 1} more files are too" if len(there) > 1 else ""
        remedy = "choose another name, or allow to replace it"
        raise InputError(there[0], "output file", f"there already{more}", remedy)
    return there


def _replaced(there: Sequence[Path]) -> tuple[str, ...]:
    if not there:
        return ()
    return (f"{len(there)} files were replaced." if len(there) > 1 else f"{there[0]} was replaced.",)
