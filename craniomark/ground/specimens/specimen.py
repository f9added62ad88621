"""One specimen of a run, before anything of it is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["ct", "surface"]


@dataclass(frozen=True)
class Specimen:
    """Where a specimen lies and what belongs to it.

    Attributes
    ----------
    id : str
        File name less its known extension, or the folder's name, or the id of a CSV list.
    path : Path
        Scan, folder of slices, or surface.
    kind : {"ct", "surface"}
        What the path holds.
    landmarks : Path or None
        True landmarks, as a landmark file or a label image.
    mask : Path or None
        Bone mask.
    group : str
        Source or strain; empty where unknown.
    subject : str
        Whom it is of, where several scans are of one animal or person; empty for its own.
    spacing : tuple of float or None
        Voxel size, mm, in place of the one of the file.
    """

    id: str
    path: Path
    kind: Kind
    landmarks: Path | None = None
    mask: Path | None = None
    group: str = ""
    spacing: tuple[float, float, float] | None = None
    subject: str = ""
