"""A template and all that belongs to it, written as a bundle."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from craniomark.flows.bundle import Manifest, write_bundle
from craniomark.flows.bundle.make import check_replaceable, temporary_sibling
from craniomark.flows.bundle.manifest import NAME, LandmarkDefinition, TemplateFrame, TrainingSpecimen
from craniomark.flows.template.average import Average, deformable_average, examples_of, linear_average
from craniomark.flows.template.crossfit import SOURCES, LeftOut, Source, crossfit, shape_of
from craniomark.flows.template.definitions import described
from craniomark.flows.template.error_fit import coverage, fit_error_model
from craniomark.flows.template.frame import Frame, template_frame
from craniomark.flows.template.parts import bundle_parts
from craniomark.flows.template.scans import Scan, read_scans
from craniomark.ground.checks import InputError
from craniomark.tasks.landmark.stages import stages_of

Told = Callable[[str, float], None]


@dataclass(frozen=True)
class TemplateSettings:
    """How a template is made.

    Attributes
    ----------
    name, version : str
        Of the bundle.
    species, licence, citation : str
        Told in its manifest.
    spacing : float
        Of the template image, mm.
    modes : int
        Shape modes that are kept; a shipped bundle may hold three at most.
    appearance_modes : int
        Modes of each landmark's patches; 0 keeps the mean patches alone. They reconstruct the
        training specimens better than others, and gain no accuracy on the mouse CTs.
    rounds : int
        Most rounds of the deformable average.
    seed : int
        Of the starts in the calibration.
    definitions : mapping of str to str
        Where each landmark lies, in words, by label.
    command : str
        What the manifest names as the command that made it.
    provisional : bool
        Its error models will be replaced: they are fitted to the patches of the template alone.
    """

    name: str = "template"
    version: str = "1.0.0"
    species: str = "not told"
    licence: str = "not told"
    citation: str = "not told"
    spacing: float = 0.2
    modes: int = 3
    appearance_modes: int = 0
    rounds: int = 4
    seed: int = 1
    definitions: Mapping[str, str] | None = None
    command: str = "craniomark template"
    provisional: bool = False


def build_template(
    inputs: Sequence[Path], out: Path, settings: TemplateSettings, told: Told = lambda *_: None
) -> Path:
    """Make a bundle from landmarked CTs, or from landmarked meshes.

    Parameters
    ----------
    inputs : sequence of Path
        Folders, files or lists of landmarked CTs or meshes.
    out : Path
        Folder of the bundle.
    settings : TemplateSettings
        Choices.
    told : callable
        Hears the step and the fraction of it done.

    Raises
    ------
    InputError
        If the data are not sound or too few, or the bundle can't be named or written so.
    """
    start = time.monotonic()
    if not NAME.fullmatch(settings.name):
        remedy = "name it by letters, digits, dots, dashes and underscores"
        raise InputError(out, "name of the bundle", repr(settings.name), remedy)
    check_replaceable(out)
    with temporary_sibling(out):
        pass  # it can be written: told now, not after minutes
    told("read", 0.0)
    labels, scans = read_scans(inputs)
    frame = template_frame(np.array([scan.points for scan in scans]))
    linear = linear_average(scans, frame, settings.spacing)
    average = deformable_average(linear, examples_of(scans, frame, linear), settings.rounds, told)
    with torch.inference_mode():
        choices = settings.modes, settings.seed, told, settings.appearance_modes
        sources = SOURCES[:1] if settings.provisional else SOURCES
        left_out = crossfit(scans, average.image, *choices, sources=sources)
    manifest = _manifest(labels, scans, frame, average, left_out, settings, time.monotonic() - start)
    shape = shape_of(average.examples, settings.modes)
    stages = stages_of(scans[0].specimen.kind)
    fitted = [fit_error_model(left_out[source]) for source in sources]
    models = dict(zip(SOURCES, fitted * len(SOURCES), strict=False))
    return write_bundle(
        out, manifest, bundle_parts(labels, average, shape, models, settings.appearance_modes, stages)
    )


def figures(left_out: Mapping[Source, Sequence[LeftOut]]) -> dict[Source, dict[str, float]]:
    """Out-of-fold errors, mm, and coverage of the error estimates, for each source of patches."""
    told: dict[Source, dict[str, float]] = {}
    for source, specimens in left_out.items():
        errors = np.concatenate([e for s in specimens for e in s.errors])
        errors = errors[np.isfinite(errors)]
        told[source] = {
            "mean_mm": round(float(errors.mean()), 4),
            "median_mm": round(float(np.median(errors)), 4),
            "p95_mm": round(float(np.percentile(errors, 95)), 4),
            "max_mm": round(float(errors.max()), 4),
            "coverage_90": round(coverage(specimens), 4),
        }
    return told


def _manifest(
    labels: tuple[str, ...], scans: Sequence[Scan], frame: Frame, average: Average,
    left_out: Mapping[Source, Sequence[LeftOut]], settings: TemplateSettings, seconds: float,
) -> Manifest:  # fmt: skip
    words = described(frame, labels) | dict(settings.definitions or {})
    structure = frame.structure
    values = [scan.volume.array for scan in scans]
    low, high = float(min(v.min() for v in values)), float(max(v.max() for v in values))
    lengths = [np.ptp(scan.points[np.isfinite(scan.points).all(1)], axis=0).max() for scan in scans]
    spacing = settings.spacing
    return Manifest(
        name=settings.name,
        version=settings.version,
        kind=scans[0].specimen.kind,
        parts=("orient", "landmark"),
        species=settings.species,
        landmarks=tuple(LandmarkDefinition(label, words.get(label, "")) for label in labels),
        pairs=tuple((labels[i], labels[j]) for i, j in structure.pairs),
        midline=tuple(labels[i] for i in structure.midline),
        template=TemplateFrame(_FRAME_WORDS, (spacing, spacing, spacing)),
        intensity_range=(low, high),
        size_range_mm=(round(0.7 * float(min(lengths)), 1), round(1.7 * float(max(lengths)), 1)),
        training=tuple(TrainingSpecimen(scan.specimen.id, scan.sha256()) for scan in scans),
        commands=(settings.command,),
        seed=settings.seed,
        device="cpu",
        minutes=round(seconds / 60, 1),
        figures={"out_of_fold": figures(left_out), "average_changes": [round(c, 4) for c in average.changes]},
        licence=settings.licence,
        citation=settings.citation,
    )


_FRAME_WORDS = (
    "LPS axes of the training scans, turned so that the midplane is x = 0; origin at the landmarks' "
    "centroid on the midplane"
)
