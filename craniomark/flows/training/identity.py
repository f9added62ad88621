"""What a run was started with, so that it is resumed with the same or not at all."""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import craniomark
from craniomark.flows.datasets.hashing import file_sha256


@dataclass(frozen=True)
class Identity:
    """Everything that the weights of a run depend on.

    Attributes
    ----------
    version : str
        Of CranioMark.
    config : dict
        The resolved configuration: plain mappings, lists, strings, numbers.
    data : dict of str to str
        SHA-256 of each file by its path (best relative to the data folder, which may move).
    seed : int
        As in the settings of the loop.
    machine : dict of str to str
        Where it ran; told, never compared.
    code : str
        SHA-256 over the sources of the package.
    """

    version: str
    config: dict[str, Any]
    data: dict[str, str]
    seed: int
    machine: dict[str, str]
    code: str


def identity_of(config: Mapping[str, Any], files: Mapping[str, Path], seed: int) -> Identity:
    """Describe a run that starts here and now.

    Parameters
    ----------
    config : mapping
        The resolved configuration.
    files : mapping of str to Path
        Every file that it learns from, by the name under which it is recorded.
    seed : int
        Of the loop.
    """
    data = {name: file_sha256(path) for name, path in sorted(files.items())}
    return Identity(craniomark.__version__, dict(config), data, seed, this_machine(), code_sha256())


def this_machine() -> dict[str, str]:
    """Name, system, processor and what torch finds there."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor()
    return {
        "host": platform.node(),
        "system": platform.platform(),
        "device": device or platform.machine(),
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def code_sha256() -> str:
    """SHA-256 over names and contents of all modules of this package."""
    root = Path(craniomark.__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
