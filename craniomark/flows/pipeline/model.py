"""A bundle made ready to predict with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Stage
from craniomark.flows.bundle import Bundle
from craniomark.flows.pipeline.landmark_networks import load_landmark_networks
from craniomark.flows.pipeline.networks import load_orient_network
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import ShapeModel, similarity_fit
from craniomark.ground.specimens import (
    Specimen,
    check_same_frame,
    find_specimens,
    read_scan,
    read_truth,
)
from craniomark.tasks.landmark.appearance import (
    Appearance,
    atlas_appearance,
    mode_name,
    with_variations,
)
from craniomark.tasks.landmark.confidence import EVIDENCE, ErrorModel
from craniomark.tasks.landmark.fuse import Networks
from craniomark.tasks.landmark.stages import STAGES, stages_of
from craniomark.tasks.orient.locate import Target
from craniomark.tasks.orient.network import OrientNetwork

FEWEST_ATLASES = 3
_PATCHES = "appearance.safetensors"


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that a prediction needs, on its device.

    Attributes
    ----------
    labels : tuple of str
        Landmarks, in the order of every output.
    target : Target
        Template for the pose search.
    shape : ShapeModel
        Mean and modes in the template's frame.
    appearance : Appearance
        Patches, from the bundle or from atlases.
    errors : ErrorModel
        Error estimates that belong to `appearance`.
    orient : OrientNetwork or None
        Proposes poses, where the bundle has one.
    networks : Networks or None
        Second opinions on landmarks, where the bundle has them.
    rough : callable or None
        Pose, 4x4 from template to specimen, by a few landmarks; None where the bundle has no such network.
    stages : tuple of Stage
        Of patch matching, from coarse to fine.
    """

    labels: tuple[str, ...]
    target: Target
    shape: ShapeModel
    appearance: Appearance
    errors: ErrorModel
    orient: OrientNetwork | None = None
    networks: Networks | None = None
    rough: Callable[[Image], NDArray[np.float64] | None] | None = None
    stages: tuple[Stage, ...] = STAGES


def load_model(bundle: Bundle, atlases: Path | None = None, device: str = "auto") -> Model:
    """Read a bundle's parts, and the atlases where given.

    Parameters
    ----------
    bundle : Bundle
        Verified.
    atlases : Path, optional
        Folder or list of landmarked CTs, or meshes, whose patches are used in place of the bundle's.
    device : {"auto", "cpu", "cuda"}
        Where to compute.

    Raises
    ------
    InputError
        If a part of the bundle or the atlases is not sound, or there is no such device.
    """
    place = chosen_device(device)
    template = Image.of(bundle.template(), place)
    shape = _read_shape(bundle)
    errors = _read_errors(bundle, "atlases" if atlases else "template")
    stages = stages_of(bundle.manifest.kind)
    means, modes = _read_patches(bundle, stages)
    if atlases:
        appearance = atlas_appearance(_read_atlases(atlases, bundle, template, shape), stages)
    else:
        appearance = with_variations(means, modes)
    ensembles = load_landmark_networks(bundle, place)
    if (len(errors.weights) > len(EVIDENCE)) != (ensembles is not None):
        what = "fitted with networks where there are none, or without where there are"
        raise _unusable(bundle, "calibration.json", what)
    return Model(
        bundle.manifest.labels,
        Target.of(template),
        shape,
        appearance.to(place),
        errors,
        load_orient_network(bundle, place),
        ensembles.networks() if ensembles else None,
        ensembles.rough if ensembles else None,
        stages,
    )


