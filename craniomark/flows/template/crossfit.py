"""Placements of specimens that took no part in what places them, and the error model from these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.flows.template.average import examples_of
from craniomark.flows.template.frame import Frame, structure_of, template_frame
from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import ShapeModel, apply, fit_shape_model, invert, scale_of
from craniomark.tasks.landmark.appearance import (
    Appearance,
    atlas_appearance,
    mean_of,
    modes_of,
    with_variations,
)
from craniomark.tasks.landmark.confidence import (
    EVIDENCE,
    LEVEL,
    OF_OPINIONS,
    ErrorModel,
    evidence,
    typical_errors,
)
from craniomark.tasks.landmark.fuse import Networks, fused, in_frame
from craniomark.tasks.landmark.given import fit_given
from craniomark.tasks.landmark.likeness import match_features, usual_match
from craniomark.tasks.landmark.place import Placement, place_landmarks
from craniomark.tasks.landmark.quantile import fit_weights
from craniomark.tasks.landmark.stages import STAGES
from craniomark.tasks.landmark.texture import UsualTexture, usual_texture

Source = Literal["template", "atlases"]
SOURCES: tuple[Source, ...] = ("template", "atlases")
FOLDS = 5
STARTS = 2
_START_DEGREES, _START_MM = 4.0, 0.5
_FLAGGED = 0.08
"""Share of the points of intact scans that may be flagged."""
_FLAGGED_GIVEN = 0.05
"""Share of true landmarks that may be flagged where they are given; enough to tell half a millimetre."""
_LOWEST_SCORES = 0.001
_FARTHEST = 0.995
_UNUSUAL = 0.005
"""Share of the points of intact scans beyond which, with a margin, match or surroundings are unusual."""
_PENALTY = 0.01
"""On evidence other than what is typical of the landmark; a few specimens fit too much of it else."""

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


def appearances_of(examples: Sequence[Example], appearance_modes: int) -> dict[Source, Appearance]:
    """Patches as they will be used, from the template alone and from atlases."""
    atlases = atlas_appearance(examples, STAGES)
    modes = modes_of(atlases, appearance_modes) if appearance_modes else None
    return {"template": with_variations(mean_of(atlases), modes), "atlases": atlases}


def crossfit(
    scans: Sequence[Scan],
    template: Image,
    modes: int,
    seed: int,
    told: Told = lambda *_: None,
    appearance_modes: int = 0,
    networks: Callable[[str], Networks] | None = None,
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
        what they say.
    """
    folds = min(FOLDS, len(scans))
    found: dict[Source, list[LeftOut]] = {source: [] for source in SOURCES}
    for fold in range(folds):
        seen = [scan for row, scan in enumerate(scans) if row % folds != fold]
        frame = template_frame(np.array([scan.points for scan in seen]))
        between = _between(scans, frame)
        moved = template.moved(between)
        examples = examples_of(seen, frame, moved)
        shape = shape_of(examples, modes)
        for source, appearance in appearances_of(examples, appearance_modes).items():
            for row in range(fold, len(scans), folds):
                told("calibrate", row / len(scans))
                rng = np.random.default_rng([seed, row])
                second = in_frame(networks(scans[row].specimen.id), between) if networks else None
                model = shape, appearance, second
                found[source].append(_left_out(scans[row], row, fold, frame, moved, model, rng))
    return found


def fit_error_model(left_out: Sequence[LeftOut], flagged: float = _FLAGGED) -> ErrorModel:
    """Weights of the evidence over all specimens left out, and limits that hold on intact scans."""
    ordered = sorted(left_out, key=lambda s: s.row)
    typical = typical_errors(np.array([s.errors[0] for s in ordered]), _mates(ordered[0]))
    rows, errors = _rows(left_out, left_out)
    weights = _weights(rows, errors)
    estimates = rows @ weights
    matches = [match_features(s.placements[0], s.shape) for s in ordered]
    model = ErrorModel(
        weights,
        typical,
        review_above=np.inf,
        least_score=1 - float(np.quantile(rows[:, EVIDENCE.index("dissimilarity")], 1 - _LOWEST_SCORES)),
        usual_distance=float(np.quantile(rows[:, EVIDENCE.index("shape")], _FARTHEST)),
        texture=_usual_texture(ordered),
        match=usual_match(matches, _UNUSUAL),
        given=fit_given(errors, estimates, LEVEL, _FLAGGED_GIVEN),
    )
    return replace(model, review_above=_review_above(model, ordered, flagged))


