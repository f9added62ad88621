"""The files of a bundle, each with what writes it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.engine.patchmatch import Stage
from craniomark.flows.template.average import Average
from craniomark.flows.template.crossfit import Source
from craniomark.ground.geometry import ShapeModel
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume
from craniomark.tasks.landmark.appearance import atlas_appearance, mean_of, mode_name, modes_of
from craniomark.tasks.landmark.confidence import ErrorModel
from craniomark.tasks.landmark.stages import STAGES

_LEVELS = 256  # steps of bone brightness in the stored template, so that it compresses


def bundle_parts(
    labels: tuple[str, ...],
    average: Average,
    shape: ShapeModel,
    models: Mapping[Source, ErrorModel],
    appearance_modes: int = 0,
    stages: Sequence[Stage] = STAGES,
) -> dict[str, Callable[[Path], None]]:
    """Writers by file name: average image, mean landmarks, shape model, mean patches, error models.

    Nothing of a single specimen is among them.
    """
    return {
        "template.nii.gz": lambda path: write_volume(_template(average), path),
        "template.mrk.json": lambda path: write_landmarks(LandmarkSet(labels, shape.mean), path),
        "shape.npz": lambda path: _write_shape(shape, path),
        "appearance.safetensors": lambda path: _write_appearance(average, appearance_modes, stages, path),
        "calibration.json": lambda path: _write_calibration(models, path),
    }


def _template(average: Average) -> Volume:
    voxels = average.image.voxels.numpy()
    stepped = (np.round(voxels * _LEVELS) / _LEVELS).astype(np.float32)
    return Volume(stepped, average.image.matrix)


def _write_shape(shape: ShapeModel, path: Path) -> None:
    arrays: dict[str, Any] = {k: v.astype(np.float32) for k, v in shape.to_arrays().items()}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _write_appearance(average: Average, modes: int, stages: Sequence[Stage], path: Path) -> None:
    from safetensors.numpy import save

    atlases = atlas_appearance(average.examples, stages)
    tensors = dict(mean_of(atlases).templates)
    if modes:
        tensors |= {mode_name(name): t for name, t in modes_of(atlases, modes).templates.items()}
    halves = {name: np.ascontiguousarray(t.numpy().astype(np.float16)) for name, t in tensors.items()}
    path.write_bytes(save(halves))


def _write_calibration(models: Mapping[Source, ErrorModel], path: Path) -> None:
    text = json.dumps({source: model.as_json() for source, model in models.items()}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
