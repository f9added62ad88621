"""What the user has chosen in the module for shapes, and what is asked of the child for each step."""

from dataclasses import dataclass, field
from pathlib import Path

from craniomark.desktop.deepssm_config import NetworkChoices, config_paths, write_config
from craniomark.desktop.shape_project import ShapeProject, project_of, there
from craniomark.desktop.words import tr
from craniomark.flows.jobs import (
    ShapeAnalyze,
    ShapeAugment,
    ShapeCheck,
    ShapeExport,
    ShapeLoaders,
    ShapeModel,
    ShapeModes,
    ShapeTest,
    ShapeTrain,
)
from craniomark.ground.checks import InputError

SAMPLERS = ("KDE", "Gaussian", "Mixture")
MESH_FORMATS = ("vtp", "ply", "vtk", "")
SHOWN_MODES = 6


@dataclass(frozen=True)
class ShapeChoices:
    """Folders as texts, empty where none is chosen, and numbers.

    Attributes
    ----------
    project, meshes, images, particles : str
        Folder of the project, and of the data; images and particles may come from the shape model.
    count, image_size : int
        Particles on each mesh, and voxels along each axis of the images that are made of meshes.
    samples : int
        Shapes to generate.
    percent : float
        Of the variance that modes hold.
    sampler : str
        One of `SAMPLERS`.
    mixture, seed : int
        Gaussians of a mixture (0: as fits), and seed of the draws.
    batch : int
        Images in each step.
    down : float
        New to old size of the images.
    box : tuple of float
        What is shown of them, LPS mm; empty for all.
    config : str
        A DeepSSM config of the user's own; empty for the fields.
    network : NetworkChoices
        The fields.
    test_images, members : str
        Images to predict, and configs of further models, parted by semicolons.
    truth : str
        True meshes, masks or distance transforms.
    model_frame : bool
        Bring true meshes into the frame of the shape model.
    export, mesh_format : str
        Output folder, and one of `MESH_FORMATS`.
    landmarks : bool
        Export particles as landmarks.
    """

    project: str = ""
    meshes: str = ""
    images: str = ""
    particles: str = ""
    count: int = 1024
    image_size: int = 64
    samples: int = 100
    percent: float = 95.0
    sampler: str = SAMPLERS[0]
    mixture: int = 0
    seed: int = 0
    batch: int = 8
    down: float = 1.0
    box: tuple[float, ...] = ()
    config: str = ""
    network: NetworkChoices = field(default_factory=NetworkChoices)
    test_images: str = ""
    members: str = ""
    truth: str = ""
    model_frame: bool = True
    export: str = ""
    mesh_format: str = MESH_FORMATS[0]
    landmarks: bool = True

    @property
    def place(self) -> ShapeProject:
        """The project; InputError where none is chosen."""
        return project_of(self.project)

    def check(self) -> ShapeCheck:
        """Look over the data that are chosen."""
        chosen = {"meshes": self.meshes, "images": self.images, "particles": self.particles}
        found = {name: there(text, name) for name, text in chosen.items() if text.strip()}
        if not found:
            raise InputError(tr("Data"), tr("folders"), tr("none"), tr("choose meshes, images or particles"))
        return ShapeCheck(**found)

    def model(self) -> ShapeModel:
        """A shape model of the meshes; without any, of the particles."""
        inputs = there(self.meshes or self.particles, tr("Meshes"))
        place = self.place.model
        if self.meshes.strip():
            size = self.image_size
            return ShapeModel(inputs=(inputs,), out=place, particles=self.count, images=size, frame="image")
        return ShapeModel(inputs=(inputs,), out=place)

    def augment(self) -> ShapeAugment:
        """Generate shapes and images."""
        place = self.place
        images = there(self.images or _made(place.model / "images"), tr("Images"))
        particles = there(self.particles or _made(place.model / "world_particles"), tr("Particles"))
        return ShapeAugment(
            images=(images,), particles=(particles,), out=place.augmented, num_samples=self.samples,
            percent=self.percent, sampler=self.sampler, mixture=self.mixture, seed=self.seed,
        )  # fmt: skip

    def loaders(self) -> ShapeLoaders:
        """Lay out the data for networks."""
        place = self.place
        if not place.table.exists():
            raise InputError(place.table, tr("augmented data"), tr("missing"), tr("augment the data first"))
        return ShapeLoaders(
            table=place.table, out=place.loaders, batch_size=self.batch, down_factor=self.down, box=self.box,
            seed=self.seed,
        )  # fmt: skip

    def config_file(self) -> Path:
        """The config that is trained and tested."""
        return there(self.config, tr("Config")) if self.config.strip() else self.place.config

    def train(self) -> ShapeTrain:
        """Train the user's config, or that of the fields, which is written."""
        if not self.config.strip():
            place = self.place
            if not (place.loaders / "loader.json").exists():
                remedy = tr("prepare the images first")
                raise InputError(place.loaders, tr("prepared images"), tr("missing"), remedy)
            write_config(place, self.network)
        return ShapeTrain(config=self.config_file(), seed=self.seed)

    def test(self) -> ShapeTest:
        """Predict the test images."""
        config = self._trained()
        images = (there(self.test_images, tr("Test images")),) if self.test_images.strip() else ()
        members = tuple(there(one, tr("Ensemble")) for one in self.members.split(";") if one.strip())
        return ShapeTest(config=config, images=images, members=members)

    def predictions(self) -> Path:
        """Folder of the predictions; InputError where there is none."""
        folder = config_paths(self._trained()).model / "test_predictions"
        if not folder.is_dir():
            raise InputError(folder, tr("predictions"), tr("missing"), tr("predict the test images first"))
        return folder

    def analyze(self) -> ShapeAnalyze:
        """Compare predictions with the truth."""
        place = self.place
        truth = there(self.truth or self.meshes, tr("True meshes"))
        framed = self.model_frame and (place.model / "shape_model.json").exists()
        return ShapeAnalyze(
            truth=(truth,), predictions=self.predictions(), mean_prefix=place.mean, out=place.analysis,
            shape_model=place.model if framed else None,
        )  # fmt: skip

    def modes(self) -> ShapeModes:
        """Fields of the modes of the shape model."""
        place = self.place
        if not place.pca.is_dir():
            raise InputError(place.pca, tr("shape model"), tr("missing"), tr("make the shape model first"))
        return ShapeModes(pca=place.pca, mean_prefix=place.mean, out=place.modes, most=SHOWN_MODES)

    def exports(self) -> ShapeExport:
        """Write meshes and landmarks."""
        if not self.export.strip():
            raise InputError(tr("Export"), tr("folder"), tr("none"), tr("choose where files are written"))
        if not (self.mesh_format or self.landmarks):
            raise InputError(tr("Export"), tr("files"), tr("none"), tr("choose meshes, landmarks, or both"))
        return ShapeExport(
            analysis=self.place.analysis, predictions=self.predictions(), out=Path(self.export).expanduser(),
            mesh_format=self.mesh_format, landmarks=self.landmarks,  # type: ignore[arg-type]
        )  # fmt: skip

    def _trained(self) -> Path:
        config = self.config_file()
        if not config.exists():
            raise InputError(config, tr("config"), tr("missing"), tr("train a network first"))
        return config


def _made(folder: Path) -> str:
    """A folder of the shape model, where it is there."""
    return str(folder) if folder.is_dir() else ""
