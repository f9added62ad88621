"""A process that has collected the tests and imported what they need: each mutant is tried in a fork."""

import ast
import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LEFT_COLD = ("torch", "lightning")
"""Never imported here: they are slow, start threads, and the windows' process does without."""
READY, FAILED = "ready", "failed"
Held = tuple[dict[str, Any], str, str, str]
"""A namespace, a name in it, and the module and the name there of what it stands for; no name: the module."""


class Nest:
    """Plugin of pytest: in place of running the tests, forks a process for each mutant that it is told of.

    A mutant is a line, ``{"tests": [names] or null, "limit": seconds}``; the answer is a line,
    ``{"status": exit status, "endless": bool, "seconds": float}``.

    Parameters
    ----------
    folder : path
        Where mutants are planted.
    planted : sequence of path
        Files that mutants change, within it. Forks begin with nothing of their folders imported.
    questions, answers : int
        Pipes.
    """

    def __init__(self, folder: Path, planted: Sequence[Path], questions: int, answers: int) -> None:
        self._homes = {str((folder / file).parent) for file in planted}
        code = [file for home in sorted(self._homes) for file in sorted(Path(home).glob("*.py"))]
        self._warm = [*code, *sorted((folder / "Testing" / "Modules" / "double").rglob("*.py"))]
        self._questions, self._answers = os.fdopen(questions, "r"), answers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> None:
        """Serve; returns in the forked processes alone, which go on to run what is left of the tests."""
        held = self._held({item.module.__name__: item.module for item in session.items})
        self._import()
        self._forget()
        gc.collect()
        gc.freeze()
        self._say(READY)
        for line in self._questions:
            asked = json.loads(line)
            pid = os.fork()
            if not pid:
                self._begin(session, asked["tests"])
                for namespace, name, home, called in held:
                    module = importlib.import_module(home)
                    namespace[name] = getattr(module, called) if called else module
                return
            self._say(awaited(pid, asked["limit"]))
        os._exit(0)

    def pytest_sessionfinish(self, session: Any) -> None:
        """Where the tests can not even be collected, say so."""
        if not session.items:
            self._say(FAILED)

    def _say(self, told: Any) -> None:
        os.write(self._answers, (json.dumps(told) + "\n").encode())

    def _begin(self, session: Any, names: Sequence[str] | None) -> None:
        """In a forked process: its own group, an empty output, and these tests in this order."""
        end_with_parent()
        os.setsid()
        os.ftruncate(1, 0)
        os.lseek(1, 0, os.SEEK_SET)
        sys.dont_write_bytecode = True
        importlib.invalidate_caches()
        session.config.pluginmanager.unregister(self)
        if names is not None:
            places = {name: place for place, name in enumerate(names)}
            chosen = [item for item in session.items if item.nodeid in places]
            session.items[:] = sorted(chosen, key=lambda item: places[item.nodeid])

    def _held(self, modules: Mapping[str, ModuleType]) -> list[Held]:
        """What test modules have taken at their beginning of the code that mutants change."""
        names = {each.__name__ for each in list(sys.modules.values()) if self._is_planted(each)}
        found: list[Held] = []
        for module in modules.values():
            for name, one in vars(module).items():
                if isinstance(one, ModuleType) and one.__name__ in names:
                    found.append((vars(module), name, one.__name__, ""))
                elif getattr(one, "__module__", None) in names and hasattr(one, "__name__"):
                    found.append((vars(module), name, one.__module__, one.__name__))
        return found

    def _is_planted(self, module: object) -> bool:
        return str(Path(getattr(module, "__file__", None) or "/").parent) in self._homes

    def _forget(self) -> None:
        for name, module in list(sys.modules.items()):
            if isinstance(module, ModuleType) and self._is_planted(module):
                del sys.modules[name]

    def _import(self) -> None:
        """Import what the code and the double import, at their beginning or later."""
        for file in self._warm:
            if file.name.startswith("test_"):
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for name in sorted({name for node in ast.walk(tree) for name in _imported(node)}):
                if name.split(".")[0] not in LEFT_COLD:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def end_with_parent() -> None:
    """Where the system can (Linux), let the tests end when whoever runs them is gone."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def awaited(pid: int, limit: float) -> dict[str, Any]:
    """How a forked process ended, which has a group of its own; after the limit in seconds it is ended."""
    start = time.monotonic()
    done, status = os.waitpid(pid, os.WNOHANG)
    while not done and time.monotonic() - start < limit:
        time.sleep(0.01)
        done, status = os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)  # with what it left running
    if not done:
        _, status = os.waitpid(pid, 0)
    return {"status": status, "endless": not done, "seconds": time.monotonic() - start}
