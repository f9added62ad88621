"""From plain values to settings dataclasses, whose own checks run as they are made."""

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from craniomark.flows.training.config.hints import choices_of, hint_words, without_null
from craniomark.flows.training.config.mirror import is_list, is_mapping
from craniomark.ground.checks import InputError

Settings = TypeVar("Settings")
_MISSING = "???"
_TOLD = re.compile(r"^(\w+) (is|names) (.+?): (.+)$", re.DOTALL)


def instantiate(settings: type[Settings], values: Any, where: str, path: str = "") -> Settings:
    """Make the dataclass `settings` of plain values.

    Parameters
    ----------
    settings : type
        A dataclass.
    values : mapping
        By field; what is left out has its default.
    where : str
        Command, for errors.
    path : str
        Key of the dataclass itself, for errors.

    Raises
    ------
    InputError
        If values are no mapping, or one is missing, of another type, or refused by ``__post_init__``.
    """
    if not isinstance(values, Mapping):
        remedy = f"give its values by name, e.g. {dataclasses.fields(settings)[0].name}"  # type: ignore[arg-type]
        raise InputError(where, path or "settings", repr(values), remedy)
    hints, start = get_type_hints(settings), f"{path}." if path else ""
    for name in values:
        if name not in hints:
            raise unknown(where, f"{start}{name}", [f"{start}{one}" for one in hints])
    given: dict[str, Any] = {}
    for one in dataclasses.fields(settings):  # type: ignore[arg-type]
        key = f"{path}.{one.name}" if path else one.name
        if one.init and one.name in values:
            given[one.name] = _value(hints[one.name], values[one.name], where, key)
        elif one.init and one.default is one.default_factory is dataclasses.MISSING:
            raise missing(where, key, hints[one.name])
    try:
        return settings(**given)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise refused(error, where, path) from error


def missing(where: str, key: str, hint: Any) -> InputError:
    """The error for a key that has no default and was not given."""
    return InputError(where, key, "missing", f"add {key}=VALUE, {hint_words(hint)}")


def unknown(where: str, key: str, known: Iterable[str]) -> InputError:
    """The error for a key that there isn't, with the nearest that there is."""
    near = nearest(key, known)
    remedy = f"the nearest that can be set is {near}" if near else f"`{where} --help` lists what can be set"
    return InputError(where, "setting", f"{key}, which is unknown", remedy)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known key that `word` may have meant, or an empty text."""
    names = list(known)
    found = get_close_matches(word, names, 1, 0.6)
    if found:
        return found[0]
    # width for model.width
    leaf = word.rpartition(".")[2]
    leaves = {name.rpartition(".")[2]: name for name in reversed(names)}
    near = get_close_matches(leaf, leaves, 1, 0.7)
    return leaves[near[0]] if near else ""


def mistyped(where: str, key: str, value: Any, hint: Any) -> InputError:
    """The error for a value that is not what a key wants, with the nearest that is allowed."""
    near = get_close_matches(str(value), map(str, choices_of(hint)), 1)
    nearest = f"; the nearest is {near[0]}" if near else ""
    return InputError(where, key, repr(value), f"give {hint_words(hint).replace('KEY', key)}{nearest}")


def refused(error: ValueError, where: str, path: str = "") -> InputError:
    """The error of settings' own checks, which by custom read ``field is value: what is allowed``.

    Or ``field names value``, where it is a name within the field that is wrong.
    """
    told = _TOLD.match(str(error))
    if not told:
        return InputError(where, path or "config", "refused", str(error).rstrip("."))
    value = told[3] if told[2] == "is" else f"naming {told[3]}"
    return InputError(where, f"{path}.{told[1]}" if path else told[1], value, told[4].rstrip("."))


def tells_a_setting(error: ValueError) -> bool:
    """Whether an error is one of settings' own checks, and not a mistake of the code."""
    return not isinstance(error, InputError) and bool(_TOLD.match(str(error)))


def _value(hint: Any, value: Any, where: str, key: str) -> Any:
    if isinstance(value, str) and value == _MISSING:
        raise missing(where, key, hint)
    hint, null = without_null(hint)
    if value is None and null:
        return None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise mistyped(where, key, "null" if value is None else value, hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return instantiate(hint, value, where, key)
    if choices_of(hint):
        if value not in choices_of(hint):
            raise mistyped(where, key, value, hint)
        return value
    if is_list(hint):
        return _sequence(hint, value, where, key)
    if is_mapping(hint):
        return _mapping(hint, value, where, key)
    return Path(value) if hint is Path else _plain(hint, value, where, key)


def _plain(hint: Any, value: Any, where: str, key: str) -> Any:
    """A number, text or truth value, of exactly the type; whole numbers are numbers."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, str, bool) and type(value) is not hint:
        raise mistyped(where, key, value, hint)
    return value


def _mapping(hint: Any, value: Any, where: str, key: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise mistyped(where, key, value, hint)
    kind = (*get_args(hint), Any, Any)[1]
    return {str(name): _value(kind, one, where, f"{key}.{name}") for name, one in value.items()}


def _sequence(hint: Any, value: Any, where: str, key: str) -> Any:
    if not isinstance(value, list | tuple):
        raise mistyped(where, key, value, hint)
    kinds = get_args(hint)
    if get_origin(hint) is tuple and Ellipsis not in kinds:
        if len(value) != len(kinds):
            raise mistyped(where, key, list(value), hint)
    else:
        kinds = (kinds[0] if kinds else Any,) * len(value)
    made = [
        _value(kind, one, where, f"{key}[{n}]")
        for n, (kind, one) in enumerate(zip(kinds, value, strict=True))
    ]
    return made if (get_origin(hint) or hint) is list else tuple(made)
