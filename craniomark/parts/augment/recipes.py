"""Recipes by name."""

from collections.abc import Callable

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


def plain() -> Recipe:
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


RECIPES: dict[str, Callable[[], Recipe]] = {
    "plain": plain,
    "scans": scans,
    "section-defects": section_defects,
}
"""What a recipe is made by, by name."""
