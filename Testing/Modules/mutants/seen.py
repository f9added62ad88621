"""Which tests run which functions: a mutant is shown to those alone that can notice it."""

import ast
import json
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
    failed : bool
        Whether it failed under observation; nothing is known of it then.
    """

    name: str
    text: str = ""
    seconds: float = 0.0
    functions: set[Function] = field(default_factory=set)
    failed: bool = False


class Observer:
    """Plugin of pytest that keeps what each test runs of the files below a folder.

    Parameters
    ----------
    folder : path
        Where mutants are planted.
    out : path
        File that is written at the end.
    """

    def __init__(self, folder: Path, out: Path) -> None:
        self._folder, self._out = f"{folder}/", out
        self._tests: dict[str, Watched] = {}
        self._now: set[Function] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        """Watch a test, with its fixtures."""
        self._now = set()
        start = time.perf_counter()
        threading.settrace(self._look)
        sys.settrace(self._look)
        yield
        sys.settrace(None)
        threading.settrace(None)
        test = self._tests.setdefault(item.nodeid, Watched(item.nodeid))
        test.text, test.seconds, test.functions = _source(item), time.perf_counter() - start, self._now

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep which tests fail."""
        test = self._tests.setdefault(report.nodeid, Watched(report.nodeid))
        test.failed = test.failed or report.failed

    def pytest_sessionfinish(self) -> None:
        """Write what was seen."""
        told = [vars(test) | {"functions": sorted(test.functions)} for test in self._tests.values()]
        self._out.write_text(json.dumps(told), encoding="utf-8")

    def _look(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self._folder):
            name = code.co_filename.removeprefix(self._folder)
            self._now.add((name, code.co_firstlineno, code.co_name))


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


def read_tests(path: Path) -> list[Watched]:
    """What an `Observer` has written."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return [Watched(**(one | {"functions": {tuple(each) for each in one["functions"]}})) for one in told]


def chosen_for(mutant: Mutant, tests: Sequence[Watched]) -> list[str]:
    """Names of the tests that run the function in which a mutant is; all where that can't be told."""
    place = _function_at(mutant) if mutant.file.suffix == ".py" else None
    running = [test for test in tests if place is not None and _runs(test, mutant.file, place)]
    able = [test for test in tests if test in running or test.failed] if running else [*tests]
    words = {*re.findall(r"[A-Za-z]\w{3,}", mutant.what)}
    weights = _weights(words, tests)
    return [test.name for test in sorted(able, key=lambda one: (-_likely(one, weights), one.seconds))]


def _function_at(mutant: Mutant) -> ast.FunctionDef | None:
    """The innermost function around a mutant."""
    around = [
        node
        for node in ast.walk(ast.parse(mutant.text))
        if isinstance(node, ast.FunctionDef) and node.lineno <= mutant.line <= int(node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _runs(test: Watched, file: Path, function: ast.FunctionDef) -> bool:
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return (file.as_posix(), first, function.name) in test.functions


def _words_of(test: Watched) -> set[str]:
    return {*re.findall(r"\w+", test.text), *(name for _, _, name in test.functions)}


def _weights(words: set[str], tests: Sequence[Watched]) -> dict[str, float]:
    """A word that few tests have tells more."""
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
