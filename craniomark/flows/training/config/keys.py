"""Every key that a task's config has: type, default, meaning."""

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from craniomark.flows.training.config.hints import without_null
from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.settings import LoopSettings
from craniomark.ground.resources import resource_folder

_FIELD = re.compile(r"^(\w+(?:, \w+)*) : (.+)$")


@dataclasses.dataclass(frozen=True)
class Key:
    """One setting: its path, as ``model.width``; its type; what it means."""

    path: str
    hint: Any
    about: str


def config_type(entry: TaskEntry) -> type:
    """The dataclass of a task's whole config: `RunSettings`, the loop, and the task's own settings."""
    return _config_type(entry.name, tuple(entry.settings.items()))


@cache
def _config_type(name: str, settings: tuple[tuple[str, type], ...]) -> type:
    nodes = {"loop": LoopSettings, **dict(settings)}
    clash = sorted(set(nodes) & {one.name for one in dataclasses.fields(RunSettings)})
    if clash or len(nodes) != len(settings) + 1:
        raise ValueError(f"settings of the task {name} are called {clash or 'loop'}, which all tasks have")
    fields = [(key, kind, dataclasses.field(default_factory=kind)) for key, kind in nodes.items()]
    made = dataclasses.make_dataclass(f"{name.title()}Config", fields, bases=(RunSettings,), frozen=True)
    made.__doc__ = None
    return made


def keys_of(settings: type, prefix: str = "") -> Iterator[Key]:
    """All keys below a settings dataclass, in order."""
    hints, about = get_type_hints(settings), _about(settings)
    for one in dataclasses.fields(settings):
        if not one.init:
            continue
        hint, _ = without_null(hints[one.name])
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from keys_of(hint, f"{prefix}{one.name}.")
        else:
            yield Key(prefix + one.name, hints[one.name], about.get(one.name, ""))


def groups_of(name: str) -> dict[str, dict[str, Path]]:
    """YAML groups of a task: options of each, with their files, from ``Resources/Configs/TASK``."""
    folder = configs_folder(name)
    if not folder.is_dir():
        return {}
    groups = [group for group in sorted(folder.iterdir()) if group.is_dir()]
    return {group.name: {file.stem: file for file in sorted(group.glob("*.yaml"))} for group in groups}


def configs_folder(name: str) -> Path:
    """Where the YAML groups of a task lie."""
    return resource_folder() / "Configs" / name


@cache
def _about(settings: type) -> Mapping[str, str]:
    """What the docstrings of a class and its bases say of the attributes, without the last full stop."""
    told: dict[str, str] = {}
    for kind in reversed(settings.__mro__):
        names: list[str] = []
        lines: list[str] = []
        for line in [*_attributes(kind.__doc__ or ""), "end : of"]:
            match = _FIELD.match(line)
            if match:
                told |= {name: " ".join(lines).strip().rstrip(".") for name in names}
                names, lines = match[1].split(", "), []
            else:
                lines.append(line.strip())
    return MappingProxyType(told)


def _attributes(docstring: str) -> list[str]:
    """Lines of the section Attributes, without the indent of the docstring."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.cleandoc(docstring), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return sections.get("Attributes", "").splitlines()
