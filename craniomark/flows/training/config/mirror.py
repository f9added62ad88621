"""Settings dataclasses in the form that OmegaConf takes as structured configs.

The settings of tasks are frozen dataclasses with tuples and literals, which are good types for the code
and no types for OmegaConf: it takes frozen classes for read-only and knows no literals. A mirror is a
plain dataclass of the same fields and defaults. `instantiate` goes the other way and makes the checks run.
"""

import copy
import dataclasses
import types
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, Optional, Union, get_args, get_origin, get_type_hints

_PLAIN = (bool, int, float, str)
_MISSING = "???"  # what OmegaConf takes for a value that must be given


@cache
def mirror(settings: type) -> type:
    """A plain dataclass with the fields of the dataclass `settings`, for OmegaConf."""
    hints = get_type_hints(settings)
    fields = []
    for one in dataclasses.fields(settings):
        if one.init:
            fields.append((one.name, mirrored_hint(hints[one.name]), _field(one)))
    # make_dataclass wants fields with defaults last; here all have one.
    return dataclasses.make_dataclass(settings.__name__, fields)


def mirrored_hint(hint: Any) -> Any:
    """The type that stands for `hint` in a mirror."""
    if hint in _PLAIN:
        return hint
    if hint is Path:
        return str
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return mirror(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        kinds = {type(choice) for choice in arguments}
        return kinds.pop() if len(kinds) == 1 else Any
    if origin in (Union, types.UnionType):
        rest = [one for one in arguments if one is not type(None)]
        if len(rest) == 1 and len(rest) < len(arguments):
            return Optional[mirrored_hint(rest[0])]  # noqa: UP045 - the type is made at run time
        return Any
    if is_list(hint):
        element = element_hint(hint)
        return list[mirrored_hint(element)]  # type: ignore[misc]
    if is_mapping(hint):
        return dict[str, mirrored_hint(arguments[1]) if arguments else Any]  # type: ignore[misc]
    return Any


def is_list(hint: Any) -> bool:
    """Whether values of the type `hint` are written as lists."""
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, Sequence) and not issubclass(origin, str)


def is_mapping(hint: Any) -> bool:
    """Whether values of the type `hint` are written as entries, each by its name."""
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, Mapping)


def element_hint(hint: Any) -> Any:
    """Type of the elements of a list, or of a tuple whose elements are of one type; else Any."""
    kinds = {one for one in get_args(hint) if one is not Ellipsis}
    return kinds.pop() if len(kinds) == 1 else Any


def mirrored_value(value: Any) -> Any:
    """A default in the form that it has in a mirror."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [one.name for one in dataclasses.fields(value) if one.init]
        return mirror(type(value))(**{name: mirrored_value(getattr(value, name)) for name in fields})
    if isinstance(value, Mapping):
        return {str(key): mirrored_value(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [mirrored_value(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def defaults_of(settings: type) -> dict[str, Any]:
    """Default values by field, plain and nested; ``???`` where a value must be given."""
    made: dict[str, Any] = dataclasses.asdict(mirror(settings)())
    return made


def _field(one: "dataclasses.Field[Any]") -> Any:
    if one.default is not dataclasses.MISSING:
        value = mirrored_value(one.default)
    elif one.default_factory is not dataclasses.MISSING:
        value = mirrored_value(one.default_factory())
    else:
        return dataclasses.field(default=_MISSING)
    return dataclasses.field(default_factory=lambda: copy.deepcopy(value))
