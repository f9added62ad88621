"""What can be asked of the job process, one dataclass a kind.

Paths are files and folders: what goes in and what comes out is never sent itself.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from craniomark.flows.jobs.shape_requests import SHAPE_KINDS, ShapeRequest

Unit = Literal["mm", "um"]
Device = Literal["auto", "cpu", "cuda"]
Spacing = tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class _Scanned:
    """What all requests about one scan share.

    Attributes
    ----------
    scan : Path
        A scan, or a folder of slices.
    model : str or None
        Name or path of a bundle; None takes the only one that fits.
    spacing : tuple of float or None
        Voxel size that the file does not tell, in `unit`.
    unit : {"mm", "um"}
        Of `spacing`, and of a file that names none.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    """

    scan: Path
    model: str | None = None
    spacing: Spacing = None
    unit: Unit = "mm"
    device: Device = "auto"

    def __post_init__(self) -> None:
        _check_spacing(self.spacing)


@dataclass(frozen=True, kw_only=True)
class Orient(_Scanned):
    """The pose of one scan; `out` is the transform (``.tfm``) that is written."""

    out: Path


@dataclass(frozen=True, kw_only=True)
class Predict(_Scanned):
    """All landmarks of one scan; `out` is the folder that its five files are written to.

    Attributes
    ----------
    id : str
        Name of the specimen and of its files; empty takes that of the scan.
    orient : bool
        Find the pose; False trusts that of the file.
    refine : bool
        Follow by fine registration.
    mirror : bool
        The scan is mirrored: reflect it first.
    atlases : Path or None
        Landmarked specimens that replace the model's patches.
    """

    out: Path
    id: str = ""
    orient: bool = True
    refine: bool = True
    mirror: bool = False
    atlases: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.id.startswith(".") or any(sign in self.id for sign in '/\\:*?"<>|\0'):
            raise ValueError(f"id is {self.id!r}: give a name that can be one of a file")


@dataclass(frozen=True, kw_only=True)
class Assess(_Scanned):
    """Error estimates and flags for given landmarks; no point moves.

    Attributes
    ----------
    landmarks : Path
        Of the scan, any format.
    out : Path
        Landmark file that is written; its name tells the format.
    only : tuple of str
        Labels that are judged; empty for all.
    atlases : Path or None
        As for `Predict`.
    """

    landmarks: Path
    out: Path
    only: tuple[str, ...] = ()
    atlases: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Refine(Assess):
    """Given landmarks moved by local registration where that fits better; `only` names those that may."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """All landmarks of many scans, with tables and report.

    Attributes
    ----------
    inputs : tuple of Path
        Scans, folders of them, or CSV lists.
    out : Path
        Output folder.
    resume : bool
        Keep results that are still valid.
    processes : int
        How many work at once.
    model, orient, refine, mirror, atlases, spacing, unit, device
        As for `Predict`.
    """

    inputs: tuple[Path, ...]
    out: Path
    resume: bool = False
    processes: int = 1
    model: str | None = None
    orient: bool = True
    refine: bool = True
    mirror: bool = False
    atlases: Path | None = None
    spacing: Spacing = None
    unit: Unit = "mm"
    device: Device = "auto"

    def __post_init__(self) -> None:
        _check_spacing(self.spacing)
        if not self.inputs:
            raise ValueError("inputs is empty: give at least one scan or folder")
        if self.processes < 1:
            raise ValueError(f"processes is {self.processes}: give at least 1")


@dataclass(frozen=True, kw_only=True)
class Register:
    """One scan brought onto another, as ``craniomark register``; `out` is the folder of the results.

    Attributes
    ----------
    fixed, moving : Path
        Scans; the first stays where it is.
    out : Path
        Output folder.
    method : str
        One that ``craniomark register --help`` names.
    steps : int or None
        Of refinement; None for those of the method.
    model, spacing, unit, device
        As for `Predict`.
    """

    fixed: Path
    moving: Path
    out: Path
    method: str = "affine"
    steps: int | None = None
    model: str | None = None
    spacing: Spacing = None
    unit: Unit = "mm"
    device: Device = "auto"

    def __post_init__(self) -> None:
        _check_spacing(self.spacing)
        if self.steps is not None and self.steps < 0:
            raise ValueError(f"steps is {self.steps}: give at least 0")


@dataclass(frozen=True, kw_only=True)
class Segment(_Scanned):
    """The bone mask of one scan; `out` is the file that is written, `model` may be a finished run as well.

    Attributes
    ----------
    average : bool
        Mean over sixteen mirror images, sixteen times as long.
    """

    out: Path
    average: bool = False


@dataclass(frozen=True, kw_only=True)
class ListScans:
    """The scans of a folder or CSV list, which may be thousands, or lie on a slow disk."""

    folder: Path


@dataclass(frozen=True, kw_only=True)
class CheckData:
    """Faults of a landmarked data set; `data` is a folder or CSV list."""

    data: Path


@dataclass(frozen=True, kw_only=True)
class Train:
    """A network, or with the task ``all`` everything from scans to a bundle; goes on with what lies in `out`.

    Attributes
    ----------
    task : str
        ``all``, or one that ``craniomark train --help`` lists.
    data : Path
        Folder or CSV list of landmarked scans.
    out : Path
        Run folder; of ``all`` the folder of stages and bundle.
    words : tuple of str
        Further settings as on the command line, ``key=value``.
    """

    task: str
    data: Path
    out: Path
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """A bundle without networks, from landmarked scans.

    Attributes
    ----------
    inputs : tuple of Path
        Folders, files or lists of landmarked CTs.
    out : Path
        Folder of the bundle.
    name : str
        Of the bundle; empty takes that of `out`.
    version, species, licence, citation : str
        Told in its manifest.
    spacing : float
        Of the average, mm.
    modes, appearance_modes, rounds, seed : int
        As for ``craniomark template``.
    """

    inputs: tuple[Path, ...]
    out: Path
    name: str = ""
    version: str = "1.0.0"
    species: str = "not told"
    licence: str = "not told"
    citation: str = "not told"
    spacing: float = 0.2
    modes: int = 3
    appearance_modes: int = 0
    rounds: int = 4
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Predicted against true landmarks.

    Attributes
    ----------
    predicted, truth : Path
        Folders or files, paired by specimen id and label.
    out : Path
        Folder of metrics, tables, plots and page.
    model : str or None
        Bundle that tells pairs and midline.
    draws, seed : int
        Of permutations and intervals.
    """

    predicted: Path
    truth: Path
    out: Path
    model: str | None = None
    draws: int = 999
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class ShowModel:
    """What models there are, or what one of them says of itself.

    Attributes
    ----------
    model : str or None
        Name or path; None lists all.
    load : bool
        Load it, so that a first prediction doesn't have to.
    device : {"auto", "cpu", "cuda"}
        Where to.
    """

    model: str | None = None
    load: bool = False
    device: Device = "auto"


