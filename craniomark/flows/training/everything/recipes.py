"""Recipes of ``train all``: how many networks, and how long each is trained."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from craniomark.flows.training.config.instantiate import instantiate
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes
    ----------
    members : int
        Networks in each landmark ensemble; each leaves out another part of the specimens.
    parts : int, optional
        Parts that specimens are dealt into, at least as many as members; by default as many. With more
        parts each network sees more, and errors are estimated from the specimens that one has not seen.
    rounds : int
        Most rounds of the deformable average; 0 keeps the average of the aligned specimens.
    orient, rough, landmark, focus : list of str, or null
        Words for ``craniomark train`` of each task, beside data, template and folds; null leaves the
        network out. The networks that look closely can't be left out.
    """

    members: int
    rounds: int
    orient: tuple[str, ...] | None
    rough: tuple[str, ...] | None
    landmark: tuple[str, ...] | None
    focus: tuple[str, ...]
    parts: int | None = None

    def __post_init__(self) -> None:
        if self.members < 2:
            raise ValueError(f"members is {self.members}: give at least 2")
        if self.parts is not None and self.parts < self.members:
            raise ValueError(f"parts is {self.parts}: give at least {self.members}, the number of members")
        if self.rounds < 0:
            raise ValueError(f"rounds is {self.rounds}: give 0 or more")


def recipe_names() -> list[str]:
    """Names of the recipes that there are."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def read_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    from omegaconf import OmegaConf

    names = recipe_names()
    if name not in names:
        near = get_close_matches(name, names, 1)
        nearest = f"; the nearest is {near[0]}" if near else ""
        remedy = f"give one of {', '.join(names)}{nearest}"
        raise InputError("craniomark train all", "recipe", repr(name), remedy)
    path = _folder() / f"{name}.yaml"
    values = OmegaConf.to_container(OmegaConf.load(path))
    assert isinstance(values, dict)
    return instantiate(Recipe, values, str(path))


def _folder() -> Path:
    return resource_folder() / "Configs" / "all" / "recipe"
