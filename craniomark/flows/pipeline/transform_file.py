"""Transforms as the text files that ITK and Slicer read."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.checks import InputError, written_whole

_HEAD = "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"


def write_pose(specimen_to_template: ArrayLike, path: Path) -> None:
    """Write a pose as an ITK resampling transform: template (fixed) point to specimen (moving) point.

    Parameters
    ----------
    specimen_to_template : array_like, shape (4, 4)
        Specimen LPS mm to template LPS mm; the file holds its inverse.
    path : Path
        A ``.tfm`` file, written whole or not at all.

    Raises
    ------
    InputError
        If the name does not end in ``.tfm`` or the folder can't be written.
    """
    check_name(path)
    inverse = np.linalg.inv(np.asarray(specimen_to_template, dtype=np.float64))
    numbers = [*inverse[:3, :3].ravel(), *inverse[:3, 3]]
    parameters = " ".join(repr(float(number)) for number in numbers)
    with written_whole(path) as part:
        text = f"{_HEAD}Parameters: {parameters}\nFixedParameters: 0 0 0\n"
        part.write_text(text, encoding="ascii", newline="\n")


def check_name(path: Path) -> None:
    """Raise InputError unless `path` is a name that `write_pose` can write."""
    if path.suffix.lower() != ".tfm":
        raise InputError(path, "file type", repr(path.suffix), "give a name that ends in .tfm")


def read_pose(path: Path) -> NDArray[np.float64]:
    """Read a file of `write_pose`.

    Returns
    -------
    ndarray, shape (4, 4)
        Specimen LPS mm to template LPS mm.

    Raises
    ------
    InputError
        If the file is not an ITK affine text transform.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        numbers = np.array(fields["Parameters"].split(), dtype=np.float64)
        centre = np.array(fields["FixedParameters"].split(), dtype=np.float64)
        matrix = np.eye(4)
        matrix[:3, :3] = numbers[:9].reshape(3, 3)
        matrix[:3, 3] = numbers[9:12] + centre - matrix[:3, :3] @ centre
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    except (OSError, KeyError, ValueError, np.linalg.LinAlgError) as error:
        remedy = "give a .tfm file with one ITK affine transform"
        raise InputError(path, "transform", "not readable", remedy) from error
