"""A small bundle made of geometry alone, for tests that need one."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from craniomark.flows.bundle import (
    LandmarkDefinition,
    Manifest,
    TemplateFrame,
    TrainingSpecimen,
    write_bundle,
)
from craniomark.ground.landmarks import LandmarkSet, write_landmarks

SPACING = 0.6
SIDE = 40
PAIRED = 4


def phantom(seed: int = 5) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Bright blobs about a shell, and where the blobs lie, mm from the first voxel."""
    rng = np.random.default_rng(seed)
    half = rng.uniform(0.25, 0.75, (PAIRED, 3)) * [0.7, 1, 1]
    points = (
        np.vstack([half, half * [-1, 1, 1] + [1, 0, 0], [[0.5, 0.2, 0.4], [0.5, 0.8, 0.7]]]) * SIDE * SPACING
    )
    grid = np.stack(np.meshgrid(*[np.arange(SIDE) * SPACING] * 3, indexing="ij"), axis=-1)
    image = np.zeros((SIDE,) * 3)
    for point in points:
        image += 200 * np.exp(-np.sum((grid - point) ** 2, axis=-1) / (2 * 1.0**2))
    radius = np.linalg.norm((grid / (SIDE * SPACING) - 0.5) * [1.3, 1.0, 1.15], axis=-1)
    image += 120 * (np.abs(radius - 0.4) < 0.03)
    return gaussian_filter(image, 0.7).astype(np.float32), points


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """Return a manifest without files."""
    labels = [str(n + 1) for n in range(2 * PAIRED + 2)]
    return Manifest(
        name="phantom",
        version="1.2",
        kind="ct",
        parts=("orient", "landmark"),
        species="none: geometry",
        landmarks=tuple(LandmarkDefinition(label, f"blob {label}") for label in labels),
        pairs=tuple((labels[n], labels[n + PAIRED]) for n in range(PAIRED)),
        midline=tuple(labels[-2:]),
        template=TemplateFrame("corner of the grid, LPS", (SPACING,) * 3),
        intensity_range=(0.0, 400.0),
        size_range_mm=(10.0, 40.0),
        training=(TrainingSpecimen("seen", "ab" * 32),),
        commands=("craniomark template phantoms -o phantom",),
        seed=5,
        device="cpu",
        minutes=0.5,
        figures={"mean_mm": 0.1},
        licence="Apache-2.0",
        citation="none",
    )


@pytest.fixture(scope="session")
def parts(manifest: Manifest) -> dict[str, Callable[[Path], None]]:
    """Return what writes each file of the bundle."""
    image, points = phantom()

    def template(path: Path) -> None:
        written = SimpleITK.GetImageFromArray(image.transpose(2, 1, 0))
        written.SetSpacing((SPACING,) * 3)
        SimpleITK.WriteImage(written, str(path))

    def shape(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, mean=points, modes=np.zeros((0, len(points), 3)))

    return {
        "template.nii.gz": template,
        "template.mrk.json": lambda path: write_landmarks(LandmarkSet(manifest.labels, points), path),
        "shape.npz": shape,
        "calibration.json": lambda path: (
            path.write_text(json.dumps({"slope": 1.5}), encoding="utf-8") and None
        ),
    }


@pytest.fixture
def make_bundle(
    tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> Callable[..., Path]:
    """Return a function that writes the bundle, with fields changed, below a folder."""

    def make(folder: Path = tmp_path / "models", **changes: object) -> Path:
        changed = replace(manifest, **changes)
        return write_bundle(folder / changed.name, changed, parts)

    return make


@pytest.fixture
def only_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the one folder that the model search path names; the user's and the shipped are empty."""
    folder = tmp_path / "models"
    monkeypatch.setenv("CRANIOMARK_MODELS", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    empty = tmp_path / "resources"
    (empty / "Models").mkdir(parents=True)
    monkeypatch.setattr("craniomark.flows.bundle.search.resource_folder", lambda: empty)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder on this machine and gives its address."""
    servers = []

    def start(folder: Path) -> str:
        handler = partial(Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def unused_port_url() -> str:
    """Return an address on this machine where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}/"


class Quiet(SimpleHTTPRequestHandler):
    """A file server that prints nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
