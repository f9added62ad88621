"""Types of settings in words, and the values that a setting may have."""

import types
from typing import Any, Literal, Union, get_args, get_origin

from craniomark.flows.training.config.mirror import element_hint, is_list, is_mapping

_ONE = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_MANY = {int: "whole numbers", float: "numbers", bool: "true and false", str: "texts"}
_EXAMPLE = {int: "[1,2]", float: "[0.5,1]", bool: "[true,false]", str: "[a,b]"}


def without_null(hint: Any) -> tuple[Any, bool]:
    """The type without null, and whether null was allowed."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [one for one in get_args(hint) if one is not type(None)]
        if len(rest) < len(get_args(hint)):
            return (rest[0] if len(rest) == 1 else Union[tuple(rest)]), True  # noqa: UP007
    return hint, False


def choices_of(hint: Any) -> tuple[Any, ...]:
    """Values of a literal type; none for other types."""
    hint, _ = without_null(hint)
    return get_args(hint) if get_origin(hint) is Literal else ()


def hint_words(hint: Any) -> str:
    """What is expected, for a sentence: ``a whole number or null``."""
    hint, null = without_null(hint)
    return _words(hint) + (" or null" if null else "")


def _words(hint: Any) -> str:
    if choices_of(hint):
        return "one of " + ", ".join(map(str, choices_of(hint)))
    if is_list(hint):
        element, count = element_hint(hint), _length(hint)
        many = _MANY.get(element, "values")
        if count is not None:
            return f"a list of {count} {many}"
        return f"a list of {many}, e.g. {_EXAMPLE.get(element, '[1,2]')}"
    if is_mapping(hint):
        return f"{_MANY.get((*get_args(hint), Any)[1], 'values')} by name, written KEY.NAME=VALUE"
    return _ONE.get(hint, "a value")


def _length(hint: Any) -> int | None:
    """Number of elements of a tuple of fixed length."""
    arguments = get_args(hint)
    fixed = get_origin(hint) is tuple and Ellipsis not in arguments
    return len(arguments) if fixed else None


def is_text(hint: Any) -> bool:
    """Whether values of this type, or the elements of its lists, are texts."""
    hint, _ = without_null(hint)
    if is_list(hint):
        return is_text(element_hint(hint))
    return hint is str or any(isinstance(choice, str) for choice in choices_of(hint))
