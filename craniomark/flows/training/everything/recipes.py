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
        Networks in each landmark ensemble; each leaves out every so many-th specimen, so that a
        specimen is unseen by one of them.
    rounds : int
        Most rounds of the deformable average.
    orient, rough, landmark, focus : list of str
        Words for ``craniomark train`` of each task, beside data, template and folds.
    """

    members: int
    rounds: int
    orient: tuple[str, ...]
    rough: tuple[str, ...]
    landmark: tuple[str, ...]
    focus: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.members < 2:
            raise ValueError(f"members is {self.members}: give at least 2")
        if self.rounds < 1:
            raise ValueError(f"rounds is {self.rounds}: give at least 1")


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
