"""Placements of specimens that took no part in what places them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Stage
from craniomark.flows.template.average import examples_of
from craniomark.flows.template.frame import Frame, template_frame
from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import ShapeModel, apply, fit_shape_model, invert, scale_of
from craniomark.tasks.landmark.appearance import (
    Appearance,
    atlas_appearance,
    mean_of,
    modes_of,
    with_variations,
)
from craniomark.tasks.landmark.fuse import Networks, fused, in_frame
from craniomark.tasks.landmark.place import Placement, place_landmarks
from craniomark.tasks.landmark.stages import STAGES, stages_of

Source = Literal["template", "atlases"]
SOURCES: tuple[Source, ...] = ("template", "atlases")
FOLDS = 5
STARTS = 2
"""Of each specimen; one where there are `MANY`, which tell enough."""
MANY = 20
_START_DEGREES, _START_MM = 4.0, 0.5

Told = Callable[[str, float], None]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Placements of one specimen by a model that never saw it.

    Attributes
    ----------
    row : int
        Number of the specimen.
    fold : int
        Fold that left it out.
    shape : ShapeModel
        The fold's.
    placements : tuple of Placement
        From several starts.
    errors : tuple of ndarray, shape (L,)
        Their errors, mm, in the specimen's own size; NaN where the truth is missing.
    """

    row: int
    fold: int
    shape: ShapeModel
    placements: tuple[Placement, ...]
    errors: tuple[Array, ...]


def shape_of(examples: Sequence[Example], modes: int) -> ShapeModel:
    """Shape model of examples in the template's frame."""
    return fit_shape_model(np.array([e.points for e in examples]), modes)


def appearances_of(
    examples: Sequence[Example], appearance_modes: int, stages: Sequence[Stage] = STAGES
) -> dict[Source, Appearance]:
    """Patches as they will be used, from the template alone and from atlases."""
    atlases = atlas_appearance(examples, stages)
    modes = modes_of(atlases, appearance_modes) if appearance_modes else None
    return {"template": with_variations(mean_of(atlases), modes), "atlases": atlases}


def crossfit(
    scans: Sequence[Scan],
    template: Image,
    modes: int,
    seed: int,
    told: Told = lambda *_: None,
    appearance_modes: int = 0,
    networks: Callable[[str], Networks | None] | None = None,
    sources: Sequence[Source] = SOURCES,
) -> dict[Source, list[LeftOut]]:
    """Leave folds of specimens out, model the others, place the landmarks of those left out.

    The start of each placement is the pose of the true landmarks turned by 4 degrees and moved by
    half a millimetre, more than the pose search errs.

    Parameters
    ----------
    scans : sequence of Scan
        All specimens.
    template : Image
        In the frame of all.
    modes, appearance_modes : int
        Of the shape models and of the patches.
    seed : int
        Of the starts.
    told : callable
        Hears the step and the fraction of it done.
    networks : callable, optional
        By specimen id, networks in the frame of all that have not seen it; placements are fused with
        what they say. Specimens for which there are none are not placed.
    sources : sequence of {"template", "atlases"}
        Of the patches.
    """
    folds = min(FOLDS, len(scans))
    stages = stages_of(scans[0].specimen.kind)
    starts = STARTS if len(scans) < MANY else 1
    found: dict[Source, list[LeftOut]] = {source: [] for source in sources}
    second = {scan.specimen.id: networks(scan.specimen.id) if networks else None for scan in scans}
    for fold in range(folds):
        rows = [row for row in range(fold, len(scans), folds)
                if networks is None or second[scans[row].specimen.id] is not None]  # fmt: skip
        if not rows:
            continue
        seen = [scan for row, scan in enumerate(scans) if row % folds != fold]
        frame = template_frame(np.array([scan.points for scan in seen]))
        between = _between(scans, frame)
        moved = template.moved(between)
        examples = examples_of(seen, frame, moved)
        shape = shape_of(examples, modes)
        for source, appearance in appearances_of(examples, appearance_modes, stages).items():
            for row in rows if source in sources else ():
                told("calibrate", row / len(scans))
                rng = np.random.default_rng([seed, row])
                own = second[scans[row].specimen.id]
                model = shape, appearance, in_frame(own, between) if own else None
                found[source].append(
                    _left_out(scans[row], row, fold, frame, moved, model, stages, rng, starts)
                )
    return found


def _left_out(
    scan: Scan, row: int, fold: int, frame: Frame, template: Image,
    model: tuple[ShapeModel, Appearance, Networks | None], stages: Sequence[Stage],
    rng: np.random.Generator, starts: int,
) -> LeftOut:  # fmt: skip
    shape, appearance, networks = model
    example = examples_of([scan], frame, template)[0]
    size = 1 / scale_of(frame.pose_of(scan.points))
    placements, errors = [], []
    for _ in range(starts):
        placement = place_landmarks(example.image, disturbed(shape.mean, rng), shape, appearance, stages)
        if networks is not None:
            placement = fused(example.image, placement, networks, shape)
        found = apply(placement.template_to_specimen, placement.points)
        placements.append(placement)
        errors.append(size * np.linalg.norm(found - example.points, axis=1))
    return LeftOut(row, fold, shape, tuple(placements), tuple(errors))


def disturbed(mean: Array, rng: np.random.Generator) -> Array:
    """A 4x4 pose near the identity: turned about the centre of `mean`, then moved."""
    axis, shift = rng.normal(size=3), rng.normal(size=3)
    pose = np.eye(4)
    turn = np.radians(_START_DEGREES) * axis / np.linalg.norm(axis)
    pose[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
    centre = mean.mean(0)
    pose[:3, 3] = centre - pose[:3, :3] @ centre + _START_MM * shift / np.linalg.norm(shift)
    return pose


def _between(scans: Sequence[Scan], frame: Frame) -> Array:
    """From the frame of all scans to that of a fold."""
    whole = template_frame(np.array([scan.points for scan in scans]))
    return invert(whole.pose_of(frame.mean))
