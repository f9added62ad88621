"""What can be asked of the job process about shape models; as `requests`, one dataclass a kind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Walls = Literal["outer", "both"]
ShapeDevice = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, kw_only=True)
class ShapeCheck:
    """Faults of the data for a shape model; what isn't given is not looked at.

    Attributes
    ----------
    meshes, images, particles : Path or None
        Folders.
    """

    meshes: Path | None = None
    images: Path | None = None
    particles: Path | None = None

    def __post_init__(self) -> None:
        if not (self.meshes or self.images or self.particles):
            raise ValueError("meshes, images and particles are missing: give one folder at least")


@dataclass(frozen=True, kw_only=True)
class ShapeModel:
    """A shape model of meshes or of particle files, as ``craniomark shape model``; goes on where it stopped.

    Attributes
    ----------
    inputs : tuple of Path
        Meshes, folders of them, or particle files.
    out : Path
        Folder of the model.
    particles, template, walls, images, frame, seed
        As of the command.
    processes : int
        How many work at once.
    """

    inputs: tuple[Path, ...]
    out: Path
    particles: int = 1024
    template: str = ""
    walls: Walls = "outer"
    images: int = 0
    frame: Literal["procrustes", "image"] = "procrustes"
    seed: int = 0
    processes: int = 1

    def __post_init__(self) -> None:
        _check_processes(self.processes)


@dataclass(frozen=True, kw_only=True)
class ShapeAugment:
    """Generated shapes and images, as ``craniomark deepssm augment``; goes on where it stopped.

    Attributes
    ----------
    images, particles : tuple of Path
        Files or folders.
    out : Path
        Folder of the augmented data.
    num_samples, percent, modes, sampler, mixture, seed
        As of the command.
    processes : int
        How many work at once.
    """

    images: tuple[Path, ...]
    particles: tuple[Path, ...]
    out: Path
    num_samples: int = 100
    percent: float = 95.0
    modes: int = 0
    sampler: str = "KDE"
    mixture: int = 0
    seed: int = 0
    processes: int = 1

    def __post_init__(self) -> None:
        _check_processes(self.processes)


@dataclass(frozen=True, kw_only=True)
class ShapeLoaders:
    """Data for networks, as ``craniomark deepssm loaders``.

    Attributes
    ----------
    table : Path
        ``TotalData.csv``.
    out : Path
        Folder of the loaders.
    batch_size, down_factor, split, seed
        As of the command.
    box : tuple of float
        Lowest and highest corner of what is shown of the images, LPS mm; empty for all.
    """

    table: Path
    out: Path
    batch_size: int = 8
    down_factor: float = 1.0
    split: float = 0.8
    box: tuple[float, ...] = ()
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class ShapeTrain:
    """All stages of DeepSSM's JSON; goes on where it was stopped.

    Attributes
    ----------
    config : Path
        The JSON.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    seed : int
        Of first weights and order.
    """

    config: Path
    device: ShapeDevice = "auto"
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class ShapeTest:
    """Shapes of test images by a trained model.

    Attributes
    ----------
    config : Path
        DeepSSM's JSON.
    images : tuple of Path
        Images that become the test part; empty takes the one that is there.
    members : tuple of Path
        Configs of further models, which make an ensemble with it.
    """

    config: Path
    images: tuple[Path, ...] = ()
    members: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShapeAnalyze:
    """Predicted shapes against true surfaces, as ``craniomark deepssm analyze``.

    Attributes
    ----------
    truth : tuple of Path
        Meshes, masks, distance transforms, or folders of them.
    predictions : Path
        What the test wrote.
    mean_prefix : Path
        ``PREFIX.particles`` and ``PREFIX.ply``.
    out : Path
        Output folder.
    walls : {"outer", "both"}
        Walls of the truth that count.
    shape_model : Path or None
        Brings the meshes into its frame.
    """

    truth: tuple[Path, ...]
    predictions: Path
    mean_prefix: Path
    out: Path
    walls: Walls = "outer"
    shape_model: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ShapeModes:
    """How each mode of a shape model moves the vertices of its mean mesh.

    Attributes
    ----------
    pca : Path
        Folder ``PCA_Particle_Info``.
    mean_prefix : Path
        ``PREFIX.particles`` and ``PREFIX.ply``.
    out : Path
        File that is written, ``.npz``.
    most : int
        Modes, at most.
    """

    pca: Path
    mean_prefix: Path
    out: Path
    most: int = 8

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ValueError(f"most is {self.most}: give at least 1")


@dataclass(frozen=True, kw_only=True)
class ShapeExport:
    """Analysed meshes with their scalars, and predicted particles as landmarks.

    Attributes
    ----------
    analysis : Path
        What `ShapeAnalyze` wrote.
    predictions : Path
        What the test wrote.
    out : Path
        Output folder.
    mesh_format : {"vtp", "ply", "vtk", ""}
        Of the meshes; empty writes none.
    landmarks : bool
        Write particles as ``NAME.mrk.json``.
    """

    analysis: Path
    predictions: Path
    out: Path
    mesh_format: Literal["vtp", "ply", "vtk", ""] = "vtp"
    landmarks: bool = True

    def __post_init__(self) -> None:
        if not (self.mesh_format or self.landmarks):
            raise ValueError("mesh_format and landmarks are empty: ask for one of them")


@dataclass(frozen=True, kw_only=True)
class ShapePredict:
    """Shapes of skulls in any pose, as ``craniomark shape predict``.

    Attributes
    ----------
    inputs : tuple of Path
        CTs or meshes, or folders of them.
    out : Path
        Output folder.
    model : str
        Name or path of a shape bundle.
    """

    inputs: tuple[Path, ...]
    out: Path
    model: str


ShapeRequest = (
    ShapeCheck
    | ShapeModel
    | ShapeAugment
    | ShapeLoaders
    | ShapeTrain
    | ShapeTest
    | ShapeAnalyze
    | ShapeModes
    | ShapeExport
    | ShapePredict
)

SHAPE_KINDS = {
    "shape_check": ShapeCheck,
    "shape_model": ShapeModel,
    "shape_augment": ShapeAugment,
    "shape_loaders": ShapeLoaders,
    "shape_train": ShapeTrain,
    "shape_test": ShapeTest,
    "shape_analyze": ShapeAnalyze,
    "shape_modes": ShapeModes,
    "shape_export": ShapeExport,
    "shape_predict": ShapePredict,
}
"""Request of each kind, by the name that it has in the protocol."""


def _check_processes(processes: int) -> None:
    if processes < 1:
        raise ValueError(f"processes is {processes}: give at least 1")
