"""Make the toy importable, and processes that train it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import craniomark

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


class Nurse:
    """Starts processes that train the toy; told by lines of JSON."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(HERE), str(Path(craniomark.__file__).parents[1])])
        words = [sys.executable, str(HERE / "toy_task.py")]
        self._process = subprocess.Popen(
            words, env=os.environ | {"PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip

    def start(self, folder: Path, changes: dict[str, Any] | None = None, **ways: Any) -> int:
        """Start one and return its process id."""
        return self._ask({"run": [str(folder), changes or {}, ways]})

    def wait(self, pid: int) -> int:
        """The exit code of one, when it ends; the negative signal where that ended it."""
        return self._ask({"wait": pid})

    def close(self) -> None:
        """End it all."""
        self._process.communicate(timeout=30)

    def _ask(self, what: dict[str, Any]) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="session")
def nurse() -> Iterator[Nurse]:
    """Return what starts processes that train the toy."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    one = Nurse()
    yield one
    one.close()


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what gives the folder of a run that nothing interrupted, made once for given settings."""
    from toy_task import train

    made: dict[str, Path] = {}

    def of(**changes: Any) -> Path:
        key = json.dumps(changes, sort_keys=True)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("whole") / "run"
            assert train(made[key], changes=changes).status == "done"
        return made[key]

    return of
