"""A task's config, composed by hydra of defaults, YAML groups and words of the command line."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.training.config.instantiate import instantiate
from craniomark.flows.training.config.keys import config_type, configs_folder, groups_of, keys_of
from craniomark.flows.training.config.mirror import mirror
from craniomark.flows.training.config.refusals import refusal
from craniomark.flows.training.config.words import safe_words
from craniomark.flows.training.registry import TaskEntry
from craniomark.ground.checks import InputError

PRIMARY = "craniomark"
GROUPED_LAST = ("recipe",)
"""Groups that are merged after the others, so that they may change what these set."""


@dataclass(frozen=True, eq=False)
class Config:
    """A config whose checks have run.

    Attributes
    ----------
    settings : dataclass
        `RunSettings` with the nodes ``loop`` and those of the task.
    plain : dict
        The same as plain mappings, lists, numbers and texts.
    """

    settings: Any
    plain: dict[str, Any]


def compose(entry: TaskEntry, words: Sequence[str]) -> Config:
    """The config of one run.

    Parameters
    ----------
    entry : TaskEntry
        The task.
    words : sequence of str
        As on the command line.

    Raises
    ------
    InputError
        If hydra isn't installed, or a key or value is wrong.
    """
    where = command_of(entry)
    with session(entry, groups_folder(entry)):
        safe = checked_words(entry, words, multirun=False)
        from hydra import compose as hydra_compose

        with refusals(entry, words):
            composed = hydra_compose(PRIMARY, overrides=safe)
            values = plain_values(composed)
    return config_of(entry, values, where)


def config_of(entry: TaskEntry, values: Mapping[str, Any], where: str = "") -> Config:
    """The config of plain values, such as those that a run recorded."""
    settings: Any = instantiate(config_type(entry), values, where or command_of(entry))
    return Config(settings, plain_of(settings))


def plain_values(composed: Any) -> dict[str, Any]:
    """What hydra composed, with interpolations resolved."""
    from omegaconf import OmegaConf

    values = OmegaConf.to_container(composed, resolve=True)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def plain_of(settings: Any) -> dict[str, Any]:
    """A settings dataclass as plain mappings and lists, in the order of its fields."""
    return {str(key): _plain(value) for key, value in dataclasses.asdict(settings).items()}


def checked_words(entry: TaskEntry, words: Sequence[str], multirun: bool) -> list[str]:
    """The words as hydra takes them, after a look at their keys."""
    hints = {key.path: key.hint for key in keys_of(config_type(entry))}
    return safe_words(words, hints, groups_of(entry.name), command_of(entry), multirun)


def command_of(entry: TaskEntry) -> str:
    """How errors name the command."""
    return f"craniomark train {entry.name}"


def groups_folder(entry: TaskEntry) -> Path | None:
    """Folder of the task's YAML groups, or None where it has none."""
    folder = configs_folder(entry.name)
    return folder if folder.is_dir() else None


@contextmanager
def refusals(entry: TaskEntry, words: Sequence[str]) -> Iterator[None]:
    """Tell the errors of hydra and OmegaConf as one sentence."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        if isinstance(error, InputError):
            raise
        hints = {key.path: key.hint for key in keys_of(config_type(entry))}
        raise refusal(error, hints, words, command_of(entry)) from error


@contextmanager
def session(entry: TaskEntry, folder: Path | None) -> Iterator[Any]:
    """Hydra, ready to compose configs of a task from `folder`, and gone afterwards.

    Yields
    ------
    hydra.Hydra
    """
    try:
        from hydra import initialize, initialize_config_dir
        from hydra.core.config_store import ConfigStore
        from hydra.core.global_hydra import GlobalHydra
    except ImportError as error:
        remedy = "install what training needs with: pip install 'craniomark[train]'"
        raise InputError(command_of(entry), "hydra-core", "not installed", remedy) from error
    ConfigStore.instance().store(PRIMARY, _primary(entry, folder), provider="craniomark")
    if folder is None:
        opened = initialize(config_path=None, job_name=entry.name, version_base="1.3")
    else:
        opened = initialize_config_dir(str(folder.resolve()), job_name=entry.name, version_base="1.3")
    with opened:
        yield GlobalHydra.instance().hydra


def _primary(entry: TaskEntry, folder: Path | None) -> type:
    """The structured config at the root, with the groups' defaults."""
    groups = {} if folder is None else {p.name: p for p in sorted(folder.iterdir()) if p.is_dir()}
    order = [name for name in groups if name not in GROUPED_LAST]
    order += [name for name in GROUPED_LAST if name in groups]
    defaults: list[Any] = ["_self_", *({name: "default"} for name in order)]
    fields = [("defaults", list[Any], field(default_factory=lambda: list(defaults)))]
    return make_dataclass("Config", fields, bases=(mirror(config_type(entry)),))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value
