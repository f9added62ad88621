"""Values out of a JSON object, each checked before it is believed."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

from craniomark.ground.checks import InputError

SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Fields:
    """One JSON object of `file`, found at the dotted name `place` in it."""

    file: str | PathLike[str]
    values: Mapping[str, Any]
    place: str = ""

    def refuse(self, key: str, value: object, remedy: str) -> InputError:
        """The error that names `key` at its full place."""
        return InputError(self.file, self.place + key, shown(value), remedy)

    def get(self, key: str) -> Any:
        """The value of `key`, which must be there."""
        if key not in self.values:
            raise self.refuse(key, "missing", "add it, or make the bundle anew")
        return self.values[key]

    def text(self, key: str, *, empty: bool = False) -> str:
        """A string, not blank unless `empty`."""
        value = self.get(key)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self.refuse(key, value, "write a text there")
        return value

    def number(self, key: str) -> float:
        """A finite number."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.refuse(key, value, "write a finite number there")
        return float(value)

    def whole(self, key: str, least: int = 0) -> int:
        """An integer of at least `least`."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.refuse(key, value, f"write a whole number of at least {least} there")
        return value

    def range(self, key: str) -> tuple[float, float]:
        """Two finite numbers, the lower one first."""
        low, high = self.numbers(key, 2)
        if not low < high:
            raise self.refuse(key, [low, high], "write the lower bound before the upper one")
        return low, high

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """A list of `count` finite numbers."""
        values = self.listed(key)
        fine = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        if len(values) != count or not fine or not all(math.isfinite(value) for value in values):
            raise self.refuse(key, values, f"write a list of {count} finite numbers there")
        return tuple(float(value) for value in values)

    def listed(self, key: str) -> list[Any]:
        """A list."""
        value = self.get(key)
        if not isinstance(value, list):
            raise self.refuse(key, value, "write a list there")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings that are not blank."""
        values = self.listed(key)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.refuse(key, values, "write a list of texts there")
        return tuple(values)

    def objects(self, key: str) -> tuple["Fields", ...]:
        """A list of JSON objects."""
        values = self.listed(key)
        for value in values:
            if not isinstance(value, dict):
                raise self.refuse(key, value, "write a list of objects there")
        return tuple(Fields(self.file, v, f"{self.place}{key}[{n}].") for n, v in enumerate(values))

    def inner(self, key: str) -> "Fields":
        """A JSON object."""
        value = self.get(key)
        if not isinstance(value, dict):
            raise self.refuse(key, value, "write an object there")
        return Fields(self.file, value, f"{self.place}{key}.")

    def sha256(self, key: str) -> str:
        """A SHA-256 sum as 64 hexadecimal digits."""
        value = self.get(key)
        if not isinstance(value, str) or not SHA256.fullmatch(value):
            raise self.refuse(key, value, "write the file's SHA-256 as 64 small hexadecimal digits")
        return value


def shown(value: object) -> str:
    """`value` for a sentence, cut where it is long."""
    text = value if isinstance(value, str) and value else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
