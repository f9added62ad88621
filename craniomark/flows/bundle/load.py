"""A verified bundle and what can be read from it."""

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.bundle.manifest import Manifest
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.bundle.search import find_named
from craniomark.flows.bundle.unpack import unpack
from craniomark.flows.bundle.verify import read_manifest, verify_folder
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.ground.volumes import Volume
from craniomark.ground.volumes.nifti import read_nifti

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle whose every byte was checked.

    Attributes
    ----------
    folder : Path
        Where its files lie; for a zip, a temporary folder that lives as long as this object.
    manifest : Manifest
    source : Path
        The folder or zip that it was loaded from; a copy in another process is loaded from there.
    """

    folder: Path
    manifest: Manifest
    source: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return load_bundle, (self.source,)

    def path(self, name: str) -> Path:
        """Path of the file `name`, which the manifest must list."""
        if name not in self.manifest.files:
            raise InputError(self.source, name, "not in this bundle", "choose another model")
        return self.folder / name

    def template(self) -> Volume:
        """The mean image, in the template frame."""
        return read_nifti(self.path("template.nii.gz"))

    def landmarks(self) -> LandmarkSet:
        """The mean landmarks in the template frame, LPS mm, in the manifest's order."""
        found = read_landmarks(self.path("template.mrk.json"))
        wrong = sorted(set(found.labels) ^ set(self.manifest.labels))
        if wrong:
            value = f"{', '.join(wrong[:3])}, in one of the two only"
            remedy = "make the bundle anew with the same labels in both"
            raise InputError(self.source, "labels of bundle.json and template.mrk.json", value, remedy)
        return found.ordered(self.manifest.labels)

    def shape(self) -> dict[str, Array]:
        """Arrays of the shape and appearance model, ``shape.npz``."""
        return self.arrays("shape.npz")

    def arrays(self, name: str) -> dict[str, Array]:
        """Arrays of an ``.npz`` file; one that would need pickle is refused."""
        path = self.path(name)
        try:
            with np.load(path, allow_pickle=False) as opened:
                return {key: opened[key] for key in opened.files}
        except (ValueError, OSError, EOFError, AttributeError) as error:
            raise InputError(
                path, "content", "not plain arrays", f"make the bundle anew ({error})"
            ) from error

    def tensors(self, name: str) -> dict[str, Array]:
        """Arrays of a ``.safetensors`` file."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self.path(name)
        try:
            return dict(load_file(path))
        except (SafetensorError, OSError, KeyError) as error:
            remedy = f"make the bundle anew ({error})"
            raise InputError(path, "content", "not safetensors of numpy's types", remedy) from error

    def calibration(self) -> dict[str, Any]:
        """What turns scores into errors in mm, ``calibration.json``."""
        path = self.path("calibration.json")
        return read_json(path.read_bytes(), path)


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Load a bundle after verifying every file of it.

    Parameters
    ----------
    name_or_path : str or path
        A folder, a zip, or the name of a bundle on the model search path.

    Raises
    ------
    InputError
        If there is none, or anything about it is off; a changed byte is.
    """
    path = Path(name_or_path).expanduser()
    if path.is_dir() and (path / "bundle.json").exists():
        return _from_folder(path)
    if path.is_file():
        return _from_zip(path)
    return load_bundle(find_named(str(name_or_path)))


def _from_folder(folder: Path) -> Bundle:
    manifest = read_manifest(folder)
    verify_folder(folder, manifest)
    return Bundle(folder, manifest, folder.absolute())


def _from_zip(archive: Path) -> Bundle:
    folder = Path(tempfile.mkdtemp(prefix="craniomark-"))
    try:
        manifest = unpack(archive, folder)
        verify_folder(folder, manifest)
        bundle = Bundle(folder, manifest, archive.absolute())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(bundle, shutil.rmtree, folder, ignore_errors=True)
    return bundle
