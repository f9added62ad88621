"""Recipes by name."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, get_type_hints

from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.pose import PoseRange
from craniomark.parts.augment.ranges import (
    AffineRange,
    DefectRange,
    ElasticRange,
    LooksRange,
    MirrorRange,
    Recipe,
    ResolutionRange,
    RotationRange,
    SlipRange,
    WindowRange,
)


def plain(_voxel: float = 1.0) -> Recipe:
    """Nothing is changed."""
    return Recipe()


def scans(voxel: float = 0.1) -> Recipe:
    """For CTs of specimens that were not placed alike; `voxel` is their spacing, mm."""
    return Recipe(
        affine=AffineRange(0.9, PoseRange(15.0, 0.08, 0.03, 6 * voxel), 0.03),
        gaussian=ElasticRange(0.5, 1.5 * voxel, 12 * voxel),
        clutter=0.1,
        resolution=ResolutionRange(0.2, 2.5),
        looks=LooksRange(0.7, IntensityRange(0.5, 0.3, 0.08, 0.8, 0.2), 0.03),
        field=FieldRange(0.1, 0.25, 0.0, 0.3),
    )


def section_defects(voxel: float = 1.0, sections: int = 2) -> Recipe:
    """The full section-defect recipe: every augmentation of stacks of sections.

    Parameters
    ----------
    voxel : float
        Spacing within sections, mm; all distances are multiples of it.
    sections : int
        Axis across the sections.
    """
    return Recipe(
        sections=sections,
        mirror=MirrorRange(0.5, 0.5),
        affine=AffineRange(0.3, PoseRange(0.0, 0.1, 0.05, 2 * voxel), 0.03),
        rotation=RotationRange(0.5, 180.0),
        control_points=ElasticRange(0.5, 3 * voxel, 20 * voxel, flat=True),
        gaussian=ElasticRange(0.5, 2 * voxel, 8 * voxel, flat=True),
        window=WindowRange(0.3, 0.1, 0.1),
        slips=SlipRange(0.05, 0.02, 0.2, 6 * voxel, 3.0, 1.5 * voxel),
        defects=DefectRange(
            0.04, 0.04, 0.04, 0.03, "either", 0.3, 6 * voxel, 4 * voxel, 12 * voxel, 1.5 * voxel
        ),
        resolution=ResolutionRange(0.2, 3.0, across=True),
        looks=LooksRange(0.7, IntensityRange(0.5, 0.5, 0.08, 1.0, 0.2), 0.1, "mixed"),
    )


RECIPES: dict[str, Callable[..., Recipe]] = {
    "plain": plain,
    "scans": scans,
    "section-defects": section_defects,
}
"""What a recipe is made by, of the spacing in mm, by name."""


def recipe_values(recipe: Recipe) -> dict[str, Any]:
    """A recipe as JSON can hold it."""
    return asdict(recipe)


def recipe_from(values: Mapping[str, Any]) -> Recipe:
    """The recipe that `recipe_values` told; what is left out has its default.

    Raises
    ------
    ValueError
        If a name is none of a recipe's, or a value is not allowed.
    """
    made: Recipe = _made(Recipe, values, "recipe")
    return made


def _made(kind: type, values: Mapping[str, Any], where: str) -> Any:
    if not isinstance(values, Mapping):
        raise ValueError(f"{where} is {values!r}: give names and values")
    types = get_type_hints(kind)
    unknown = sorted(set(values) - set(types))
    if unknown:
        raise ValueError(f"{where} has {unknown[0]}: give some of {', '.join(types)}")
    given = {
        name: _made(types[name], value, name) if is_dataclass(types[name])
        else tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
    }  # fmt: skip
    return kind(**given)
