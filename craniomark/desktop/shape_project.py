"""Where the module for shapes keeps what its steps make: one folder, a part of it for each step."""

from dataclasses import dataclass
from pathlib import Path

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError


@dataclass(frozen=True)
class ShapeProject:
    """Files of a project.

    Attributes
    ----------
    folder : Path
        Of the project.
    """

    folder: Path

    @property
    def model(self) -> Path:
        """The shape model."""
        return self.folder / "model"

    @property
    def pca(self) -> Path:
        """Mean and modes of its particles."""
        return self.model / "PCA_Particle_Info"

    @property
    def mean(self) -> Path:
        """Mean particles and mesh, less their endings."""
        return self.model / "mean"

    @property
    def augmented(self) -> Path:
        """Generated shapes and images."""
        return self.folder / "augmented"

    @property
    def table(self) -> Path:
        """Images, particles and scores, real and generated."""
        return self.augmented / "TotalData.csv"

    @property
    def scores(self) -> Path:
        """Scores for table and plot."""
        return self.augmented / "scores.npz"

    @property
    def loaders(self) -> Path:
        """Data as networks take them."""
        return self.folder / "loaders"

    @property
    def config(self) -> Path:
        """DeepSSM's JSON, as the fields of the panel tell it."""
        return self.folder / "deepssm.json"

    @property
    def analysis(self) -> Path:
        """Predicted against true surfaces."""
        return self.folder / "analysis"

    @property
    def modes(self) -> Path:
        """How each mode moves the mean mesh."""
        return self.folder / "modes.npz"


def project_of(text: str) -> ShapeProject:
    """The project of a folder that the user chose.

    Raises
    ------
    InputError
        If none is chosen, or it is a file.
    """
    if not text.strip():
        raise InputError(tr("Project"), tr("folder"), tr("none"), tr("choose where results are kept"))
    folder = Path(text.strip()).expanduser()
    if folder.is_file():
        raise InputError(folder, tr("project folder"), tr("a file"), tr("choose a folder"))
    return ShapeProject(folder)


def there(text: str, what: str) -> Path:
    """The path of existing data.

    Raises
    ------
    InputError
        If none is chosen, or it isn't there.
    """
    if not text.strip():
        raise InputError(what, tr("folder"), tr("none"), tr("choose one"))
    found = Path(text.strip()).expanduser()
    if not found.exists():
        raise InputError(found, tr("folder"), tr("missing"), tr("choose one that exists"))
    return found
