"""What is made of reviewed specimens: exports, results, repeatability, a data set for training."""

from pathlib import Path
from typing import Any

from craniomark.desktop.words import tr
from craniomark.flows.review import Session, Worklist, digitisings, export, repeatability
from craniomark.flows.review.exports import FOLDER_FORMATS, Written
from craniomark.flows.review.worklist import Entry
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import FORMATS

FILES = {
    "csv-long": "landmarks-long.csv", "csv-wide": "landmarks-wide.csv", "morphoj": "landmarks-morphoj.csv",
    "tps": "landmarks.tps", "nts": "landmarks.nts", "morphologika": "landmarks-morphologika.txt",
}  # fmt: skip
"""File of each format that holds all specimens in one."""
FORMAT_NAMES = {
    "csv-long": "CSV, a line for each point", "csv-wide": "CSV, a line for each specimen",
    "mrk.json": "Slicer markups (mrk.json)", "fcsv": "Slicer fiducials (fcsv)",
    "morphoj": "MorphoJ", "tps": "TPS", "nts": "NTS", "morphologika": "Morphologika",
}  # fmt: skip


def format_words() -> list[tuple[str, str]]:
    """Formats, and what the user knows them by."""
    return [(format_, tr(FORMAT_NAMES.get(format_, format_))) for format_ in FORMATS]


def export_to(session: Session | None, results: str, out: str, format_: str, replace: bool) -> Written:
    """Export the specimen under review, or without a session all of the folder of results.

    Raises
    ------
    InputError
        As `craniomark.flows.review.export`, and where no folder is chosen.
    """
    folder = _folder(out, tr("Export"))
    found = {session.id: session.landmarks} if session else dict(worklist(results).landmarks())
    if not found:
        remedy = tr("predict landmarks first")
        raise InputError(results, tr("specimens with landmarks"), tr("none"), remedy)
    return export(found, folder if format_ in FOLDER_FORMATS else folder / FILES[format_], format_, replace)


def worklist(results: str) -> Worklist:
    """The specimens of the folder of results."""
    return Worklist(_folder(results, tr("Results")))


def next_specimen(results: str, after: str = "") -> Entry:
    """The next specimen with doubtful points; InputError where none is left."""
    found = worklist(results)
    ids = {entry.id for entry in found.entries}
    entry = found.next(after if after in ids else "")
    if entry is None:
        remedy = tr("open the review of a volume, or predict more scans")
        raise InputError(results, tr("specimens with doubtful points"), tr("none"), remedy)
    return _with_scan(entry)


def specimen(results: str, id_: str) -> Entry:
    """A specimen of the folder; InputError where its scan is gone."""
    return _with_scan(worklist(results)[id_])


def _with_scan(entry: Entry) -> Entry:
    if entry.scan is None or not entry.scan.exists():
        where = entry.scan or entry.id
        raise InputError(where, tr("scan"), tr("not where it was"), tr("load it, and open its review"))
    return entry


def repeat_columns(results: str) -> dict[str, list[Any]]:
    """Columns of the table of repeatability of all specimens of the folder.

    Raises
    ------
    InputError
        If no specimen was digitised twice, once of it blind.
    """
    found = worklist(results)
    every = [one for entry in found.entries for one in digitisings(found.folder, entry.id)]
    rows = repeatability(every)
    if not rows:
        remedy = tr("digitise a specimen blind, after its review")
        raise InputError(results, tr("repeated digitisings"), tr("none"), remedy)
    observers = {"same": tr("one"), "different": tr("two")}
    return {
        tr("point"): [row.label for row in rows],
        tr("observers"): [observers[row.observers] for row in rows],
        tr("pairs"): [row.pairs for row in rows],
        tr("mean, mm"): [round(row.mean_mm, 3) for row in rows],
        tr("SD, mm"): ["" if row.sd_mm is None else f"{row.sd_mm:.3f}" for row in rows],
        tr("max, mm"): [round(row.max_mm, 3) for row in rows],
    }


def training_set(results: str, out: str, replace: bool) -> tuple[Path, str]:
    """Write the data set of all reviewed specimens; returns its list and a sentence."""
    made = worklist(results).write_training_set(_folder(out, tr("Data set")), replace)
    words = tr("{count} reviewed specimens are chosen for training.").format(count=len(made.specimens))
    if made.left_out:
        left = "; ".join(f"{id_}: {why}" for id_, why in made.left_out[:3])
        words += " " + tr("Left out: {left}.").format(left=left)
    return made.list, words


def written_words(written: Written) -> str:
    """A sentence on what an export left."""
    first = written.files[0]
    if len(written.files) == 1:
        words = tr("Written: {path}.").format(path=first)
    else:
        words = tr("{count} files are written to {path}.").format(count=len(written.files), path=first.parent)
    return " ".join((words, *written.notes))


def _folder(path: str, what: str) -> Path:
    if not path.strip():
        raise InputError(what, tr("folder"), tr("none"), tr("choose a folder"))
    return Path(path).expanduser()
