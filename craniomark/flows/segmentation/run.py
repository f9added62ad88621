"""The bone mask of one scan, from file to file."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from craniomark.flows.pipeline.model import chosen_device
from craniomark.flows.pipeline.outputs import check_writable
from craniomark.flows.pipeline.single import check_file, only_specimen
from craniomark.flows.segmentation.model import chosen_network
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import read_scan
from craniomark.ground.volumes import Volume, write_volume
from craniomark.ground.volumes.mapped import mapped_volume, needs_mapping, write_mapped
from craniomark.parts.augment.averages import symmetries
from craniomark.tasks.segment.network import SegmentNetwork
from craniomark.tasks.segment.prepare import prepared
from craniomark.tasks.segment.tiles import Tiling, write_mask

Progress = Callable[[str, float], None]
SMALLEST = 8
"""Voxels of the shortest side of a scan."""
ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha")
MAPPED_ENDINGS = (".nii.gz", ".nii", ".nrrd")


@dataclass(frozen=True)
class Options:
    """Choices of a bone mask.

    Attributes
    ----------
    model : str or None
        As `chosen_network` takes it.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    average : bool
        Mean over sixteen mirror images: sixteen times as long.
    tile, overlap : int
        Voxels of a tile's edge and of what neighbours share.
    spacing : tuple of float or None
        Voxel size that the file does not tell, in `unit`.
    unit : {"mm", "um"}
        Of `spacing`, and of a file that names none.
    in_memory : float
        Scans that take more than this share of the free memory are mapped from disk.
    """

    model: str | None = None
    device: str = "auto"
    average: bool = False
    tile: int = 96
    overlap: int = 16
    spacing: tuple[float, float, float] | None = None
    unit: Literal["mm", "um"] = "mm"
    in_memory: float = 0.25


@dataclass(frozen=True)
class Segmented:
    """What was found.

    Attributes
    ----------
    voxels : int
        Of bone.
    share : float
        Of all voxels.
    volume_mm3 : float
        Of bone.
    model : str
        What told it.
    """

    voxels: int
    share: float
    volume_mm3: float
    model: str


def segment(
    path: Path, out: Path, options: Options | None = None, told: Progress = lambda *_: None
) -> Segmented:
    """Write the bone mask of a scan on the scan's own grid: 1 is bone, 0 is not.

    A scan that is large beside the memory is read, looked at and written piece by piece.

    Parameters
    ----------
    path : Path
        A scan, or a folder of slices.
    out : Path
        ``.nii.gz``, ``.nii``, ``.nrrd`` or ``.mha``.
    options : Options, optional
        Choices.
    told : callable
        Hears the step and the fraction of it that is done; what it raises ends the work.

    Raises
    ------
    InputError
        If the scan or the model is not sound, or the mask can't be written; nothing is written then.
    """
    options = options or Options()
    _check_name(out, ENDINGS)
    check_file(out, path)
    check_writable(out.parent)
    specimen = only_specimen(path, "a folder by one call each")
    if specimen.kind != "ct":
        raise InputError(path, "kind of input", "a surface", "give a scan; a surface has no voxels")
    told("load the model", 0.0)
    network, name = chosen_network(options.model, chosen_device(options.device))
    large = needs_mapping(specimen.path, options.in_memory)
    if large:
        _check_name(out, MAPPED_ENDINGS)
    with tempfile.TemporaryDirectory(prefix=".craniomark-", dir=out.parent) as scratch:
        told("read", 0.0)
        given = specimen.spacing or options.spacing
        unit = "mm" if specimen.spacing else options.unit
        if large:
            volume = mapped_volume(specimen.path, Path(scratch), spacing=given, unit=unit)
        else:
            volume = read_scan(specimen, options.spacing, options.unit)
        mask = _mask_file(volume, Path(scratch), large)
        bone_mask(volume, network, mask, path, Path(scratch), options, told)
        told("write", 0.0)
        found = _found(mask, volume, name)
        answer = Volume(mask, volume.matrix, volume.left_right_known)
        if large:
            write_mapped(answer, out)
        else:
            write_volume(answer, out)
        del mask, answer, volume  # Windows keeps mapped files from being removed
    return found


def bone_mask(
    volume: Volume,
    network: SegmentNetwork,
    mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    path: Path,
    scratch: Path,
    options: Options | None = None,
    told: Progress = lambda *_: None,
) -> None:
    """Put the bone mask of a volume, which was read from `path`, into `mask`: 1 is bone, 0 is not.

    Raises
    ------
    InputError
        If the volume is too small or shows nothing.
    """
    options = options or Options()
    if min(volume.shape) < SMALLEST:
        shape = " x ".join(map(str, volume.shape))
        raise InputError(path, "size", f"{shape} voxels", f"give at least {SMALLEST} voxels a side")
    try:
        scan = prepared(
            volume.array, volume.spacing, float(network.voxel), network.usual_spectrum,
            lambda done: told("look over", done),
        )  # fmt: skip
        tiling = Tiling(options.tile, options.overlap)
    except ValueError as error:
        raise InputError(path, "scan", str(error).partition(":")[0], _remedy(error)) from error
    among = symmetries() if options.average else ()
    write_mask(scan, network, mask, scratch, tiling, among, lambda done: told("segment", done))


def _mask_file(volume: Volume, scratch: Path, large: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if not large:
        return np.zeros(volume.shape, dtype=np.uint8)
    return np.memmap(scratch / "mask.u8", np.uint8, "w+", shape=volume.shape, order="F")


def _found(mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], volume: Volume, name: str) -> Segmented:
    voxels = sum(int(np.count_nonzero(mask[:, :, k])) for k in range(mask.shape[2]))
    return Segmented(voxels, voxels / mask.size, voxels * float(np.prod(volume.spacing)), name)


def _check_name(out: Path, endings: tuple[str, ...]) -> None:
    if not out.name.lower().endswith(endings):
        value = out.suffix or "without extension"
        raise InputError(out, "file type", value, f"use one of {' '.join(endings)}")


def _remedy(error: ValueError) -> str:
    return str(error).partition(": ")[2] or "check that the scan was exported"
