"""Whether a run folder may go on with what it is given: the same configuration and data, or not at all."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from craniomark.flows.training.files import RunFolder, read_json, write_json
from craniomark.flows.training.identity import Identity
from craniomark.flows.training.settings import LoopSettings
from craniomark.ground.checks import InputError, written_whole

# These don't change what is learned, or (device, folders) may have to change when a run moves.
FREE = {
    "device", "save_every", "pictures_every", "metrics_every", "keep_checkpoints", "batches_ahead",
    "tensorboard", "data", "out", "devices", "nodes", "strategy",
    "cache_gb", "cache_workers",
}  # fmt: skip
_PLACE = "template"
"""Key of the bundle that is used: where it lies may change, its checksum tells whether it is the same."""
TEMPLATE_FILES = "template/"
"""How names of files of that bundle begin."""
_REMEDY = "give back what the run began with, or train into another folder"


def record_identity(folder: RunFolder, identity: Identity, settings: LoopSettings) -> None:
    """Write what a new run starts with.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    from omegaconf import OmegaConf

    with written_whole(folder.config) as part:
        part.write_text(OmegaConf.to_yaml(OmegaConf.create(identity.config)), encoding="utf-8")
    write_json(folder.identity, {"schema": 1, **asdict(identity), "settings": asdict(settings)})


def check_identity(folder: RunFolder, identity: Identity, settings: LoopSettings) -> list[str]:
    """Compare with what the run in the folder began with.

    Returns
    -------
    list of str
        Differences that don't forbid to go on, as sentences.

    Raises
    ------
    InputError
        If configuration, data or seed differ; names the first difference with both values.
    """
    old = read_json(folder.identity)
    new = json.loads(json.dumps({**asdict(identity), "settings": asdict(settings)}))
    with _complete(folder):
        found = [*_setting_differences(old, new), *data_differences(old["data"], new["data"])]
        remarks = list(_remarks(old, new))
    _refuse(folder, found)
    return remarks


def check_settings(folder: RunFolder, config: Mapping[str, Any], settings: LoopSettings) -> None:
    """Compare configuration and seed alone with what the run in the folder began with.

    Raises
    ------
    InputError
        If they differ; names the first difference with both values.
    """
    told = {"config": dict(config), "settings": asdict(settings), "seed": settings.seed}
    old, new = read_json(folder.identity), json.loads(json.dumps(told))
    with _complete(folder):
        found = list(_setting_differences(old, new))
    _refuse(folder, found)


def check_files(folder: RunFolder, sums: Mapping[str, str]) -> None:
    """Compare scans and landmarks alone with those that the run in the folder began with.

    Raises
    ------
    InputError
        If they differ; names the first that is gone, changed or new.
    """
    _refuse(folder, list(data_differences(recorded_files(folder), sums)))


def recorded_files(folder: RunFolder) -> dict[str, str]:
    """SHA-256 of the scans and landmarks that the run in the folder began with, by name."""
    old = read_json(folder.identity)
    with _complete(folder):
        return {name: str(one) for name, one in old["data"].items() if not name.startswith(TEMPLATE_FILES)}


def data_differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is another than at the start, as field and value: files that are gone, then changed, then new."""
    for name in sorted(old.keys() - new.keys()):
        yield f"data file {name}", f"gone, while the run began with it (sha256 {_short(old[name])})"
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            was, now = _short(old[name]), _short(new[name])
            yield f"data file {name}", f"another (sha256 {now}) than the run began with (sha256 {was})"
    for name in sorted(new.keys() - old.keys()):
        yield f"data file {name}", "new, while the run began without it"


def _setting_differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told = set()
    for part, word, start in (("config", "configuration", ""), ("settings", "setting", "loop.")):
        before, now = flat(old[part]), flat(new[part])
        for key in sorted(before.keys() | now.keys()):
            if key.rpartition(".")[2] in FREE or start + key in told or _same(before, now, key):
                continue
            told.add(start + key)
            yield f"{word} {key}", f"{_shown(now, key)}, while the run began with {_shown(before, key)}"
    if old["seed"] != new["seed"] and not {"loop.seed"} & told:
        yield "seed", f"{new['seed']}, while the run began with {old['seed']}"


@contextmanager
def _complete(folder: RunFolder) -> Iterator[None]:
    try:
        yield
    except (KeyError, AttributeError, TypeError) as error:
        raise InputError(folder.identity, "content", "incomplete", _REMEDY) from error


def _refuse(folder: RunFolder, found: list[tuple[str, str]]) -> None:
    if not found:
        return
    field, value = found[0]
    more = len(found) - 1
    also = f" (and {more} more difference{'s' if more > 1 else ''})" if more else ""
    raise InputError(folder.path, field, value + also, _REMEDY)


def _remarks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old["version"] != new["version"]:
        yield f"The run began with CranioMark {old['version']} and goes on with {new['version']}."
    if old["code"] != new["code"]:
        yield "The code has changed since the run began: its result can't be made again by either alone."
    changed = [f"{k} {old['machine'].get(k)} -> {v}" for k, v in new["machine"].items()
               if old["machine"].get(k) != v]  # fmt: skip
    if changed:
        yield f"The machine is another one than at the start: {', '.join(changed)}."


def flat(tree: Any, start: str = "") -> dict[str, Any]:
    """Leaves of nested mappings by their dotted names; empty mappings are leaves."""
    if not isinstance(tree, dict) or (not tree and start):
        return {start: tree}
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        leaves |= flat(value, f"{start}.{key}" if start else str(key))
    return leaves


def _same(before: dict[str, Any], now: dict[str, Any], key: str) -> bool:
    if key not in before or key not in now:
        return False
    if key == _PLACE:
        return (before[key] is None) == (now[key] is None)
    return json.dumps(before[key]) == json.dumps(now[key])  # NaN equals itself here


def _shown(leaves: dict[str, Any], key: str) -> str:
    return repr(leaves[key]) if key in leaves else "not set"


def _short(sha256: str) -> str:
    return f"{sha256[:12]}..."