def _usual_texture(left_out: Sequence[LeftOut]) -> UsualTexture | None:
    first = [s.placements[0] for s in left_out]
    found = [(p.texture, p.match.in_view) for p in first if p.texture is not None]
    return usual_texture([t for t, _ in found], _UNUSUAL, [v for _, v in found]) if found else None


def _review_above(model: ErrorModel, left_out: Sequence[LeftOut], flagged: float) -> float:
    """The estimate from which a share of intact points is flagged, those that are unusual among them."""
    estimates, mates = [], _mates(left_out[0])
    for specimen in left_out:
        own = replace(model, typical=_typical_without(left_out, specimen, mates))
        for placement in specimen.placements:
            errors = own.error90(placement, specimen.shape)
            errors[model.unusual(placement, specimen.shape)] = np.inf
            estimates.append(errors[placement.match.in_view])
    return float(np.quantile(np.concatenate(estimates), 1 - flagged, method="lower"))


def _weights(rows: Array, errors: Array) -> Array:
    """Quantile regression that prefers what is typical of a landmark."""
    names = (EVIDENCE + OF_OPINIONS)[: rows.shape[1]]
    penalty = np.array([0.0 if name == "typical" else _PENALTY for name in names])
    return fit_weights(rows, errors, LEVEL, penalty)


def _mates(specimen: LeftOut) -> NDArray[np.intp]:
    """For each landmark the one that mirrors it, or itself."""
    mates = np.arange(len(specimen.shape.mean))
    for left, right in structure_of(specimen.shape.mean).pairs:
        mates[[left, right]] = right, left
    return mates


def coverage(left_out: Sequence[LeftOut]) -> float:
    """Share of errors under their estimate, each fold estimated by weights from the other folds."""
    inside: list[NDArray[np.bool_]] = []
    for fold in sorted({s.fold for s in left_out}):
        others = [s for s in left_out if s.fold != fold]
        weights = _weights(*_rows(others, others))
        rows, errors = _rows([s for s in left_out if s.fold == fold], left_out)
        inside.append(errors <= rows @ weights)
    return float(np.concatenate(inside).mean())


def _left_out(
    scan: Scan, row: int, fold: int, frame: Frame, template: Image,
    model: tuple[ShapeModel, Appearance, Networks | None], rng: np.random.Generator,
) -> LeftOut:  # fmt: skip
    shape, appearance, networks = model
    example = examples_of([scan], frame, template)[0]
    size = 1 / scale_of(frame.pose_of(scan.points))
    placements, errors = [], []
    for _ in range(STARTS):
        placement = place_landmarks(example.image, disturbed(shape.mean, rng), shape, appearance, STAGES)
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


def _rows(left_out: Sequence[LeftOut], peers: Sequence[LeftOut]) -> tuple[Array, Array]:
    """Evidence and errors of all points; what is typical of a landmark is learnt from `peers`."""
    rows, errors = [], []
    mates = _mates(left_out[0])
    for specimen in left_out:
        own = _typical_without(peers, specimen, mates)
        for placement, error in zip(specimen.placements, specimen.errors, strict=True):
            usable = np.isfinite(error) & placement.match.in_view
            rows.append(evidence(placement, specimen.shape, own)[usable])
            errors.append(error[usable])
    return np.concatenate(rows), np.concatenate(errors)


def _typical_without(left_out: Sequence[LeftOut], specimen: LeftOut, mates: NDArray[np.intp]) -> Array:
    """Typical errors of the specimens other than this one, so that no error predicts itself."""
    others = [s.errors[0] for s in left_out if s.row != specimen.row]
    return typical_errors(np.array(others), mates)