Request = (
    Orient
    | Predict
    | Refine
    | Assess
    | Batch
    | Register
    | Segment
    | ListScans
    | CheckData
    | Train
    | Template
    | Evaluate
    | ShowModel
    | ShapeRequest
)

KINDS: Mapping[str, type[Any]] = {
    "orient": Orient,
    "predict": Predict,
    "refine": Refine,
    "assess": Assess,
    "batch": Batch,
    "register": Register,
    "segment": Segment,
    "list": ListScans,
    "check": CheckData,
    "train": Train,
    "template": Template,
    "evaluate": Evaluate,
    "model": ShowModel,
    **SHAPE_KINDS,
}
"""Request of each kind, by the name that it has in the protocol."""


def kind_of(request: Request) -> str:
    """The name of a request's kind."""
    return next(name for name, kind in KINDS.items() if kind is type(request))


def plain(request: Request) -> dict[str, Any]:
    """A request as JSON can hold it; paths are absolute, as the other process may run in another folder."""
    told = {name: _plain(value) for name, value in asdict(request).items()}
    model = told.get("model")
    if model and os.path.exists(model):  # noqa: PTH110 - a name is no path
        told["model"] = os.path.abspath(model)  # noqa: PTH100 - resolves no links
    return told


def resumed(request: Request) -> Request:
    """The same request, going on with what is there."""
    return replace(request, resume=True) if isinstance(request, Batch) else request


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return os.path.abspath(value)  # noqa: PTH100 - resolves no links
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _check_spacing(spacing: Spacing) -> None:
    if spacing is not None and not all(0 < size < float("inf") for size in spacing):
        raise ValueError(f"spacing is {list(spacing)}: give three positive numbers")
