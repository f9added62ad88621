"""Particles of a template carried to the surfaces of other skulls by registration."""

from dataclasses import dataclass
from os import PathLike
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.diffeo.register import flow_between
from craniomark.engine.image import Image
from craniomark.flows.shape.mean_surface import wall_offsets
from craniomark.ground.geometry import apply, invert
from craniomark.ground.meshes import Surface, solid_of
from craniomark.ground.meshes.components import largest_component
from craniomark.ground.meshes.outer import outer_surface
from craniomark.ground.meshes.solid import BRIGHTEST
from craniomark.ground.meshes.sound import check_sound
from craniomark.ground.meshes.walls import Walls
from craniomark.tasks.orient.locate import Target, Told, locate
from craniomark.tasks.shape.particles import evenness, neighbours, relaxed, spread

Array = NDArray[np.float64]
WallChoice = Literal["outer", "both"]
TARGET_MM = 0.2
RELAXATIONS = 5


@dataclass(frozen=True, eq=False)
class Template:
    """What is carried, and what is looked for in each skull.

    Attributes
    ----------
    surface : Surface
        The walls that particles lie on, LPS mm.
    image : Image
        Its bone, brightness 1.
    target : Target
        For the search of the pose.
    points, directions : ndarray, shape (N, 3)
        Particles, LPS mm, and where they look.
    around : ndarray, shape (N, K)
        Neighbours of each.
    walls : {"outer", "both"}
        Which walls bear particles.
    """

    surface: Surface
    image: Image
    target: Target
    points: Array
    directions: Array
    around: NDArray[np.int64]
    walls: WallChoice

    @property
    def evenness(self) -> float:
        """Of the particles."""
        return evenness(self.points, self.directions)


@dataclass(frozen=True, eq=False)
class Carried:
    """Particles on the surface of a specimen.

    Attributes
    ----------
    points : ndarray, shape (N, 3)
        LPS mm, on the surface.
    template_to_specimen : ndarray, shape (4, 4)
        The similarity that was found.
    score : float
        Its correlation.
    shift_mm : float
        Mean distance from where the registration put particles to the surface.
    evenness : float
        Coefficient of variation of the distances to the nearest.
    offsets : ndarray, shape (V, 3)
        From the template's vertices, as particles bring them, to the wall; in the template's frame, mm.
    """

    points: Array
    template_to_specimen: Array
    score: float
    shift_mm: float
    evenness: float
    offsets: NDArray[np.float32]


def walls_of(surface: Surface, path: str | PathLike[str], walls: WallChoice) -> Surface:
    """The walls that particles lie on: the outer one of the largest piece, or all of it."""
    return outer_surface(surface, path) if walls == "outer" else largest_component(surface, path)


def bone_of(surface: Surface, path: str | PathLike[str]) -> Image:
    """The bone between the walls of a mesh, brightness 1."""
    return Image.of(solid_of(surface, path)).scaled(1 / BRIGHTEST)


def make_template(
    surface: Surface, path: str | PathLike[str], count: int, walls: WallChoice = "outer", seed: int = 0
) -> Template:
    """Spread particles on a mesh and make it ready to be looked for.

    Raises
    ------
    InputError
        If the mesh is empty, open, self-intersecting, or as large as no skull in millimetres.
    """
    check_sound(surface, path)
    chosen = walls_of(surface, path, walls)
    points, directions = spread(Walls.of(chosen, seed=seed), count, seed)
    image = bone_of(surface, path)
    target = Target.of(image.shrunk(TARGET_MM))
    return Template(chosen, image, target, points, directions, neighbours(points, directions), walls)


def carry(
    template: Template, surface: Surface, path: str | PathLike[str], told: Told = lambda _: None
) -> Carried:
    """Carry the template's particles to a mesh in any pose.

    A similarity by the search over rotations, a deformable registration of the voxelised bones, then the
    nearest place of a wall that looks the same way; some steps along the surface keep particles even.

    Parameters
    ----------
    template : Template
        What is carried.
    surface : Surface
        The specimen, LPS mm.
    path : path
        Its file, named in errors.
    told : callable
        Hears the fraction that is done; may raise to cancel.

    Raises
    ------
    InputError
        If the mesh is empty, open, self-intersecting, or as large as no skull in millimetres.
    """
    check_sound(surface, path)
    told(0.05)
    chosen = walls_of(surface, path, template.walls)
    image = bone_of(surface, path)
    told(0.3)
    found = locate(image, template.target, proposals=[np.eye(4)])
    told(0.45)
    to_template = invert(found.template_to_specimen)
    deformed = flow_between(template.image, image.moved(to_template))
    told(0.9)
    guess = deformed(torch.as_tensor(template.points, dtype=torch.float32)).double().numpy()
    walls = Walls.of(chosen.moved(to_template))
    points, directions = walls.nearest(guess, template.directions)
    shift = float(np.linalg.norm(points - guess, axis=1).mean())
    points, directions = relaxed(points, directions, template.points, template.around, walls, RELAXATIONS)
    told(0.95)
    offsets = wall_offsets(template.surface, template.points, points, walls)
    told(1.0)
    pose = found.template_to_specimen
    return Carried(apply(pose, points), pose, found.score, shift, evenness(points, directions), offsets)
