"""Words of the command line, made safe for hydra's grammar and checked against the keys that there are.

Hydra reads ``152_10`` as the number 15210, takes no letters beyond ASCII without quotes, and adds unknown
keys after a plus sign. Names of specimens and paths are texts here, so they are quoted for it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from craniomark.flows.training.config.hints import hint_words, is_text
from craniomark.flows.training.config.instantiate import unknown
from craniomark.flows.training.config.mirror import is_list, is_mapping
from craniomark.ground.checks import InputError

_WORD = re.compile(r"^(\+\+|\+|~)?([\w./@:-]+?)(?:=(.*))?$", re.DOTALL)
_BARE = re.compile(r"[^\[\](){},'\"]+")
_OF_HYDRA = re.compile(r"^hydra([./]|$)")


def safe_words(
    words: Sequence[str], hints: Mapping[str, Any], groups: Collection[str], where: str, multirun: bool
) -> list[str]:
    """The words as hydra is to be given them.

    Parameters
    ----------
    words : sequence of str
        ``key=value``, with hydra's ``+``, ``++`` and ``~`` before the key.
    hints : mapping of str to type
        Types by key.
    groups : collection of str
        YAML groups, which are set as keys are.
    where : str
        Command, for errors.
    multirun : bool
        Whether a value with commas is a list of values to try.

    Raises
    ------
    InputError
        If a word is no setting or its key is not known; the nearest stands in the sentence.
    """
    return [_safe(word, hints, groups, where, multirun) for word in words]


def key_of(word: str) -> str:
    """The key of a word, without hydra's signs."""
    match = _WORD.match(word)
    return match[2].partition("@")[0] if match else ""


def raw_value(word: str) -> str:
    """What stands after the equals sign."""
    return word.partition("=")[2]


def _safe(word: str, hints: Mapping[str, Any], groups: Collection[str], where: str, multirun: bool) -> str:
    match = _WORD.match(word)
    if not match or (match[3] is None and match[1] != "~"):
        raise InputError(where, "argument", repr(word), "settings are written key=value")
    sign, key, value = match[1] or "", match[2], match[3]
    if _OF_HYDRA.match(key):
        return word
    _check_known(key.partition("@")[0], hints, groups, where)
    hint = hints.get(key)
    if value is not None and _inside(key, hints):
        word = f"++{key}={value}"  # an entry of a mapping, there or not
    if value is None or hint is None:
        _check_sweep(word, key, hint, where, multirun)
        return word
    if is_text(hint):
        value = _quoted_tokens(value) if _is_plain(value, is_list(hint), multirun) else quoted(value)
    safe = f"{sign.replace('+', '')}{key}={value}"  # every key is there: nothing is to be added
    _check_sweep(safe, key, hint, where, multirun)
    return safe


def quoted(text: str) -> str:
    """A text between single quotes, as hydra's grammar wants it."""
    return "'" + re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), text) + "'"


def _check_known(key: str, hints: Mapping[str, Any], groups: Collection[str], where: str) -> None:
    nodes = {path.rpartition(".")[0] for path in hints} - {""}
    if key in hints or key in groups or key in nodes or _inside(key, hints):
        return
    raise unknown(where, key, [*hints, *groups])


def _inside(key: str, hints: Mapping[str, Any]) -> bool:
    """Whether a key is an entry of a mapping."""
    return any(key.startswith(path + ".") and is_mapping(hint) for path, hint in hints.items())


def _is_plain(value: str, listed: bool, multirun: bool) -> bool:
    """Whether hydra takes the text as one value, or as several where several are meant."""
    parsed = _parsed(f"key={value}")
    if parsed is None:
        return False
    if parsed.is_sweep_override():
        return multirun
    return isinstance(parsed.value(), list) == listed or not isinstance(parsed.value(), list | dict)


def _quoted_tokens(value: str) -> str:
    """Numbers, truth values and the like in quotes, so that they stay the texts that were written."""
    parts = re.split(r"('(?:\\.|[^'])*'|\"(?:\\.|[^\"])*\")", value)
    return "".join(part if n % 2 else _BARE.sub(_token, part) for n, part in enumerate(parts))


def _token(match: "re.Match[str]") -> str:
    bare = match[0].strip()
    parsed = _parsed(f"key={bare}") if bare else None
    if parsed is None or isinstance(parsed.value(), str) or bare == "null":
        return match[0]
    return match[0].replace(bare, quoted(bare))


def _check_sweep(word: str, key: str, hint: Any, where: str, multirun: bool) -> None:
    parsed = _parsed(word)
    value = raw_value(word)
    if parsed is None:
        expected = (
            f"give {hint_words(hint)}" if hint is not None else "quote what has other signs than letters"
        )
        raise InputError(where, key, repr(value), expected)
    if parsed.is_sweep_override() and not multirun:
        remedy = (
            f"add -m for one run of each, or give {hint_words(hint) if hint is not None else 'one value'}"
        )
        raise InputError(where, key, repr(value), remedy)


def _parsed(word: str) -> Any:
    """The word as hydra reads it, or None where it can't."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return OverridesParser.create().parse_override(word)
    except HydraException:
        return None
