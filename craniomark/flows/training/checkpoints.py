"""The checkpoints of a run: written whole, checked when read, the one before kept."""

from collections.abc import Callable
from pathlib import Path

import torch

from craniomark.flows.training.state import Counters, counters_of, notes_of
from craniomark.flows.training.tensors import Damaged, read_tensors, write_tensors
from craniomark.ground.checks import InputError

_PATTERN = "[0-9]*-[0-9]*.safetensors"


class Checkpoints:
    """Checkpoints in a folder, named ATTEMPT-STEP.safetensors so that the newest sorts last.

    Parameters
    ----------
    folder : Path
        Where they lie.
    keep : int
        How many of the newest stay.
    keep_first : bool
        Whether that of the very start stays too.
    """

    def __init__(self, folder: Path, keep: int, keep_first: bool = False) -> None:
        self._folder, self._keep, self._keep_first = folder, keep, keep_first

    def path(self, attempt: int, step: int) -> Path:
        """Where the checkpoint of a step lies."""
        return self._folder / f"{attempt:02d}-{step:09d}.safetensors"

    def all(self) -> list[Path]:
        """Those that are there, the oldest first."""
        return sorted(self._folder.glob(_PATTERN))

    def save(self, counters: Counters, tensors: dict[str, torch.Tensor]) -> Path:
        """Write a checkpoint, then remove those that needn't stay.

        Raises
        ------
        InputError
            If the disk is full; those before stay.
        """
        path = self.path(counters.attempt, counters.step)
        write_tensors(path, tensors, notes_of(counters))
        first = self.path(0, 0)
        for old in self.all()[: -self._keep]:
            if not (self._keep_first and old == first):
                old.unlink(missing_ok=True)
        return path

    def newest(
        self, log: Callable[[str], None], set_aside: bool = True
    ) -> tuple[Counters, dict[str, torch.Tensor]] | None:
        """Read the newest good one; damaged ones are told, set aside if wanted, and passed over.

        Returns
        -------
        (Counters, dict of str to Tensor) or None
            None where there is none at all.

        Raises
        ------
        InputError
            If there are some and all are damaged.
        """
        found = self.all()
        for path in reversed(found):
            try:
                return self.read(path)
            except Damaged as error:
                if set_aside:
                    path.replace(path.with_name(path.name + ".damaged"))
                log(f"A checkpoint is damaged and passed over: {error}.")
        if found or any(self._folder.glob("*.damaged")):
            remedy = "put good checkpoints back, or train into another folder"
            raise InputError(self._folder, "checkpoints", "damaged, every one", remedy)
        return None

    def read(self, path: Path) -> tuple[Counters, dict[str, torch.Tensor]]:
        """Read one.

        Raises
        ------
        Damaged
            If it isn't what was written.
        """
        tensors, notes = read_tensors(path)
        try:
            return counters_of(notes), tensors
        except (KeyError, TypeError) as error:
            raise Damaged(f"{path.name} is of another version") from error
