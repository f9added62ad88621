"""The code and configs of a multirun's start, so that none of its jobs sees a later change."""

import hashlib
import importlib
import os
import pkgutil
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import craniomark
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder

PACKAGE = "craniomark"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "_resources", "*.pyc")
_HELD = ("ground", "engine", "parts", "tasks", "flows.training")


@dataclass(frozen=True)
class Snapshot:
    """A copy of the library.

    Attributes
    ----------
    folder : Path
        Holds the package, with the YAML groups inside it as in an installed library.
    sha256 : str
        Over names and contents of all its files.
    """

    folder: Path
    sha256: str

    @property
    def configs(self) -> Path:
        """Folder of the YAML groups of all tasks."""
        return self.folder / PACKAGE / "_resources" / "Configs"

    def check(self) -> None:
        """Make sure that nothing of it was changed since.

        Raises
        ------
        InputError
            If something was.
        """
        if fingerprint(self.folder) != self.sha256:
            remedy = "put it back, or start the multirun in another folder"
            raise InputError(self.folder, "code of the multirun's start", "changed", remedy)

    def environment(self) -> dict[str, str]:
        """Environment in which a Python process finds this copy before any other."""
        paths = [str(self.folder), os.environ.get("PYTHONPATH", "")]
        models = [os.environ.get("CRANIOMARK_MODELS", ""), str(resource_folder() / "Models")]
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(one for one in paths if one),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONSAFEPATH": "1",  # for processes that this one starts by its own command
            "CRANIOMARK_MODELS": os.pathsep.join(one for one in models if one),  # bundles are not copied
        }


def take_snapshot(folder: Path) -> Snapshot:
    """Copy the library that runs here into a new folder.

    Parameters
    ----------
    folder : Path
        Appears whole or not at all.

    Raises
    ------
    InputError
        If it can't be written.
    """
    package, configs = Path(craniomark.__file__).resolve().parent, resource_folder() / "Configs"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
        try:
            shutil.copytree(package, part / PACKAGE, ignore=_LEFT_OUT)
            target = part / PACKAGE / "_resources" / "Configs"
            if configs.is_dir():
                shutil.copytree(configs, target)
            target.mkdir(parents=True, exist_ok=True)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        remedy = "choose a folder that you may write to, with room on its disk"
        raise InputError(folder, "output folder", f"not writable ({_reason(error)})", remedy) from error
    return Snapshot(folder, fingerprint(folder))


def _reason(error: OSError) -> str:
    """Why it could not be written; of a copied tree, why its first file could not."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        told = str(error.args[0][0][-1])
        return re.sub(r"^\[Errno \d+\] |: '.*$", "", told)
    return str(error.strerror)


def fingerprint(folder: Path) -> str:
    """SHA-256 over names and contents of all files below a folder but compiled ones."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(folder).as_posix()
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def hold_code() -> None:
    """Import every module that training may need now, so that a later change reaches this process no more."""
    for part in _HELD:
        package = importlib.import_module(f"{PACKAGE}.{part}")
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name not in sys.modules:
                importlib.import_module(module.name)
