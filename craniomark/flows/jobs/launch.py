"""How the job process is started: interpreter, command line, environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import craniomark
from craniomark.ground.checks import InputError

MODULE = "craniomark.jobs"
LAUNCHER = "PythonSlicer"
_THREADS = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"
)  # fmt: skip


def python_command() -> list[str]:
    """The interpreter of this program: in Slicer, whose own executable is none, its launcher.

    Raises
    ------
    InputError
        If there is none.
    """
    launcher = shutil.which(LAUNCHER)
    runs_python = bool(sys.executable) and Path(sys.executable).stem.lower().startswith("python")
    if launcher and ("slicer" in sys.modules or not runs_python):
        return [launcher]
    if runs_python:
        return [sys.executable]
    remedy = f"put {LAUNCHER} on the PATH, or name the interpreter"
    raise InputError(sys.executable or "this program", "Python interpreter", "not found", remedy)


def command(
    python: Sequence[str], parent: int, patience: float, polite: bool, folder: Path | None = None
) -> list[str]:
    """The command line of a job process.

    Parameters
    ----------
    python : sequence of str
        Interpreter or launcher, with its own arguments.
    parent : int
        Process whose end ends it.
    patience : float
        Seconds that a job has to end, once the parent is gone.
    polite : bool
        Run at a lower priority, so that windows stay quick.
    folder : Path, optional
        For its temporary files; it removes it at its end.
    """
    # -P: the folder that this program runs in must not come before the library.
    words = [*python, "-u", "-P", "-m", MODULE, "--parent", str(parent), "--patience", str(patience)]
    words += ["--folder", str(folder)] if folder else []
    return [*words, "--polite"] if polite else words


def environment(threads: int | None, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment in which the child finds this very library, and speaks UTF-8.

    Parameters
    ----------
    threads : int, optional
        That it may use; None leaves them as they are.
    changes : mapping, optional
        Further variables.
    """
    library = str(Path(craniomark.__file__).resolve().parents[1])
    paths = [library, *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != library)]
    made = dict(os.environ)
    made |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    made.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads starve windows on shared cores
    made.setdefault("MPLBACKEND", "Agg")
    if threads is not None:
        made |= dict.fromkeys(_THREADS, str(threads))
    return made | dict(changes or {})


def ways(polite: bool) -> dict[str, Any]:
    """Arguments of Popen: out of reach of the terminal's Ctrl-C, and on Windows without a window."""
    if os.name != "nt":
        return {"start_new_session": True}
    flags = ["CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP"]
    if polite:
        flags.append("BELOW_NORMAL_PRIORITY_CLASS")
    return {"creationflags": sum(int(getattr(subprocess, name)) for name in flags)}
