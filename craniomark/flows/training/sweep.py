"""Words of a multirun, told apart into those that are swept and those that are not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from craniomark.flows.training.config.compose import checked_words, command_of
from craniomark.flows.training.config.words import key_of
from craniomark.flows.training.registry import TaskEntry
from craniomark.ground.checks import InputError

_LAUNCHER = re.compile(r"^\+*hydra[./]launcher")
_SWEEPER = re.compile(r"^\+*hydra[./]sweeper")
_OF_HYDRA = re.compile(r"^\+*hydra[./]")


@dataclass(frozen=True)
class Swept:
    """A multirun's words.

    Attributes
    ----------
    words : list of str
        All, as hydra is given them.
    keys : tuple of str
        Keys that are swept.
    fixed : list of str
        Settings that all jobs have.
    first : list of str
        Settings of the first job.
    """

    words: list[str]
    keys: tuple[str, ...]
    fixed: list[str]
    first: list[str]

    @property
    def without_launcher(self) -> list[str]:
        """All but what says where jobs run."""
        return [word for word in self.words if not _LAUNCHER.match(word)]


def swept(entry: TaskEntry, words: Sequence[str]) -> Swept:
    """Tell the words of a multirun apart.

    Raises
    ------
    InputError
        If a word is wrong, or the sweep is none that jobs can be listed of.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    where = command_of(entry)
    safe = checked_words(entry, words, multirun=True)
    keys: list[str] = []
    fixed: list[str] = []
    first: list[str] = []
    for word in safe:
        if _SWEEPER.match(word):
            raise InputError(where, "hydra/sweeper", "another than hydra's own", "leave it out")
        parsed = OverridesParser.create().parse_override(word)
        if not parsed.is_sweep_override():
            first.append(word)
            if not _OF_HYDRA.match(word):
                fixed.append(word)
            continue
        if key_of(word) in ("out", "cache"):
            raise InputError(
                where, key_of(word), "several folders", "give one: each job has its own within it"
            )
        if not parsed.is_discrete_sweep():
            raise InputError(where, key_of(word), repr(word), "list the values: a,b,c or range(start,stop)")
        keys.append(key_of(word))
        first.append(f"{key_of(word)}={next(iter(parsed.sweep_string_iterator()))}")
    return Swept(safe, tuple(keys), fixed, first)
