"""Which tests run which functions: a mutant is shown to those alone that can notice it."""

import ast
import json
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mutants.mutant import Mutant

Function = tuple[str, int, str]
"""File, first line and name."""
Line = tuple[str, int]
"""File and number."""
LOUD = ("slow handler", "widget touched from a thread", "handler arity", "widget misspelt", "widget renamed",
        "property misspelt", "signal misspelt", "connection misspelt")  # fmt: skip
"""Kinds that whatever test runs the line should notice: the quickest is asked first."""


@dataclass
class Watched:
    """A test as it went with the code as it is.

    Attributes
    ----------
    name : str
        As pytest has it.
    text : str
        Its source.
    seconds : float
        How long it took.
    functions : set of Function
        What it ran.
    lines : set of Line
        Those of files that mutants change.
    failed : bool
        Whether it failed under observation; nothing is known of it then.
    """

    name: str
    text: str = ""
    seconds: float = 0.0
    functions: set[Function] = field(default_factory=set)
    lines: set[Line] = field(default_factory=set)
    failed: bool = False
    words: set[str] = field(default_factory=set, compare=False, repr=False)
    """All that it names and runs, once that was asked for."""


class Observer:
    """Plugin of pytest that keeps what each test runs of the files below a folder.

    Parameters
    ----------
    folder : path
        Where mutants are planted.
    out : path
        File that is written at the end.
    planted : sequence of path
        Files, within the folder, of which lines are kept too.
    """

    def __init__(self, folder: Path, out: Path, planted: Sequence[Path] = ()) -> None:
        self._folder, self._out = f"{folder}/", out
        self._planted = {str(folder / file) for file in planted}
        self._tests: dict[str, Watched] = {}
        self._now: set[Function] = set()
        self._lines: set[Line] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        """Watch a test, with its fixtures."""
        self._now, self._lines = set(), set()
        start = time.perf_counter()
        threading.settrace(self._look)
        sys.settrace(self._look)
        yield
        sys.settrace(None)
        threading.settrace(None)
        test = self._tests.setdefault(item.nodeid, Watched(item.nodeid))
        test.text, test.seconds = _source(item), time.perf_counter() - start
        test.functions, test.lines = self._now, self._lines

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep which tests fail."""
        test = self._tests.setdefault(report.nodeid, Watched(report.nodeid))
        test.failed = test.failed or report.failed

    def pytest_sessionfinish(self) -> None:
        """Write what was seen."""
        write_tests(self._out, list(self._tests.values()))

    def _look(self, frame: FrameType, event: str, _argument: Any) -> Any:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self._folder):
            name = code.co_filename.removeprefix(self._folder)
            self._now.add((name, code.co_firstlineno, code.co_name))
            return self._look_at_lines if code.co_filename in self._planted else None
        return None

    def _look_at_lines(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self._lines.add((frame.f_code.co_filename.removeprefix(self._folder), frame.f_lineno))
        return self._look_at_lines


class Chosen:
    """Plugin of pytest that runs these tests alone, in this order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._places = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Sort, and leave others out."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._places),
            key=lambda item: self._places[item.nodeid],
        )


class Brief:
    """Plugin of pytest that ends with the first failure at once, however long tidying up would take."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Tell what failed, and end."""
        if report.failed:
            sys.__stdout__.flush()  # type: ignore[union-attr]
            os.write(1, f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}\n".encode())
            os._exit(1)


def write_tests(path: Path, tests: Sequence[Watched], of: str = "") -> None:
    """Keep tests in a file; `of` tells the state of the code that they were seen with."""
    told = [
        vars(test) | {"functions": sorted(test.functions), "lines": sorted(test.lines), "words": None}
        for test in tests
    ]
    path.write_text(json.dumps({"of": of, "tests": told}), encoding="utf-8")


def read_tests(path: Path, of: str = "") -> list[Watched]:
    """What `write_tests` has written; empty where there is none of this state of the code."""
    told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"of": of, "tests": []}
    sets = ("functions", "lines")
    return [
        Watched(**(one | {name: {tuple(each) for each in one[name]} for name in sets} | {"words": set()}))
        for one in told["tests"]
        if told["of"] == of
    ]


def chosen_for(mutant: Mutant, tests: Sequence[Watched], most: int | None = None) -> list[str]:
    """Names of the tests that run the line of a mutant; all where that can't be told.

    Of loud mistakes the quickest come first, of others the likeliest for their time.

    Parameters
    ----------
    mutant : Mutant
        The mistake.
    tests : sequence of Watched
        All tests; those that failed while they were watched are always among the chosen.
    most : int, optional
        No more than so many.
    """
    tree = ast.parse(mutant.text) if mutant.file.suffix == ".py" else None
    place = _function_at(mutant, tree) if tree is not None else None
    able = [test for test in tests if place is not None and _runs(test, mutant.file, place)]
    lines = _statement_at(mutant, tree) if tree is not None else set()
    able = [test for test in able if not test.lines.isdisjoint(lines)] or able
    names = {test.name for test in able}
    able = [test for test in tests if test.name in names or test.failed] if able else [*tests]
    words = {*re.findall(r"[A-Za-z]\w{3,}", mutant.what)} if mutant.kind not in LOUD else set()
    weights = _weights(words, tests)

    def promise(test: Watched) -> tuple[bool, float, float]:
        return test.failed, -_likely(test, weights) / (0.5 + test.seconds), test.seconds

    return [test.name for test in sorted(able, key=promise)[:most]]


def _statement_at(mutant: Mutant, tree: ast.AST) -> set[Line]:
    """The lines of the innermost simple statement around a mutant, or of the line alone."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= int(node.end_lineno or 0)
    ]
    inner = max(around, key=lambda node: node.lineno, default=None)
    if isinstance(inner, ast.FunctionDef):  # its head runs with what is around it; its first line is in it
        inner = inner.body[0]
    first, last = (inner.lineno, int(inner.end_lineno or 0)) if inner is not None else (mutant.line,) * 2
    return {(mutant.file.as_posix(), number) for number in range(first, last + 1)}


def _function_at(mutant: Mutant, tree: ast.AST) -> ast.FunctionDef | None:
    """The innermost function around a mutant."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= mutant.line <= int(node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _runs(test: Watched, file: Path, function: ast.FunctionDef) -> bool:
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return (file.as_posix(), first, function.name) in test.functions


def _words_of(test: Watched) -> set[str]:
    if not test.words:
        test.words = {*re.findall(r"\w+", test.text), *(name for _, _, name in test.functions)}
    return test.words


def _weights(words: set[str], tests: Sequence[Watched]) -> dict[str, float]:
    """A word that few tests have tells more."""
    if not words:
        return {}
    counts = Counter(word for test in tests for word in words & _words_of(test))
    return {word: 1.0 / count for word, count in counts.items()}


def _likely(test: Watched, weights: dict[str, float]) -> float:
    return sum(weight for word, weight in weights.items() if word in _words_of(test))


def _source(item: Any) -> str:
    import inspect

    try:
        return inspect.getsource(item.function)
    except (OSError, TypeError, AttributeError):
        return ""
