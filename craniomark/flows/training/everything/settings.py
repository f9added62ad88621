"""What ``train all`` is told: the data, the bundle, and the recipe of each stage."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from craniomark.flows.bundle.manifest import NAME
from craniomark.flows.training.config.instantiate import instantiate
from craniomark.flows.training.everything.recipes import Recipe, read_recipe
from craniomark.ground.checks import InputError

WHERE = "craniomark train all"


@dataclass(frozen=True)
class EverythingSettings:
    """Choices of a whole training.

    Attributes
    ----------
    data : str
        Folder or list of landmarked CTs. Needed.
    out : str
        Folder of the stages and of the bundle. Needed.
    recipe : str
        Name of a recipe, e.g. quick or default.
    name : str
        Of the bundle.
    version : str
        Which making of it this is.
    species, licence, citation : str
        Told in its manifest.
    seed : int
        Of the samples of all networks and of the starts of the calibration.
    device : {"auto", "cpu", "cuda"}
        Where networks are trained.
    cache : str or null
        Folder of the prepared specimens; null is the folder cache in out.
    """

    data: str
    out: str
    recipe: str = "default"
    name: str = "my-skulls"
    version: str = "1.0.0"
    species: str = "not told"
    licence: str = "not told"
    citation: str = "not told"
    seed: int = 0
    device: str = "auto"
    cache: str | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name is {self.name!r}: give letters, digits, dots, dashes and underscores")
        if self.device not in ("auto", "cpu", "cuda"):
            raise ValueError(f"device is {self.device!r}: give one of auto, cpu, cuda")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}: give 0 or more")


def settings_of(words: Sequence[str]) -> tuple[EverythingSettings, Recipe]:
    """Settings and recipe from words such as ``data=scans out=run recipe=quick``.

    Raises
    ------
    InputError
        If a word has no ``=``, its key is unknown, a value is wrong, or data or out is missing.
    """
    names = [field.name for field in fields(EverythingSettings)]
    values: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise InputError(WHERE, "argument", repr(word), "write key=value, e.g. recipe=quick")
        if key not in names:
            near = get_close_matches(key, names, 1)
            remedy = f"did you mean {near[0]}" if near else f"give one of {', '.join(names)}"
            raise InputError(WHERE, "key", key, remedy)
        values[key] = _plain(key, value)
    settings = instantiate(EverythingSettings, values, WHERE)
    return settings, read_recipe(settings.recipe)


def _plain(key: str, value: str) -> str | int | None:
    if key == "cache" and value == "null":
        return None
    return int(value) if key == "seed" and value.isdecimal() else value


def recorded(settings: EverythingSettings, recipe: Recipe) -> dict[str, Any]:
    """What a folder of stages belongs to; where things lie is not part of it."""
    told = asdict(settings)
    for place in ("data", "out", "cache", "device"):
        del told[place]
    return told | {"recipe_of": asdict(recipe)}
