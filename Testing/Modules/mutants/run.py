"""Tests run over mutants, in copies of the repository; heavy libraries are imported once and forked."""

import contextlib
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutants.mutant import Mutant
from mutants.seen import Chosen, Observer, Watched, read_tests

HEAVY = ("numpy", "vtk", "slicer", "slicer.util", "PySide6.QtWidgets", "PySide6.QtUiTools", "pytest")
PATIENCE = "60"
"""Seconds that tests wait for what a mistake may keep from ever happening."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".git", "*.png")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    Attributes
    ----------
    mutant : Mutant or None
        None for the code as it is.
    caught : bool
        Whether a test failed, or never ended.
    words : str
        The end of what the tests said.
    seconds : float
        How long they took.
    endless : bool
        Whether they had not ended in time.
    """

    mutant: Mutant | None
    caught: bool
    words: str
    seconds: float
    endless: bool = False


class Workspace:
    """A copy of the repository in which one mutant at a time is tested.

    Parameters
    ----------
    root : path
        The repository.
    copied : sequence of path
        Folders within it that are copied; everything else is linked.
    """

    def __init__(self, root: Path, copied: Sequence[Path]) -> None:
        self.root, self.folder = root, Path(tempfile.mkdtemp(prefix="mutants-"))
        self._take(root, self.folder, [(root / each).resolve() for each in copied])

    def _take(self, source: Path, target: Path, copied: list[Path]) -> None:
        for entry in source.iterdir():
            if entry.name in (".git", "__pycache__"):
                continue
            if entry.resolve() in copied:
                if entry.is_dir():
                    shutil.copytree(entry, target / entry.name, ignore=LEFT_OUT)
                else:
                    shutil.copy(entry, target / entry.name)
            elif any(entry.resolve() in each.parents for each in copied):
                (target / entry.name).mkdir()
                self._take(entry, target / entry.name, copied)
            else:
                (target / entry.name).symlink_to(entry)

    def plant(self, mutant: Mutant) -> None:
        (self.folder / mutant.file).write_text(mutant.text, encoding="utf-8")

    def restore(self, mutant: Mutant) -> None:
        shutil.copy(self.root / mutant.file, self.folder / mutant.file)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def run_all(
    root: Path,
    mutants: Sequence[Mutant | None],
    copied: Sequence[Path],
    tests: Sequence[str],
    jobs: int = 1,
    limit: float = 120.0,
    tell: Callable[[Verdict], None] = lambda verdict: None,
    choose: Callable[[Mutant], Sequence[str]] | None = None,
) -> list[Verdict]:
    """Run tests over each mutant.

    Parameters
    ----------
    root : path
        The repository.
    mutants : sequence of Mutant or None
        None stands for the code as it is.
    copied : sequence of path
        Folders that the tests and the mutants are in.
    tests : sequence of str
        Arguments of pytest.
    jobs : int
        At once.
    limit : float
        Seconds, after which a mutant counts as caught.
    tell : callable
        Given each verdict as it comes.
    choose : callable, optional
        Names the tests that a mutant is shown to, in turn; by default all.
    """
    _import_heavy()
    spaces = [Workspace(root, copied) for _ in range(jobs)]
    waiting, running, verdicts = list(mutants), {}, []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                space = next(s for s in spaces if s not in [r[0] for r in running.values()])
                mutant = waiting.pop(0)
                if mutant:
                    space.plant(mutant)
                plugins = [Chosen(choose(mutant))] if choose is not None and mutant else []
                running[_forked(space, tests, plugins)] = (space, mutant, time.monotonic())
            verdicts += _ended(running, limit, tell)
            time.sleep(0.02)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for space in spaces:
            space.remove()
    return verdicts


def observed(root: Path, copied: Sequence[Path], tests: Sequence[str], limit: float) -> list[Watched]:
    """Run tests over the code as it is, and see what each runs; parameters as for `run_all`."""
    _import_heavy()
    space = Workspace(root, copied)
    out = space.folder / "seen.json"
    try:
        pid = _forked(space, tests, [Observer(space.folder, out)], "--maxfail=1000")
        end = time.monotonic() + limit
        while not os.waitpid(pid, os.WNOHANG)[0]:
            if time.monotonic() > end:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                break
            time.sleep(0.05)
        return read_tests(out) if out.exists() else []
    finally:
        space.remove()


def _import_heavy() -> None:
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _forked(space: Workspace, tests: Sequence[str], plugins: Sequence[object] = (), *more: str) -> int:
    """Start pytest in a workspace; returns the process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        _test(space, [*tests, *more], plugins)
    finally:
        os._exit(3)


def _test(space: Workspace, tests: Sequence[str], plugins: Sequence[object]) -> None:
    """The child: never returns."""
    import pytest

    _end_with_parent()
    os.setsid()
    os.chdir(space.folder)
    output = os.open(space.folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["CRANIOMARK_TEST_WAIT"] = PATIENCE
    sys.path[:] = [str(space.folder), *(p for p in sys.path if not _of_the_original(p, space.root))]
    for name in [n for n in sys.modules if n.split(".")[0] in ("mutants", "double")]:
        sys.modules.pop(name)
    words = ["-x", "-m", "not slow", *tests, "-q", "-p", "no:cacheprovider", "--rootdir", str(space.folder)]
    code = pytest.main(words, plugins=[*plugins])
    sys.stdout.flush()
    os._exit(int(code))


def _end_with_parent() -> None:
    """Where the system can (Linux), let the tests end when whoever runs them is gone."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _of_the_original(path: str, root: Path) -> bool:
    """Whether a folder of the search path would bring code of the original."""
    place = Path(path or ".").resolve()
    return place in (root, root / "Testing" / "Modules")


def _ended(running: dict, limit: float, tell: Callable[[Verdict], None]) -> list[Verdict]:
    found = []
    for pid, (space, mutant, start) in list(running.items()):
        done, status = os.waitpid(pid, os.WNOHANG)
        seconds = time.monotonic() - start
        if not done and seconds < limit:
            continue
        if not done:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        output = space.folder / "output.txt"
        words = output.read_text(errors="replace")[-3000:] if output.exists() else ""
        verdict = Verdict(mutant, not done or status != 0, words, seconds, not done)
        running.pop(pid)
        if mutant:
            space.restore(mutant)
        tell(verdict)
        found.append(verdict)
    return found
