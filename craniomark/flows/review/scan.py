"""Is the scan the one that the points were placed in?"""

from dataclasses import replace
from pathlib import Path

from craniomark.flows.pipeline.source import Source, checksum, look_at, same
from craniomark.ground.checks import InputError

Checked = tuple[Source | None, tuple[str, ...]]


def identified(path: Path) -> Source:
    """A scan with its checksum: reads the whole file, so call it outside a user interface's thread.

    Raises
    ------
    InputError
        If it can't be read.
    """
    found = replace(look_at(path), sha256=checksum(path))
    if not found.sha256:
        raise InputError(path, "scan", "not readable", "check its name and folder")
    return found


def unread(known: Source | None, given: Path | None = None) -> Path | None:
    """The scan that has to be read as a whole before a session can be opened, or None.

    A user interface gives it to `identified` in a thread, and the result to `open_review`.

    Parameters
    ----------
    known : Source or None
        As the session, or the record of the prediction, tells it.
    given : path or None
        The scan that is opened; None where it is where it was.
    """
    path = given or (Path(known.path) if known else None)
    if path is None or not path.exists():
        return None
    if known is None:
        return path
    now = look_at(path)
    touched = now.size == known.size and now.modified != known.modified
    return path if touched and known.sha256 else None


def checked_scan(known: Source | None, given: Path | Source | None, owner: Path, other: bool) -> Checked:
    """The scan of a session, if it is the one that the session knows.

    The content counts, not the place, so that a folder can be moved or opened on another machine.

    Parameters
    ----------
    known : Source or None
        As the session, or the record of the prediction, tells it.
    given : path, Source or None
        The scan that is opened now; None where it is where it was. A `Source` saves reading the file.
    owner : Path
        The file that names `known`, for the error.
    other : bool
        Take the scan even if it is another one, such as the same image saved anew.

    Returns
    -------
    source : Source or None
    notes : tuple of str
        Sentences for the user.

    Raises
    ------
    InputError
        If it is another scan, or can't be read.
    """
    path = Path(given.path) if isinstance(given, Source) else given
    if path is None:
        return (known, ()) if known is None else _where_it_was(known, owner, other)
    if known is None:
        return (given if isinstance(given, Source) else identified(path)), ()
    if _is_same(known, given, path):
        now = look_at(path)
        return replace(now, sha256=known.sha256), ()
    if not other:
        value = f"not {path} as it is now"
        remedy = "open the scan that the points were placed in, or say that this one takes its place"
        raise InputError(owner, "scan", value, remedy)
    found = given if isinstance(given, Source) else identified(path)
    return found, (f"{path} takes the place of another scan, {known.path}, at the user's wish.",)


def _where_it_was(known: Source, owner: Path, other: bool) -> Checked:
    path = Path(known.path)
    return checked_scan(known, path, owner, other) if path.exists() else (known, ())


def _is_same(known: Source, given: Path | Source | None, path: Path) -> bool:
    if isinstance(given, Source) and given.sha256 and known.sha256:
        return given.sha256 == known.sha256
    if not known.sha256:  # it was never read: its size is all that is known
        return look_at(path).size == known.size
    return same(known, path)
