"""A trained shape model as a bundle, and back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle, Manifest, load_bundle, write_bundle
from craniomark.flows.bundle.manifest import LandmarkDefinition, TemplateFrame, TrainingSpecimen
from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.flows.shape.config import DeepSSMConfig, read_config
from craniomark.flows.shape.examples import distances
from craniomark.flows.shape.loaders import read_part, read_record
from craniomark.flows.shape.particle_files import read_particles
from craniomark.flows.shape.placed import BONE, MEAN_IMAGE
from craniomark.flows.shape.predictor import network_of, predict
from craniomark.flows.template.definitions import described
from craniomark.flows.template.frame import template_frame
from craniomark.flows.training.files import read_json
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.meshes.decimate import decimated
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.tasks.orient.locate import Target
from craniomark.tasks.shape.network import NetworkSettings, ShapeNetwork, make_network
from craniomark.tasks.shape.pca import fit_particles
from craniomark.tasks.shape.uncertainty import calibrated

Array = NDArray[np.float64]
PART = "shape"
SHOWN_MODES = 3
"""Modes that a bundle may hold, for sliders."""
_FEWEST = 4
"""Landmarks, from which on sides and places can be told."""
SHOWN_TRIANGLES = 20_000
"""Of the mean surface in a bundle, at most."""


@dataclass(frozen=True, eq=False)
class ShapeBundle:
    """What predicting a shape needs.

    Attributes
    ----------
    name : str
        Of the bundle.
    target : Target
        Mean image, to be looked for.
    networks : tuple of BaseNetwork or TLNetwork
        An ensemble, or one.
    shape, matrix : tuple of int, ndarray (4, 4)
        Grid of the networks in the common frame.
    mean, sd : float
        Of the brightness that images are whitened by; bone is 200 and air 0.
    particles : ndarray, shape (N, 3)
        Mean particles, mm.
    surface : Surface
        Mean surface, mm.
    modes, variances : ndarray, shapes (M, N, 3) and (M,)
        For sliders.
    factor : float or None
        Of standard deviations, so that 90 % of errors stay under them.
    landmarks : LandmarkSet
        Mean landmarks; empty where there were none.
    """

    name: str
    target: Target
    networks: tuple[ShapeNetwork, ...]
    shape: tuple[int, int, int]
    matrix: Array
    mean: float
    sd: float
    particles: Array
    surface: Surface
    modes: Array
    variances: Array
    factor: float | None
    landmarks: LandmarkSet


def make_shape_bundle(
    model: Path,
    configs: Sequence[Path],
    out: Path,
    told: Mapping[str, Any],
    landmarks: LandmarkSet | None = None,
) -> Path:
    """Write a bundle of trained networks; it holds no specimen and no score of one.

    Parameters
    ----------
    model : Path
        Folder of ``shape model`` with ``--frame image``.
    configs : sequence of Path
        DeepSSM's configs of trained networks on one set of loaders; several make an ensemble.
    out : Path
        Folder of the bundle.
    told : mapping
        Values of the manifest in place of the usual ones: version, species, licence, citation, figures, ...
    landmarks : LandmarkSet, optional
        Mean landmarks in the common frame.

    Raises
    ------
    InputError
        If a model isn't trained, or the bundle can't be written.
    """
    read = [read_config(one) for one in configs]
    record = read_record(read[0].loader_dir)
    networks = [network_of(one, one.weights) for one in read]
    template = read_volume(model / MEAN_IMAGE)
    points = read_particles(model / "mean.particles")
    surface = decimated(read_surface(model / "mean.ply"), SHOWN_TRIANGLES)
    points_of_all = np.stack(
        [read_particles(one) for one in sorted((model / "world_particles").glob("*.particles"))]
    )
    kept = fit_particles(points_of_all).kept(SHOWN_MODES)
    arrays = {
        "particles": points, "vertices": surface.vertices, "modes": kept.modes, "variances": kept.variances
    }  # fmt: skip
    settings = {
        "shape": record["shape"], "matrix": record["matrix"], "network": asdict(read[0].network),
        "latent": read[0].latent, "members": len(read), "factor_90": _factor(read, networks),
        "mean_img": float(np.load(read[0].loader_dir / "mean_img.npy")),
        "std_img": float(np.load(read[0].loader_dir / "std_img.npy")),
    }  # fmt: skip
    found = landmarks or LandmarkSet((), np.empty((0, 3)))
    parts: dict[str, Callable[[Path], None]] = {
        "template.nii.gz": lambda path: write_volume(template, path),
        "template.mrk.json": lambda path: write_landmarks(found, path),
        "shape.npz": lambda path: _write_arrays(path, arrays, surface),
        "shape.json": lambda path: _write_text(path, settings),
    }
    for number, network in enumerate(networks):
        parts[f"shape-{number}.safetensors"] = partial(write_weights, network, bits=8)
    taken = spent(read)
    told = {**taken, **told, "figures": {**taken["figures"], **told.get("figures", {})}}
    return write_bundle(out, _manifest(out, model, template, points, found, told), parts)


def spent(configs: Sequence[DeepSSMConfig]) -> dict[str, Any]:
    """Minutes of all trainings and their steps, as a manifest holds them."""
    states = [
        read_json(one) for config in configs for one in sorted(config.model_dir.glob("runs/*/state.json"))
    ]
    minutes = sum(float(state["seconds"]) for state in states) / 60
    return {"minutes": round(minutes, 1), "figures": {"steps": sum(int(state["step"]) for state in states)}}


def load_shape_bundle(name_or_path: str | Path, device: torch.device | str = "cpu") -> ShapeBundle:
    """Load a shape bundle, every byte checked.

    Raises
    ------
    InputError
        If it is none, or anything of it is off.
    """
    bundle = load_bundle(name_or_path)
    if PART not in bundle.manifest.parts:
        raise InputError(
            bundle.source, "parts", ", ".join(bundle.manifest.parts), "choose a bundle of shapes"
        )
    told = read_json(bundle.path("shape.json"))
    arrays = bundle.arrays("shape.npz")
    i, j, k = (int(n) for n in told["shape"])
    networks = tuple(
        _network(bundle, number, told, arrays).to(device) for number in range(int(told["members"]))
    )
    template = Image.of(bundle.template(), device).scaled(1 / BONE)
    empty = LandmarkSet((), np.empty((0, 3)))
    return ShapeBundle(
        bundle.manifest.name, Target.of(template), networks, (i, j, k), np.array(told["matrix"]),
        float(told["mean_img"]), float(told["std_img"]), arrays["particles"].astype(np.float64),
        Surface(arrays["vertices"].astype(np.float64), arrays["faces"]),
        arrays["modes"].astype(np.float64), arrays["variances"].astype(np.float64), told["factor_90"],
        bundle.landmarks() if bundle.manifest.labels else empty,
    )  # fmt: skip


def _network(bundle: Bundle, number: int, told: Mapping[str, Any], arrays: Mapping[str, Any]) -> ShapeNetwork:
    i, j, k = (int(n) for n in told["shape"])
    with torch.random.fork_rng(devices=[]):
        network = make_network(
            NetworkSettings(**told["network"]), (i, j, k), int(told["latent"]), len(arrays["particles"])
        )
    network.load_state_dict(checked_weights(bundle, f"shape-{number}.safetensors", network))
    return network.eval()


def _factor(configs: Sequence[DeepSSMConfig], networks: Sequence[ShapeNetwork]) -> float | None:
    held = read_part(configs[0].loader_dir, "validation")
    found = predict(networks, held)
    if found.sd is None:
        return None
    return calibrated(found.sd, distances(found.particles, held.particles.astype(np.float64)))


def _manifest(
    out: Path, model: Path, template: Volume, points: Array, landmarks: LandmarkSet, told: Mapping[str, Any]
) -> Manifest:
    records = [read_json(one) for one in sorted((model / "carried").glob("*.json"))]
    longest = float(np.ptp(points, axis=0).max())
    x, y, z = (float(n) for n in template.spacing)
    labels = landmarks.labels
    frame = template_frame(landmarks.points[None]) if len(labels) >= _FEWEST else None
    words = described(frame, labels) if frame else dict.fromkeys(labels, "")
    pairs, midline = (frame.structure.pairs, frame.structure.midline) if frame else ((), ())
    values: dict[str, Any] = {
        "name": out.name, "version": "1.0.0", "kind": "surface", "parts": (PART,), "species": "not told",
        "landmarks": tuple(LandmarkDefinition(label, words[label]) for label in labels),
        "pairs": tuple((labels[i], labels[j]) for i, j in pairs),
        "midline": tuple(labels[i] for i in midline),
        "template": TemplateFrame("LPS axes of the specimen that particles were carried from", (x, y, z)),
        "intensity_range": (0.0, float(BONE)),
        "size_range_mm": (round(0.7 * longest, 1), round(1.5 * longest, 1)),
        "training": tuple(TrainingSpecimen(str(r["id"]), str(r["sha256"])) for r in records),
        "commands": ("craniomark shape bundle MODEL CONFIG.json -o OUT",), "seed": 0, "device": "cpu",
        "minutes": 0.0, "figures": {}, "licence": "not told", "citation": "not told",
    }  # fmt: skip
    return Manifest(**(values | dict(told)))


def _write_arrays(path: Path, arrays: Mapping[str, Array], surface: Surface) -> None:
    single: dict[str, Any] = {name: one.astype(np.float32) for name, one in arrays.items()}
    with path.open("wb") as stream:
        np.savez_compressed(stream, faces=surface.faces.astype(np.int32), **single)


def _write_text(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
