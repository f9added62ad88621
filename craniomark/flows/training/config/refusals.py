"""Errors of hydra and OmegaConf in one sentence, with the nearest valid name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from craniomark.flows.training.config.hints import hint_words
from craniomark.flows.training.config.instantiate import mistyped, nearest, unknown
from craniomark.flows.training.config.words import key_of, raw_value
from craniomark.ground.checks import InputError

_KEY = re.compile(r"full_key: (\S+)")
_FILE = re.compile(r"In '([^']+)'")
_VALUE = re.compile(r"Value '(.*?)' of type", re.DOTALL)


def refusal(error: BaseException, hints: Mapping[str, Any], words: Sequence[str], where: str) -> InputError:
    """The error for the user.

    Parameters
    ----------
    error : exception
        Of hydra or OmegaConf.
    hints : mapping of str to type
        Types by key.
    words : sequence of str
        As they stood on the command line.
    where : str
        Command, for errors about the words; errors about a YAML group name that.
    """
    told = "\n".join(str(one) for one in _chain(error))
    options = getattr(error, "options", None)
    if options:
        return _no_option(str(getattr(error, "missing_cfg_file", "")), options, where)
    file = _FILE.search(told)
    where = f"{file[1]}.yaml" if file else where
    match = _KEY.search(told)
    if match is None:
        return InputError(where, "setting", "not usable", _first_line(error))
    key = re.sub(r"\[\d+\]", "", match[1])
    key = next((path for path in hints if key.startswith(path + ".")), key)  # an entry of a mapping
    if key in hints:
        given = [raw_value(word) for word in words if key_of(word) in (key, match[1])]
        value = _VALUE.search(told)
        shown = given[-1] if given and not file else value[1] if value else "of another type"
        return mistyped(where, key, shown, hints[key])
    if any(path.startswith(key + ".") for path in hints):
        return InputError(where, key, "not a single value", f"set what lies in it, e.g. {_below(key, hints)}")
    return unknown(where, key, hints)


def _no_option(missing: str, options: Sequence[str], where: str) -> InputError:
    group, _, name = missing.rpartition("/")
    near = nearest(name, options)
    remedy = f"choose one of {', '.join(options)}" + (f"; the nearest is {near}" if near else "")
    return InputError(where, group, repr(name), remedy)


def _below(key: str, hints: Mapping[str, Any]) -> str:
    path = next(path for path in hints if path.startswith(key + "."))
    return f"{path} to {hint_words(hints[path])}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".:")
