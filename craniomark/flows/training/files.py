"""The files of a run folder."""

import json
import os
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError, written_whole

BEGINNING = "00-000000000.safetensors"
"""Checkpoint of a run before its first update."""


class RunFolder:
    """Where the files of one run lie.

    Parameters
    ----------
    path : Path
        Made where it isn't there.

    Raises
    ------
    InputError
        If it can't be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = "choose a folder that you may write to"
            raise InputError(path, "run folder", f"not usable ({error.strerror})", remedy) from error

    @property
    def config(self) -> Path:
        """The configuration, for people and for starting it again."""
        return self.path / "config.yaml"

    @property
    def identity(self) -> Path:
        """What the run was started with, for comparing."""
        return self.path / "identity.json"

    @property
    def metrics(self) -> Path:
        """Each metric event as a line."""
        return self.path / "metrics.jsonl"

    @property
    def state(self) -> Path:
        """How far the run is."""
        return self.path / "state.json"

    @property
    def log(self) -> Path:
        """Sentences with their time."""
        return self.path / "log.txt"

    @property
    def checkpoints(self) -> Path:
        """Folder of what a run goes on from."""
        return self.path / "checkpoints"

    @property
    def pictures(self) -> Path:
        """Folder of example predictions."""
        return self.path / "pictures"

    @property
    def board(self) -> Path:
        """Folder of TensorBoard's files."""
        return self.path / "tensorboard"

    @property
    def weights(self) -> Path:
        """The network's weights when the run is done."""
        return self.path / "weights.safetensors"

    @property
    def best(self) -> Path:
        """The weights with the best validation figure so far."""
        return self.path / "best.safetensors"

    def clear_parts(self) -> None:
        """Remove what a killed process left half-written."""
        for folder in (self.path, self.checkpoints, self.pictures):
            for part in folder.glob(".part-*"):
                part.unlink(missing_ok=True)

    def has_learnt(self) -> bool:
        """Whether the weights were updated at least once, or something of the run is not as it should be."""
        if any(path.name != BEGINNING for path in self.checkpoints.glob("*")):
            return True
        if not self.state.exists():
            return False
        try:
            state = read_json(self.state)
        except InputError:
            return True
        return (state.get("step"), state.get("attempt")) != (0, 0)

    def forget(self) -> None:
        """Remove what a run left that has learnt nothing; what it prepared stays in the cache."""
        for path in (self.identity, self.config, self.state, self.metrics, self.best):
            path.unlink(missing_ok=True)
        (self.checkpoints / BEGINNING).unlink(missing_ok=True)


class RunFolderView(RunFolder):
    """A run folder that is only looked at: nothing is made."""

    def __init__(self, path: Path) -> None:
        self.path = path


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole or not at all."""
    with written_whole(path) as part:
        text = json.dumps(content, indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        If it isn't one.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    except (OSError, ValueError):
        pass
    raise InputError(path, "content", "not readable", "put the file back, or train into another folder")


def sync(path: Path) -> None:
    """Have the system put a file or folder on the disk now."""
    if path.is_dir() and os.name == "nt":
        return  # folders can't be opened there
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
