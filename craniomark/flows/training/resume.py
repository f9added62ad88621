"""Whether a run folder may go on with what it is given: the same configuration and data, or not at all."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from craniomark.flows.training.files import RunFolder, read_json, write_json
from craniomark.flows.training.identity import Identity
from craniomark.flows.training.settings import LoopSettings
from craniomark.ground.checks import InputError, written_whole

# These don't change what is learned, or (device, folders) may have to change when a run moves.
FREE = {
    "device", "save_every", "pictures_every", "metrics_every", "keep_checkpoints", "batches_ahead",
    "tensorboard", "data", "out",
}  # fmt: skip
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
    try:
        found = list(_differences(old, new))
        remarks = list(_remarks(old, new))
    except (KeyError, AttributeError, TypeError) as error:
        raise InputError(folder.identity, "content", "incomplete", _REMEDY) from error
    if found:
        field, value = found[0]
        more = f" (and {len(found) - 1} more differences)" if len(found) > 1 else ""
        raise InputError(folder.path, field, value + more, _REMEDY)
    return remarks


def _differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for part, word in (("config", "configuration"), ("settings", "setting")):
        before, now = flat(old[part]), flat(new[part])
        for key in sorted(before.keys() | now.keys()):
            if key.rpartition(".")[2] not in FREE and not _same(before, now, key):
                yield f"{word} {key}", f"{_shown(now, key)}, while the run began with {_shown(before, key)}"
    if old["seed"] != new["seed"]:
        yield "seed", f"{new['seed']}, while the run began with {old['seed']}"
    for name in sorted(old["data"].keys() | new["data"].keys()):
        before, now = old["data"].get(name), new["data"].get(name)
        if before != now:
            yield f"data file {name}", f"{_sum(now)}, while the run began with {_sum(before)}"


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
    return json.dumps(before[key]) == json.dumps(now[key])  # NaN equals itself here


def _shown(leaves: dict[str, Any], key: str) -> str:
    return repr(leaves[key]) if key in leaves else "not set"


def _sum(sha256: str | None) -> str:
    return f"sha256 {sha256[:12]}..." if sha256 else "not there"
