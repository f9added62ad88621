"""A session on the disk: whole at any moment, the one before kept, one writer."""

import errno
import os
import shutil
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from craniomark.flows.review.content import Content
from craniomark.flows.review.lock import Holder, Lock, take_lock
from craniomark.flows.review.parse import NewerError, parse_session
from craniomark.flows.review.places import is_writable, user_place
from craniomark.flows.training.files import sync
from craniomark.ground.checks import InputError, written_whole

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_REMEDY = "check that its disk is there and that you may read it"
_Stamp = tuple[int, int, int]


class ConflictError(InputError):
    """Somebody else wrote the session since it was read."""


class Store:
    """The files of one session.

    Parameters
    ----------
    folder : Path
        Of the outputs.
    name : str
        File name of the session.

    Attributes
    ----------
    folder : Path
        As given.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._beside, self._spare = folder / name, user_place(folder) / name
        self._stamps: dict[Path, _Stamp | None] = {}
        self._damaged: set[Path] = set()
        self._spared = False
        self._lock: Lock | None = None

    @cached_property
    def home(self) -> Path:
        """Where the session is saved: in `folder`, or in the user's own one where that can't be written."""
        return self._beside if is_writable(self.folder) else self._spare

    def lock(self, observer: str, program: str) -> tuple[Holder | None, str]:
        """Become the writer.

        Returns
        -------
        holder : Holder or None
            Who is the writer instead; None where nobody else is.
        note : str
            A sentence, where the disk knows no locks.

        Raises
        ------
        InputError
            If no file can be made, not even in the user's own folder.
        """
        path = self.home.with_name(f".{self.home.name}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            taken = take_lock(path, observer, program)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return None, f"The disk of {path.parent} knows no locks: make sure that nobody else reviews."
            value = f"not writable ({error.strerror})"
            raise InputError(path.parent, "session folder", value, "choose a folder with room") from error
        if isinstance(taken, Holder):
            return taken, ""
        self._lock = taken
        for part in path.parent.glob(".part-*"):  # of a process that was killed while it wrote
            if part.name.endswith((self.home.name, self.home.name + ".previous")):
                with suppress(OSError):
                    part.unlink()
        return None, ""

    def release(self) -> None:
        """Let others write."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def read(self) -> tuple[Content | None, tuple[str, ...]]:
        """The session as it was saved last, or None where there is none.

        Of two, beside the outputs and in the user's own folder, the one that was saved more often is
        taken if they are copies of each other; else the one beside the outputs.

        Returns
        -------
        content : Content or None
        notes : tuple of str
            What had to be put right, in sentences.

        Raises
        ------
        InputError
            If neither it nor the one before can be read, or it is of a newer version.
        """
        beside, notes = self._read_at(self._beside)
        own, own_notes = self._read_at(self._spare)
        if beside is None or own is None:
            return beside or own, notes + own_notes
        if own.key == beside.key:
            return (own, own_notes) if own.revision > beside.revision else (beside, notes)
        return beside, (*notes, f"Another session of this specimen lies in {self._spare.parent}.")

    def changed_elsewhere(self) -> bool:
        """Whether a file is not as it was when it was read or written last."""
        return any(_stamp(path) != self._stamps.get(path) for path in (self._beside, self._spare))

    def write(self, text: str) -> str:
        """Save a session, so that it is there after a crash of the program or of the machine.

        Returns
        -------
        str
            Empty; or a sentence, where it could only be saved in the user's own folder.

        Raises
        ------
        ConflictError
            If somebody else wrote the file meanwhile.
        InputError
            If it could not be saved anywhere.
        """
        data = text.encode("utf-8")
        try:
            self._put(self.home, data)
        except ConflictError:
            raise
        except (InputError, OSError) as error:
            if self.home == self._spare:
                raise _told(error, self.home) from error
            try:
                self._put(self._spare, data)
            except (InputError, OSError):
                raise _told(error, self.home) from error
            self._spared = True
            return f"{_told(error, self.home)} Until then the review is saved in {self._spare.parent}."
        if self._spared:
            self._spare.unlink(missing_ok=True)
            self._stamps[self._spare], self._spared = None, False
        return ""

    def write_beside(self, text: str) -> Path:
        """Save what can't take the place of the session, under a name of its own."""
        path = _free(self.home, "conflict")
        with written_whole(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
        return path

    def _read_at(self, path: Path) -> tuple[Content | None, tuple[str, ...]]:
        self._stamps[path] = _stamp(path)
        damage: InputError | None = None
        try:
            return parse_session(path.read_bytes(), path), ()
        except NewerError:
            raise
        except InputError as error:
            damage = error
            self._damaged.add(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise InputError(path, "session", f"not readable ({error.strerror})", _REMEDY) from error
        before = _previous(path)
        try:
            content = parse_session(before.read_bytes(), before)
        except InputError as error:
            raise damage or error from error
        except OSError:
            if damage:
                raise damage from None
            return None, ()
        told = str(damage) if damage else f"{path}: the session is missing."
        return content, (f"{told} The one before it was taken, saved {content.saved or 'before'}.",)

    def _put(self, path: Path, data: bytes) -> None:
        now = _stamp(path)
        if now is not None and now != self._stamps.get(path):
            raise ConflictError(path, "session", "changed by somebody else", "open it again")
        with written_whole(path) as part:
            with part.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if now is not None:
                if path in self._damaged:
                    os.replace(path, _free(path, "damaged"))
                else:
                    _keep(path)
            self._damaged.discard(path)
        sync(path.parent)
        self._stamps[path] = _stamp(path)


def _keep(path: Path) -> None:
    """Keep a session as the one before; it stays in place too, so that there always is one.

    Where that fails the new one is saved all the same.
    """
    part = path.with_name(f".part-{path.name}.previous")
    with suppress(OSError):
        part.unlink(missing_ok=True)
        try:
            os.link(path, part)
        except OSError:  # not every disk has links
            shutil.copyfile(path, part)
        os.replace(part, _previous(path))


def _previous(path: Path) -> Path:
    return path.with_name(path.name + ".previous")


def _free(path: Path, what: str) -> Path:
    number = 1
    while (found := path.with_name(f"{path.name}.{what}-{number}")).exists():
        number += 1
    return found


def _stamp(path: Path) -> _Stamp | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ino


def _told(error: InputError | OSError, path: Path) -> InputError:
    if isinstance(error, InputError):
        return error
    remedy = "make room, or give back the right to write there"
    return InputError(path, "session", f"not saved ({error.strerror})", remedy)
