"""What can be set, as tables and text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.config.hints import hint_words
from craniomark.flows.training.config.keys import config_type, groups_of, keys_of
from craniomark.flows.training.config.mirror import defaults_of
from craniomark.flows.training.registry import TaskEntry

NEEDED = "???"


@dataclass(frozen=True)
class Row:
    """A setting for a reader: key, value, what it may be, what it means."""

    key: str
    value: str
    kind: str
    about: str


def setting_rows(entry: TaskEntry, plain: Mapping[str, Any] | None = None) -> list[Row]:
    """Every key of a task with its value.

    Parameters
    ----------
    entry : TaskEntry
        The task.
    plain : mapping, optional
        A config's plain values; without, those of the settings themselves.
    """
    return rows_of(config_type(entry), plain)


def rows_of(kind: type, plain: Mapping[str, Any] | None = None) -> list[Row]:
    """Every key of a settings dataclass with its value, by default with its default."""
    values = defaults_of(kind) if plain is None else plain
    rows = []
    for key in keys_of(kind):
        value: Any = values
        for part in key.path.split("."):
            value = value[part]
        rows.append(Row(key.path, value_words(value), hint_words(key.hint), key.about))
    return rows


def default_values(entry: TaskEntry) -> dict[str, Any]:
    """Plain values where nothing is given: those of the default recipe and of the other groups' defaults."""
    return compose(entry, ["data=?", "out=?"]).plain | {"data": NEEDED, "out": NEEDED}


def group_rows(entry: TaskEntry) -> list[Row]:
    """Every YAML group of a task with its options; what the first comment of an option says of it."""
    rows = []
    for group, options in groups_of(entry.name).items():
        told = [f"{name}: {about}" if (about := _comment(file)) else name for name, file in options.items()]
        rows.append(Row(group, "default", "one of " + ", ".join(options), "; ".join(told)))
    return rows


def value_words(value: Any) -> str:
    """A value as it is written on the command line."""
    if value == NEEDED:
        return "needed"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(value_words, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}: {value_words(one)}" for key, one in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _comment(file: Path) -> str:
    """The first comment of a YAML file that is not for hydra, without its full stop."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") and "@package" not in line:
            return line.lstrip("# ").rstrip(". ")
    return ""
