"""What may stand beside the type of a parameter."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Default:
    """Value of a parameter that was never set."""

    value: Any


@dataclass(frozen=True)
class Decimals:
    """How many decimals a spin box shows."""

    value: int


@dataclass(frozen=True)
class SingleStep:
    """Step of a spin box."""

    value: float


@dataclass(frozen=True)
class WithinRange:
    """Between two values, these included."""

    minimum: float
    maximum: float

    def validate(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"value must be within [{self.minimum}, {self.maximum}], not {value}")


@dataclass(frozen=True)
class Minimum:
    """At least so much."""

    minimum: float

    def validate(self, value: Any) -> None:
        if value < self.minimum:
            raise ValueError(f"value must be at least {self.minimum}, not {value}")


@dataclass(frozen=True)
class Maximum:
    """At most so much."""

    maximum: float

    def validate(self, value: Any) -> None:
        if value > self.maximum:
            raise ValueError(f"value must be at most {self.maximum}, not {value}")


class Choice:
    """One of some values."""

    def __init__(self, choices: Any) -> None:
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"value must be one of {self.choices}, not {value!r}")


class Exclude:
    """None of some values."""

    def __init__(self, excluded: Any) -> None:
        self.excluded = list(excluded)

    def validate(self, value: Any) -> None:
        if value in self.excluded:
            raise ValueError(f"value must not be one of {self.excluded}")


class Not:
    """What another validator refuses."""

    def __init__(self, other: Any) -> None:
        self.other = other

    def validate(self, value: Any) -> None:
        try:
            self.other.validate(value)
        except ValueError:
            return
        raise ValueError(f"value {value!r} is not allowed")
