"""The image of a specimen, whether it is a scan or a surface."""

from collections.abc import Sequence
from os import PathLike
from typing import Literal

import numpy as np

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import Solid, distances_to_surface, read_surface, solid_of
from craniomark.ground.specimens.specimen import Specimen
from craniomark.ground.volumes import Volume, read_volume

FAR_FROM_SURFACE = 0.05
"""Of the length of a mesh: landmarks most of which lie farther off are those of another frame."""


def read_scan(
    specimen: Specimen,
    spacing: tuple[float, float, float] | None = None,
    unit: Literal["mm", "um"] = "mm",
) -> Volume:
    """A scan, or a surface filled with voxels (`Solid`).

    Parameters
    ----------
    specimen : Specimen
        What is read.
    spacing : tuple of float, optional
        Voxel size in `unit`; by default that of the list that names the specimen, or of its file.
        A surface has none.
    unit : {"mm", "um"}
        Of `spacing`, and of scans that name none.

    Raises
    ------
    InputError
        If it can't be read, or a surface is open, empty, or not in millimetres.
    """
    if specimen.kind == "surface":
        return solid_of(read_surface(specimen.path), specimen.path)
    if spacing is None and specimen.spacing is not None:
        return read_volume(specimen.path, spacing=specimen.spacing, unit="mm")
    return read_volume(specimen.path, spacing=spacing, unit=unit)


def landmarked(specimens: Sequence[Specimen], where: str | PathLike[str]) -> list[Specimen]:
    """Those with landmarks, which must be of one kind.

    Raises
    ------
    InputError
        If scans and surfaces are mixed: a model is of one kind.
    """
    found = [specimen for specimen in specimens if specimen.landmarks]
    surfaces = sum(specimen.kind == "surface" for specimen in found)
    if 0 < surfaces < len(found):
        value = f"{len(found) - surfaces} CTs and {surfaces} meshes"
        raise InputError(where, "kinds of specimens", value, "give the CTs or the meshes alone")
    return found


def check_same_frame(volume: Volume, truth: LandmarkSet, specimen: Specimen) -> None:
    """Refuse landmarks that lie off the surface that they belong to, as where one is in RAS and one in LPS.

    Raises
    ------
    InputError
        If most of them do; names file, distance and remedy. Scans are not judged.
    """
    if not isinstance(volume, Solid) or not truth.present.any():
        return
    distance = float(np.median(distances_to_surface(truth.points[truth.present], volume.surface)))
    if distance > FAR_FROM_SURFACE * float(volume.surface.extent.max()):
        value = f"{distance:.1f} mm in the median, from {specimen.path.name}"
        remedy = "save mesh and landmarks both in LPS or both in RAS, and let the files say which"
        raise InputError(
            specimen.landmarks or specimen.path, "distance of landmarks from the surface", value, remedy
        )
