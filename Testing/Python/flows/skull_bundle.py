"""A bundle from five real CTs, made once for all tests, and five CTs that it has never seen."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock

from craniomark.engine.diffeo.climb import Level
from craniomark.engine.diffeo.register import Recipe, flow_between
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.template import TemplateSettings, average, build_template, crossfit
from craniomark.ground.geometry import apply
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import label_centroids
from craniomark.ground.volumes import Volume, read_volume

torch.set_num_threads(1)

COARSE = Recipe((Level(0.8, 3.0, 15, 0.1),), blocks=None)
EACH = 5


@dataclass(frozen=True, eq=False)
class Skull:
    """A real CT and its true landmarks, LPS mm."""

    path: Path
    volume: Volume
    truth: LandmarkSet

    def moved(self, transform: np.ndarray) -> "Skull":
        """The same elsewhere."""
        return Skull(self.path, self.volume.moved(transform), self.truth.moved(transform))


@pytest.fixture(scope="session")
def ct_paths(mouse_ct_folder: Path) -> list[Path]:
    """Return the paths of ten landmarked CTs."""
    marked = sorted(mouse_ct_folder.glob("*-LM.nii.gz"))
    if len(marked) < 2 * EACH:
        pytest.skip(f"fewer than {2 * EACH} landmarked CTs in {mouse_ct_folder}")
    return [Path(str(path).replace("-LM", "")) for path in marked[: 2 * EACH]]


@pytest.fixture(scope="session")
def seen_paths(ct_paths: list[Path]) -> list[Path]:
    """Return the CTs that the bundle is made from."""
    return ct_paths[::2]


@pytest.fixture(scope="session")
def seen_skulls(seen_paths: list[Path]) -> list[Skull]:
    """Return the CTs that the bundle is made from, with their landmarks."""
    return [read_skull(path) for path in seen_paths]


@pytest.fixture(scope="session")
def unseen_skulls(ct_paths: list[Path]) -> list[Skull]:
    """Return the CTs that the bundle has never seen."""
    return [read_skull(path) for path in ct_paths[1::2]]


def read_skull(path: Path) -> Skull:
    marks = path.with_name(path.name.replace(".nii", "-LM.nii"))
    return Skull(path, read_volume(path), label_centroids(read_volume(marks), marks))


@pytest.fixture(scope="session")
def skull_bundle(seen_paths: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Return the bundle; workers of one run share it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "small-mouse"
    with FileLock(shared / "small-mouse.lock"), pytest.MonkeyPatch.context() as patch:
        if not (folder / "bundle.json").exists():
            patch.setattr(average, "flow_between", partial(flow_between, recipe=COARSE))
            patch.setattr(crossfit, "STARTS", 1)
            settings = TemplateSettings(name="small-mouse", spacing=0.35, rounds=1, command="make test")
            build_template(seen_paths, folder, settings)
    return load_bundle(folder)


@pytest.fixture(scope="session")
def skull_model(skull_bundle: Bundle) -> Model:
    """Return the bundle, ready to predict."""
    return load_model(skull_bundle, device="cpu")


def distances(found: LandmarkSet, truth: LandmarkSet) -> np.ndarray:
    """Distance, mm, of each landmark from its true place; NaN where it is missing."""
    return np.linalg.norm(found.ordered(truth.labels).points - truth.points, axis=1)


def turned(degrees: float, about: np.ndarray, shift: tuple[float, float, float], seed: int) -> np.ndarray:
    """4x4 matrix that turns about a random axis through a point, then shifts, mm."""
    from scipy.spatial.transform import Rotation

    axis = np.random.default_rng(seed).normal(size=3)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    matrix[:3, 3] = about + shift - apply(matrix, about)
    return matrix
