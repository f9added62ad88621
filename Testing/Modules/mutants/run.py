"""Tests run over mutants, in copies of the repository, by forks of a process that has collected them."""

import contextlib
import importlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutants.mutant import Mutant
from mutants.seen import Brief, Chosen, Observer, Watched, read_tests
from mutants.warm import READY, Nest, awaited, end_with_parent

HEAVY = ("numpy", "vtk", "slicer", "slicer.util", "PySide6.QtWidgets", "PySide6.QtUiTools", "pytest")
PATIENCE = "20"
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
        self.temporary = Path(tempfile.mkdtemp(prefix="mutants-"))
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
        self._forget_compiled(mutant)
        (self.folder / mutant.file).write_text(mutant.text, encoding="utf-8")

    def restore(self, mutant: Mutant) -> None:
        shutil.copy2(self.root / mutant.file, self.folder / mutant.file)
        self._forget_compiled(mutant)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _forget_compiled(self, mutant: Mutant) -> None:
        """Compiled files are told from others by size and second alone."""
        file = self.folder / mutant.file
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


class Warm:
    """Tests that are collected in a workspace, and tried on one mutant after the other.

    Parameters
    ----------
    space : Workspace
        Where.
    tests : sequence of str
        Arguments of pytest.
    planted : sequence of path
        Files that mutants change.
    """

    def __init__(self, space: Workspace, tests: Sequence[str], planted: Sequence[Path]) -> None:
        questions, self._ask = os.pipe()
        answers, told = os.pipe()
        self._pid = _forked(space, tests, lambda: [Nest(space.folder, planted, questions, told)])
        os.close(questions)
        os.close(told)
        self.answers = os.fdopen(answers, "r")

    def ready(self) -> bool:
        """Whether it can be used; waits for it. It can't where the tests can't be collected."""
        line = self.answers.readline()
        return bool(line) and json.loads(line) == READY

    def ask(self, names: Sequence[str] | None, limit: float) -> None:
        """Try the tests of these names, or all."""
        asked = {"tests": list(names) if names is not None else None, "limit": limit}
        os.write(self._ask, (json.dumps(asked) + "\n").encode())

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._ask)
        self.answers.close()


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
    if not mutants:
        return []
    _import_heavy()
    planted = sorted({mutant.file for mutant in mutants if mutant})
    spaces = [Workspace(root, copied) for _ in range(min(jobs, len(mutants)))]
    warm: list[Warm] = []
    try:
        for space in spaces:
            warm.append(Warm(space, tests, planted))
        if all(one.ready() for one in warm):
            return _tried(list(zip(spaces, warm, strict=True)), mutants, limit, tell, choose)
        return _tried_cold(spaces[0], mutants, tests, limit, tell, choose)
    finally:
        for one in warm:
            one.close()
        for space in spaces:
            space.remove()


def _tried(
    places: list[tuple[Workspace, Warm]],
    mutants: Sequence[Mutant | None],
    limit: float,
    tell: Callable[[Verdict], None],
    choose: Callable[[Mutant], Sequence[str]] | None,
) -> list[Verdict]:
    """The verdicts of warm processes."""
    waiting, idle, verdicts = list(mutants), places, []
    running: dict[int, tuple[Workspace, Warm, Mutant | None]] = {}
    while waiting or running:
        while waiting and idle:
            (space, warm), mutant = idle.pop(), waiting.pop(0)
            if mutant:
                space.plant(mutant)
            warm.ask(choose(mutant) if choose is not None and mutant else None, limit)
            running[warm.answers.fileno()] = (space, warm, mutant)
        for file in select.select(list(running), [], [])[0]:
            space, warm, mutant = running.pop(file)
            told = json.loads(warm.answers.readline())
            verdicts.append(_verdict(space, mutant, **told))
            tell(verdicts[-1])
            idle.append((space, warm))
    return verdicts


def _tried_cold(
    space: Workspace,
    mutants: Sequence[Mutant | None],
    tests: Sequence[str],
    limit: float,
    tell: Callable[[Verdict], None],
    choose: Callable[[Mutant], Sequence[str]] | None,
) -> list[Verdict]:
    """The verdicts of processes that begin by collecting the tests."""
    verdicts = []
    for mutant in mutants:
        if mutant:
            space.plant(mutant)
        plugins = [Chosen(choose(mutant))] if choose is not None and mutant else []
        told = awaited(_forked(space, tests, lambda plugins=plugins: plugins), limit)  # type: ignore[misc]
        verdicts.append(_verdict(space, mutant, **told))
        tell(verdicts[-1])
    return verdicts


def _verdict(space: Workspace, mutant: Mutant | None, status: int, endless: bool, seconds: float) -> Verdict:
    output = space.folder / "output.txt"
    words = output.read_text(errors="replace")[-3000:] if output.exists() else ""
    if mutant:
        space.restore(mutant)
    return Verdict(mutant, endless or status != 0, words, seconds, endless)


def observed(
    root: Path, copied: Sequence[Path], tests: Sequence[str], limit: float, planted: Sequence[Path] = ()
) -> list[Watched]:
    """Run tests over the code as it is, and see what each runs; parameters as for `run_all`.

    Of the files that are planted in, lines are seen too.
    """
    _import_heavy()
    space = Workspace(root, copied)
    out = space.folder / "seen.json"
    try:
        watcher = Observer(space.folder, out, planted)
        awaited(_forked(space, tests, lambda: [watcher], "--maxfail=1000"), limit)
        return read_tests(out)
    finally:
        space.remove()


def _import_heavy() -> None:
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _forked(
    space: Workspace, tests: Sequence[str], plugins: Callable[[], Sequence[object]], *more: str
) -> int:
    """Start pytest in a workspace; returns the process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        _test(space, [*tests, *more], plugins())
    finally:
        os._exit(3)


def _test(space: Workspace, tests: Sequence[str], plugins: Sequence[object]) -> None:
    """The child: never returns."""
    import pytest

    end_with_parent()
    os.setsid()
    os.chdir(space.folder)
    output = os.open(space.folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.dont_write_bytecode = False  # in the copy, whose compiled files go with it
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["CRANIOMARK_TEST_WAIT"] = PATIENCE
    os.environ["TMPDIR"] = tempfile.tempdir = str(space.temporary)
    sys.path[:] = [str(space.folder), *(p for p in sys.path if not _of_the_original(p, space.root))]
    for name in [n for n in sys.modules if n.split(".")[0] in ("mutants", "double")]:
        sys.modules.pop(name)
    words = ["-x", "-m", "not slow", *tests, "-q", "-p", "no:cacheprovider", "--rootdir", str(space.folder),
             "--basetemp", str(space.temporary / "tests")]  # fmt: skip
    quick = [] if "--maxfail=1000" in tests else [Brief()]
    code = pytest.main(words, plugins=[*plugins, *quick])
    sys.stdout.flush()
    os._exit(int(code))


def _of_the_original(path: str, root: Path) -> bool:
    """Whether a folder of the search path would bring code of the original."""
    place = Path(path or ".").resolve()
    return place in (root, root / "Testing" / "Modules")
