"""The shape of a skull in any pose, of its CT or mesh, by a shape bundle."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.flows.pipeline.working import working_image
from craniomark.flows.shape.bundle import ShapeBundle
from craniomark.flows.shape.particle_files import write_particles, write_table
from craniomark.flows.shape.placed import BONE, SEEN_MM, on_network_grid, seen_bone
from craniomark.flows.shape.predictions import BOUND
from craniomark.flows.shape.predictor import predict
from craniomark.flows.shape.warp import spline, warped_surface
from craniomark.flows.training.files import write_json
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply, invert
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, write_surface
from craniomark.ground.specimens import Specimen, read_scan
from craniomark.tasks.orient.locate import Located, Told, locate
from craniomark.tasks.shape.samples import Shapes

Array = NDArray[np.float64]
LEAST_SCORE = 0.5
"""Correlation with the mean image below which nothing is told of a shape."""


@dataclass(frozen=True, eq=False)
class SpecimenShape:
    """A predicted shape in the frame of its scan, LPS mm.

    Attributes
    ----------
    particles : ndarray, shape (N, 3)
        Mm.
    surface : Surface
        The mean surface, warped.
    bound90 : ndarray or None, shape (N,)
        What 90 % of such errors stay under, mm.
    landmarks : LandmarkSet
        The mean landmarks, warped.
    scores : ndarray, shape (L,)
        Of the shape model, mm.
    specimen_to_model : ndarray, shape (4, 4)
        Similarity.
    located : Located
        How its pose was found.
    """

    particles: Array
    surface: Surface
    bound90: Array | None
    landmarks: LandmarkSet
    scores: Array
    specimen_to_model: Array
    located: Located


def seen_image(specimen: Specimen) -> Image:
    """A CT or a mesh in its own frame, as coarse as shapes need it."""
    if specimen.kind == "surface":
        return seen_bone(specimen)
    return working_image(read_scan(specimen)).shrunk(SEEN_MM)


def predict_shape(
    image: Image, bundle: ShapeBundle, name: str = "image", told: Told = lambda _: None
) -> SpecimenShape:
    """The shape of a skull in any pose.

    Parameters
    ----------
    image : Image
        Any brightness; air is 0.
    bundle : ShapeBundle
        What is looked for, and by which networks.
    name : str
        Named in errors.
    told : callable
        Hears the fraction that is done; may raise to cancel.

    Raises
    ------
    InputError
        If no skull like the mean one is seen.
    """
    located = locate(image, bundle.target, told=lambda part: told(0.7 * part))
    if located.score < LEAST_SCORE:
        value = f"{located.score:.2f}"
        remedy = "give a scan of the kind of skull that the model was made of"
        raise InputError(name, "likeness with the mean image", value, remedy)
    to_model = invert(located.template_to_specimen)
    gain = bone_gain(image, bundle.target.image, located.template_to_specimen)
    seen = on_network_grid(image.scaled(gain), to_model, bundle.shape, bundle.matrix)
    white = (BONE * seen.voxels.clamp(0, 1) - bundle.mean) / bundle.sd
    none = np.zeros((1, 1), dtype=np.float32)
    found = predict(bundle.networks, Shapes(white[None].numpy(), none, none[..., None].repeat(3, 2), (name,)))
    told(0.8)
    world = found.particles[0]
    bound = None
    if found.sd is not None and bundle.factor is not None:
        bound = bundle.factor * found.sd[0] / float(np.cbrt(np.linalg.det(to_model[:3, :3])))
    pose = located.template_to_specimen
    labels = bundle.landmarks.labels
    points = spline(bundle.particles, world)(bundle.landmarks.points) if labels else np.empty((0, 3))
    surface = warped_surface(bundle.surface, bundle.particles, world).moved(pose)
    told(1.0)
    landmarks = LandmarkSet(labels, apply(pose, points))
    particles = apply(pose, world)
    return SpecimenShape(particles, surface, bound, landmarks, found.scores[0], to_model, located)


def predict_file(
    specimen: Specimen, bundle: ShapeBundle, out: Path, told: Told = lambda _: None
) -> SpecimenShape:
    """Predict a scan or mesh and write ``ID.particles ID.ply ID.json``, and ``ID.mrk.json`` with landmarks.

    Raises
    ------
    InputError
        If it can't be read, or is no skull like the mean one.
    """
    with torch.inference_mode():
        found = predict_shape(seen_image(specimen), bundle, str(specimen.path), told)
    write_particles(out / f"{specimen.id}.particles", found.particles)
    surface = found.surface
    if found.bound90 is not None:
        from craniomark.flows.shape.analyze import DOUBT, spread_to_vertices

        doubt = spread_to_vertices(found.bound90, found.particles, surface.vertices)
        surface = Surface(surface.vertices, surface.faces, {DOUBT: doubt}, surface.left_right_known)
        write_table(out / f"{specimen.id}{BOUND}", found.bound90[:, None])
    write_surface(surface, out / f"{specimen.id}.ply")
    if found.landmarks.labels:
        write_landmarks(found.landmarks, out / f"{specimen.id}.mrk.json")
    record = {
        "schema": 1, "id": specimen.id, "model": bundle.name, "score": round(found.located.score, 4),
        "runner_up": round(found.located.runner_up, 4), "specimen_to_model": found.specimen_to_model.tolist(),
        "scores_mm": [round(float(s), 5) for s in found.scores], "particles": len(found.particles),
        "mean_bound90_mm": None if found.bound90 is None else round(float(found.bound90.mean()), 4),
    }  # fmt: skip
    write_json(out / f"{specimen.id}.json", record)
    return found