def chosen_device(device: str) -> torch.device:
    """The device of that name; ``auto`` takes a GPU where there is one.

    Raises
    ------
    InputError
        If a GPU is asked for and there is none.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device", "device", "cuda", "no GPU is usable here: take cpu or auto")
    return torch.device(device)


def _read_shape(bundle: Bundle) -> ShapeModel:
    arrays, count = bundle.shape(), len(bundle.manifest.labels)
    try:
        shape = ShapeModel.from_arrays(arrays)
    except ValueError as error:
        raise _unusable(bundle, "shape.npz", error) from error
    if len(shape.mean) != count:
        raise _unusable(bundle, "shape.npz", f"{len(shape.mean)} landmarks where bundle.json names {count}")
    return shape


def _read_errors(bundle: Bundle, source: str) -> ErrorModel:
    calibration, count = bundle.calibration(), len(bundle.manifest.labels)
    if source not in calibration:
        raise _unusable(bundle, "calibration.json", f"no error model for {source}")
    try:
        errors = ErrorModel.from_json(calibration[source])
    except ValueError as error:
        raise _unusable(bundle, "calibration.json", error) from error
    if errors.typical.shape != (count,):
        raise _unusable(bundle, "calibration.json", f"typical errors not of {count} landmarks")
    return errors


def _read_patches(bundle: Bundle, stages: Sequence[Stage]) -> tuple[Appearance, Appearance]:
    """Mean patches, and the appearance modes where the bundle holds any."""
    stored = bundle.tensors(_PATCHES)
    means, modes = {}, {}
    for stage in stages:
        if stage.name not in stored:
            raise _unusable(bundle, _PATCHES, f"no patches for the stage {stage.name}")
        means[stage.name] = _tensor(bundle, stored, stage.name, stage, 1)
        if mode_name(stage.name) in stored:
            count = (*stored[mode_name(stage.name)].shape, 0, 0)[1]
            modes[stage.name] = _tensor(bundle, stored, mode_name(stage.name), stage, count)
    return Appearance(means), Appearance(modes)


def _tensor(
    bundle: Bundle, stored: Mapping[str, NDArray[np.generic]], name: str, stage: Stage, count: int
) -> torch.Tensor:
    values = stored[name].astype(np.float32)
    wanted = (len(bundle.manifest.labels), count, stage.size, stage.size, stage.size)
    if values.shape != wanted:
        raise _unusable(bundle, _PATCHES, f"{name} of shape {values.shape}, not {wanted}")
    if not np.isfinite(values).all():
        raise _unusable(bundle, _PATCHES, f"{name} holds numbers that are not finite")
    return torch.from_numpy(values)


def _unusable(bundle: Bundle, name: str, what: object) -> InputError:
    return InputError(bundle.path(name), "content", f"not usable ({what})", "make the bundle anew")


def _read_atlases(folder: Path, bundle: Bundle, template: Image, shape: ShapeModel) -> list[Example]:
    kind = bundle.manifest.kind
    words = "meshes" if kind == "surface" else "CTs"
    specimens = [s for s in find_specimens([folder]) if s.landmarks and s.kind == kind]
    if len(specimens) < FEWEST_ATLASES:
        remedy = f"give at least {FEWEST_ATLASES} {words} with landmarks beside them"
        raise InputError(folder, "atlases", f"{len(specimens)} landmarked {words}", remedy)
    return [_read_atlas(specimen, bundle, template, shape) for specimen in specimens]


def _read_atlas(specimen: Specimen, bundle: Bundle, template: Image, shape: ShapeModel) -> Example:
    truth = read_truth(specimen).ordered(bundle.manifest.labels)
    shared = int(truth.present.sum())
    if shared < 0.5 * len(truth):
        remedy = f"atlases need the landmarks of {bundle.manifest.name}, by the same labels"
        raise InputError(specimen.landmarks or specimen.path, "labels shared with the model", shared, remedy)
    pose = similarity_fit(truth.points, shape.mean)
    volume = read_scan(specimen)
    check_same_frame(volume, truth, specimen)
    image = working_image(volume, template.voxels.device).moved(pose)
    gain = bone_gain(image, template, np.eye(4))
    return Example(image.scaled(gain), truth.moved(pose).points)
