"""What a prediction leaves in the folder of results, and under which name."""

import os
from dataclasses import replace
from pathlib import Path

from craniomark.desktop.words import tr
from craniomark.flows.pipeline.record import found_record, read_record, record_path, write_record
from craniomark.flows.pipeline.source import look_at
from craniomark.flows.review.opening import main_review
from craniomark.ground.checks import InputError, check_free
from craniomark.mrml import Node
from craniomark.mrml.nodes import name_of

SPECIMEN = "CranioMark.Specimen"
"""Attribute of a volume: its id in the results."""
_FILES = (".csv", ".mrk.json", ".json", ".tfm", ".png")
_ODD = '/\\:*?"<>|\0'


class OtherScanError(InputError):
    """Results of another scan have the name."""


def check_results_free(out: Path, id_: str) -> None:
    """Refuse results that another program has open, as a spreadsheet on Windows."""
    for ending in _FILES:
        check_free(out / f"{id_}{ending}")


def specimen_of(volume: Node) -> str:
    """The id of a volume: the one that it was predicted under, else its name without odd signs."""
    held = volume.GetAttribute(SPECIMEN)
    if held:
        return str(held)
    name = "".join("_" if sign in _ODD or ord(sign) < 32 else sign for sign in name_of(volume))
    return name.strip().lstrip(".").strip() or "specimen"


def keep(made: Path, scan: Path, out: Path, id_: str) -> bool:
    """Move a prediction, and the scan that it was made of, into the folder of results.

    Where a review has begun, its landmarks stay as they are there, for `Session.take`.

    Parameters
    ----------
    made : Path
        Folder that the job wrote; on the disk of `out`.
    scan : Path
        What was predicted; it becomes ``ID.nrrd``, or ``ID.ply`` of a surface.
    out : Path
        Folder of results.
    id_ : str
        Specimen.

    Returns
    -------
    bool
        Whether a review has begun.

    Raises
    ------
    OtherScanError
        If results of another scan have this name; nothing is moved then.
    InputError
        If another program has a file open that must be replaced; nothing is moved then.
    """
    record = read_record(record_path(made, id_))
    review, before = main_review(out, id_), found_record(out, id_)
    known = review.scan if review and review.scan else before.source if before else None
    if known and known.sha256 and known.sha256 != record.source.sha256:
        remedy = tr("rename the volume, or choose another folder for the results")
        raise OtherScanError(out / id_, tr("results"), tr("there already, of another scan"), remedy)
    check_results_free(out, id_)
    place = out / f"{id_}{scan.suffix}"
    if review is None or not place.exists():  # the same voxels: a new file would have to be read again
        os.replace(scan, place)
    reviewed = (f"{id_}.csv", f"{id_}.mrk.json") if review else ()
    for file in sorted(made.iterdir()):
        if file.is_file() and file.name not in (*reviewed, f"{id_}.json"):
            os.replace(file, out / file.name)
    write_record(replace(record, source=replace(look_at(place), sha256=record.source.sha256)), out)
    return review is not None
