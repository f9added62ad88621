"""The event that ends a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError

_NO_MEMORY = "There is too little memory for this: close other programs, or crop the scan."
_EXTRAS = {
    "torch": "", "monai": "", "safetensors": "", "scipy": "",
    "lightning": "[train]", "hydra": "[train]", "omegaconf": "[train]", "tensorboard": "[train]",
    "pandas": "[train]", "sklearn": "[train]", "matplotlib": "[cli]", "jinja2": "[cli]", "tifffile": "[cli]",
    "SimpleITK": "[standalone]", "vtk": "[standalone]",
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a job has made.

    Attributes
    ----------
    message : str
        A sentence.
    path : Path or None
        Main file or folder.
    files : mapping of str to Path
        All files, by what they are.
    value : mapping
        Figures, as JSON can hold them.
    """

    message: str
    path: Path | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    value: Mapping[str, Any] = field(default_factory=dict)


def result_event(job: str, result: Result) -> dict[str, Any]:
    """The event of a job that is done."""
    return {
        "event": "result", "job": job, "status": "done", "message": result.message, "path": result.path,
        "files": dict(result.files), "value": dict(result.value),
    }  # fmt: skip


def stopped_event(job: str, message: str) -> dict[str, Any]:
    """The event of a job that was stopped."""
    told = message[:1].upper() + message[1:].rstrip(".") + "."
    return {"event": "result", "job": job, "status": "stopped", "message": told}


def error_event(job: str, error: BaseException, trace: str = "") -> dict[str, Any]:
    """The event of a job that could not be done: refused for its input, or failed by a fault."""
    told: dict[str, Any] = {"event": "error", "job": job, "status": "failed", "trace": trace}
    if isinstance(error, InputError):
        wrong = [error.file, error.field, str(error.value), error.remedy]
        return told | {"status": "refused", "message": str(error), "wrong": wrong, "trace": ""}
    if isinstance(error, MemoryError):
        return told | {"status": "refused", "message": _NO_MEMORY}
    if isinstance(error, ImportError):
        name = (error.name or "").partition(".")[0]
        message = f"The Python package {name} is missing: install craniomark{_EXTRAS.get(name, '')}."
        if name in _EXTRAS:
            return told | {"status": "refused", "message": message, "missing": name}
    words = f"{type(error).__name__}: {error}".rstrip(": .")
    return told | {"message": f"CranioMark failed ({words})."}
