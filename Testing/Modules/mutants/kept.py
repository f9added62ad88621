"""What is known of mutants from before: verdicts of earlier runs, and those that change nothing."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from mutants.mutant import Mutant
from mutants.run import Verdict


class Log:
    """Verdicts in a file, one a line, so that a run that was cut off goes on.

    Parameters
    ----------
    path : path or None
        None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.is_file() else []
        told = [json.loads(line) for line in lines]
        self._caught = {one["mutant"]: one["text"] for one in told if one["caught"]}

    def caught(self, mutant: Mutant) -> bool:
        """Whether this very mutant was caught before."""
        return self._caught.get(mutant.name) == _digest(mutant)

    def note(self, verdict: Verdict) -> None:
        """Keep a verdict."""
        if self._path is None or verdict.mutant is None:
            return
        told = {"mutant": verdict.mutant.name, "text": _digest(verdict.mutant), "caught": verdict.caught}
        with self._path.open("a", encoding="utf-8") as stream:
            more = {
                "seconds": round(verdict.seconds, 2),
                "endless": verdict.endless,
                "why": _why(verdict.words),
            }
            stream.write(json.dumps(told | more) + "\n")


def _why(words: str) -> str:
    """The test that failed, and what it first said of it."""
    failed = re.search(r"^FAILED (\S+ \(\w+\))", words, re.MULTILINE)
    said = re.search(r"^E +(.*)", words[failed.end() :] if failed else words, re.MULTILINE)
    return " ".join(found.group(1)[:200] for found in (failed, said) if found)


def exceptions(path: Path | None) -> set[str]:
    """Names in a list of mutants that change nothing: ``name # reason``, one a line.

    Raises
    ------
    ValueError
        If one has no reason.
    """
    if path is None:
        return set()
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, sign, reason = line.rpartition(" # ")
            if not sign or not reason.strip():
                raise ValueError(f"{path}: {line!r} tells no reason: write name # reason")
            found.add(name.strip())
    return found


def _digest(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.text.encode()).hexdigest()[:16]


def state_of(root: Path, folders: Iterable[Path]) -> str:
    """A text that changes with the Python of folders."""
    found = hashlib.sha256()
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            found.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]
