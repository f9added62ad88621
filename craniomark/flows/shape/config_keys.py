"""Values of a JSON config, each refused with the range that is valid."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError

_NEEDED: Any = object()


@dataclass(frozen=True)
class Keys:
    """One object of a config, at the dotted name `place` in it."""

    file: Path
    values: Any
    place: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.values, Mapping):
            name = self.place.rstrip(".") or "content"
            raise InputError(self.file, name, _shown(self.values), "write an object in braces there")

    def refuse(self, key: str, value: object, remedy: str) -> InputError:
        """The error that names a key at its full place."""
        return InputError(self.file, self.place + key, _shown(value), remedy)

    def part(self, key: str, optional: bool = False) -> "Keys":
        """An object; where it may be missing, an empty one."""
        value = self._get(key, {} if optional else _NEEDED, "an object in braces")
        return Keys(self.file, value, f"{self.place}{key}.")

    def truth(self, key: str, usual: Any = _NEEDED) -> bool:
        """True or false."""
        value = self._get(key, usual, "true or false")
        if not isinstance(value, bool):
            raise self.refuse(key, value, "give true or false")
        return value

    def text(self, key: str) -> str:
        """A text that isn't blank."""
        value = self._get(key, _NEEDED, "a text")
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, value, "give a text")
        return value

    def choice(self, key: str, allowed: Sequence[str], usual: Any = _NEEDED) -> str:
        """One of some words."""
        words = "one of " + ", ".join(allowed)
        value = self._get(key, usual, words)
        if value not in allowed:
            raise self.refuse(key, value, f"give {words}")
        return str(value)

    def whole(self, key: str, least: int, usual: Any = _NEEDED) -> int:
        """An integer of at least `least`."""
        words = f"a whole number of at least {least}"
        value = self._get(key, usual, words)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.refuse(key, value, f"give {words}")
        return value

    def number(
        self, key: str, usual: Any = _NEEDED, least: float = -math.inf, above: float = -math.inf,
        most: float = math.inf,
    ) -> float:  # fmt: skip
        """A finite number of a range."""
        words = "a number" + "".join(
            [f" of at least {least:g}"] * (least > -math.inf)
            + [f" above {above:g}"] * (above > -math.inf)
            + [f" of at most {most:g}"] * (most < math.inf)
        )
        value = self._get(key, usual, words)
        fine = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not fine or not (least <= value <= most and value > above):
            raise self.refuse(key, value, f"give {words}")
        return float(value)

    def _get(self, key: str, usual: Any, words: str) -> Any:
        if key in self.values:
            return self.values[key]
        if usual is _NEEDED:
            raise self.refuse(key, "missing", f"add it: {words}")
        return usual


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, str) and value == "missing" else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
