"""Run the tests of the modules in a real Slicer, with its own classes in place of the double's.

    Slicer --testing --python-script Testing/Modules/run_in_slicer.py [words for pytest]

It ends with exit code 0 if all tests pass, 1 if one fails, and 2 if there are none or pytest is missing. The
extension itself must not be installed in that Slicer: the modules are loaded from the source tree.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PASSED, FAILED, USELESS = 0, 1, 2
NO_TESTS = 5
"""Exit code of pytest where no test was chosen."""
MISSING = 'pytest is missing in this Slicer: run  PythonSlicer -m pip install "pytest>=8.4"  once.'
OPTIONS = ("-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=no", "-W", "default")
"""Slicer's standard output is no file, and its own warnings are not ours."""


class Stream:
    """Standard output of Slicer, with what pytest asks of a file."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, held: Any) -> None:
        self._held = held

    def write(self, text: str) -> int:
        self._held.write(text)
        return len(text)

    def flush(self) -> None:
        flush = getattr(self._held, "flush", None)
        if flush is not None:
            flush()

    def isatty(self) -> bool:
        return False


def folders(modules: Path) -> list[Path]:
    """Folders of tests that belong to a module of the extension."""
    root = modules.parents[1]
    return [one for one in sorted(modules.iterdir()) if (root / one.name / f"{one.name}.py").is_file()]


def say(text: str) -> None:
    """Tell the person who runs it."""
    sys.stdout.write(f"{text}\n")


def real_slicer() -> Any:
    """The running Slicer; raises where this is not one."""
    import slicer

    if "double" in sys.modules:
        raise RuntimeError("the double of Slicer's desktop is loaded already: start a Slicer of its own")
    if not hasattr(slicer, "app"):
        raise RuntimeError("this is no Slicer: start it as the first lines of this file tell")
    return slicer


def use_slicer(modules: Path) -> Any:
    """Let tests that ask for `double` get Slicer itself; returns what stands in for it."""
    sys.path[:0] = [str(modules), str(modules.parents[1])]
    import in_slicer

    sys.modules["double"] = in_slicer
    sys.modules["double.durations"] = in_slicer.durations
    return in_slicer


def run(modules: Path, words: Sequence[str], pytest: Any) -> int:
    """Run each folder's tests; returns the exit code."""
    codes = []
    for folder in folders(modules):
        told = [str(folder), "--rootdir", str(modules.parents[1]), *OPTIONS, *words]
        codes.append(int(pytest.main(told)))
    ran = [code for code in codes if code != NO_TESTS]
    if not ran:
        say(f"No tests were found below {modules}.")
        return USELESS
    return FAILED if any(ran) else PASSED


def main(modules: Path, words: Sequence[str], leave: Callable[[int], Any] | None = None) -> int:
    """Run everything, tell which Slicer it was, and leave the program with the exit code."""
    slicer = real_slicer()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(sys.stdout), Stream(sys.stderr)
    version = f"Slicer {slicer.app.applicationVersion}, revision {slicer.app.revision}, {sys.platform}"
    code = USELESS
    try:
        say(f"{version}, Python {sys.version.split()[0]}")
        try:
            import pytest
        except ImportError:
            say(MISSING)
        else:
            stand_in = use_slicer(modules)
            _name_interpreter()
            try:
                code = run(modules, words, pytest)
            finally:
                stand_in.uninstall()
        say(f"{version}: exit code {code}")
    except BaseException:
        code = FAILED
        raise
    finally:
        sys.stdout, sys.stderr = before
        (leave or slicer.util.exit)(code)
    return code


def _name_interpreter() -> None:
    """Let ``sys.executable`` be Slicer's Python, with which tests start child processes."""
    from craniomark.flows.jobs.launch import python_command

    sys.executable = python_command()[0]


if __name__ == "__main__":
    main(Path(globals().get("__file__", sys.argv[0])).resolve().parent, sys.argv[1:])
