"""Stacks of sections brought in line, and labels brought back, from file to file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from craniomark.flows.pipeline.single import check_file, only_specimen
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.specimens import read_scan
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.tasks.segment.sections.align import AlignSettings, align
from craniomark.tasks.segment.sections.alignment import Alignment

Progress = Callable[[str, float], None]
ENDING = ".align.json"
_OFF_MM = 1e-3


@dataclass(frozen=True)
class Aligned:
    """What was done.

    Attributes
    ----------
    moved, split, bent, blank : int
        Sections that were shifted, split at a crack, bent, and missing.
    record : Path
        What `restore_file` needs.
    """

    moved: int
    split: int
    bent: int
    blank: int
    record: Path


def align_file(
    path: Path, out: Path, choices: Mapping[str, Any], spacing: tuple[float, float, float] | None = None,
    unit: Literal["mm", "um"] = "mm", told: Progress = lambda *_: None,
) -> Aligned:  # fmt: skip
    """Write a stack whose sections lie in line, and beside it how to take labels back.

    Parameters
    ----------
    path : Path
        A scan, or a folder of slices.
    out : Path
        ``.nii.gz``, ``.nii``, ``.nrrd`` or ``.mha``; ``OUT.align.json`` is written too.
    choices : mapping
        Of `AlignSettings`.
    spacing, unit
        Voxel size that the file does not tell.
    told : callable
        Hears the step and the fraction that is done.

    Raises
    ------
    InputError
        If the stack is not sound, or a choice is not allowed.
    """
    check_file(out, path)
    volume = read_scan(only_specimen(path, "one call for each"), spacing, unit)
    try:
        settings = AlignSettings(**choices)
        found = align(volume.array, settings, lambda done: told("align", done))
    except ValueError as error:
        field, _, rest = str(error).partition(" ")
        value, _, remedy = rest.partition(": ")
        raise InputError(path, field, value, remedy) from error
    record = out.with_name(out.name + ENDING)
    check_file(record, path)
    told("write", 0.0)
    values = {"alignment": json.loads(found.to_json()), "matrix": volume.matrix.tolist(), "stack": path.name}
    image = found.aligned(volume.array)
    write_volume(Volume(image, found.matrix(volume.matrix), volume.left_right_known), out)
    with written_whole(record) as part:
        part.write_text(json.dumps(values), encoding="utf-8")
    first = found.sections[0].shift
    return Aligned(
        sum(one.shift != first for one in found.sections), sum(one.side == 1 for one in found.sections),
        sum(bool(one.warp) for one in found.sections), sum(one.blank for one in found.sections), record,
    )  # fmt: skip


def restore_file(path: Path, record: Path, out: Path) -> None:
    """Write labels of an aligned stack on the grid of the stack that it was made from.

    Parameters
    ----------
    path : Path
        Labels, on the grid of the aligned stack.
    record : Path
        ``.align.json`` of the alignment.
    out : Path
        ``.nii.gz``, ``.nii``, ``.nrrd`` or ``.mha``.

    Raises
    ------
    InputError
        If the labels are on another grid, or a file is not sound.
    """
    check_file(out, path, record)
    alignment, matrix = _read(record)
    labels = read_volume(path)
    wanted = alignment.aligned_shape
    if labels.shape != wanted:
        value, right = (" x ".join(map(str, one)) for one in (labels.shape, wanted))
        raise InputError(path, "size", f"{value} voxels", f"give labels of the aligned stack, {right} voxels")
    corners = np.array(wanted) - 1.0
    there = alignment.matrix(matrix)
    off = labels.to_lps(corners) - (there[:3, :3] @ corners + there[:3, 3])
    if np.linalg.norm(off) > max(_OFF_MM, 0.1 * float(labels.spacing.min())):
        value = f"{float(np.linalg.norm(off)):.3g} mm off"
        raise InputError(path, "place", value, "give labels on the grid of the aligned stack")
    restored = alignment.restored(labels.array)
    write_volume(Volume(restored, matrix, labels.left_right_known), out)


def _read(record: Path) -> tuple[Alignment, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    try:
        values = json.loads(record.read_text(encoding="utf-8"))
        matrix = np.array(values["matrix"], dtype=np.float64)
        if matrix.shape != (4, 4):
            raise ValueError("matrix is not 4x4")
        return Alignment.from_json(json.dumps(values["alignment"])), matrix
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "give the .align.json that `craniomark segment align` has written"
        raise InputError(record, "alignment", f"not readable ({error})", remedy) from error
