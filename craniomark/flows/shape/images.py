"""Images as networks are shown them: cropped to a box, coarser, whitened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume

_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class View:
    """What of an image is shown, and how fine.

    Attributes
    ----------
    down_factor : float
        Ratio of new to old size along each axis.
    box : tuple of float
        Lowest and highest corner, LPS mm, that images are brought to; empty: as they are.
    """

    down_factor: float = 1.0
    box: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.down_factor <= 1:
            raise ValueError(f"down_factor is {self.down_factor}: give more than 0 and at most 1")
        if self.box:
            low, high = np.array(self.box[:3]), np.array(self.box[3:])
            if len(self.box) != 6 or not (low < high).all():
                raise ValueError(f"box is {self.box}: give the lowest x y z, then the highest")

    def seen(self, volume: Volume) -> Volume:
        """An image as it is shown."""
        if self.box:
            volume = _boxed(volume, np.array(self.box))
        return volume if self.down_factor == 1 else _coarser(volume, self.down_factor)


def read_view(path: Path, view: View, down_dir: Path | None = None) -> Volume:
    """An image as it is shown; kept in `down_dir`, where one that is newer than its source is taken."""
    kept = down_dir / f"{path.name.split('.')[0]}.nrrd" if down_dir is not None else None
    if kept is not None and kept.exists() and kept.stat().st_mtime >= path.stat().st_mtime:
        return read_volume(kept)
    seen = view.seen(read_volume(path))
    if kept is not None:
        write_volume(Volume(seen.array.astype(np.float32), seen.matrix), kept)
    return seen


def read_box(text_or_file: str) -> tuple[float, ...]:
    """Six numbers, lowest corner first, LPS mm: given as such, or in a file like ``bounding_box.txt``.

    Raises
    ------
    InputError
        If they are not six.
    """
    path = Path(text_or_file)
    text = path.read_text(encoding="utf-8") if path.is_file() else text_or_file
    numbers = tuple(float(one) for one in _NUMBER.findall(text))
    if len(numbers) != 6:
        remedy = "give the lowest x y z and then the highest, in LPS mm"
        raise InputError(text_or_file, "bounding box", f"{len(numbers)} numbers", remedy)
    return numbers


def same_shape(volume: Volume, path: Path, shape: Sequence[int]) -> NDArray[np.float32]:
    """Voxels as float32.

    Raises
    ------
    InputError
        If the shape is another one.
    """
    if tuple(volume.shape) != tuple(shape):
        value = f"{_words(volume.shape)}, while others have {_words(shape)}"
        remedy = "bring all images to one grid, e.g. by --bounding-box"
        raise InputError(path, "number of voxels", value, remedy)
    return np.asarray(volume.array, dtype=np.float32)


def _boxed(volume: Volume, box: NDArray[np.float64]) -> Volume:
    """The voxels within a box, on the axes of the image; what the image doesn't hold is its darkest value."""
    axes = volume.matrix[:3, :3] / volume.spacing
    corners = np.array([[box[3 * (n >> a & 1) + a] for a in range(3)] for n in range(8)]) @ axes
    low = corners.min(axis=0)
    counts = np.maximum(np.round((corners.max(axis=0) - low) / volume.spacing).astype(int), 2)
    matrix = volume.matrix.copy()
    matrix[:3, 3] = axes @ (low + volume.spacing / 2)
    dark = float(volume.array.min())
    image = Image.of(Volume(volume.array.astype(np.float32) - dark, volume.matrix))
    i, j, k = (int(n) for n in counts)
    return Volume(image.on_grid((i, j, k), matrix).voxels.numpy() + dark, matrix)


def _coarser(volume: Volume, factor: float) -> Volume:
    shape = np.maximum((np.array(volume.shape) * factor).astype(int), 2)
    ratio = np.array(volume.shape) / shape
    matrix = volume.matrix @ np.diag([*ratio, 1.0])
    matrix[:3, 3] += volume.matrix[:3, :3] @ ((ratio - 1) / 2)
    i, j, k = (int(n) for n in shape)
    blurred = Image.of(volume).smoothed(float(volume.spacing.mean()) / factor / 2)
    return Volume(blurred.on_grid((i, j, k), matrix).voxels.numpy(), matrix)


def _words(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
