"""What all tests share: one thread per process, no display, a private user folder and the real data."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Set before numpy, torch or SimpleITK is imported: threads that spin on shared cores slow every test.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile(
    "house",
    deadline=None,
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _private_user_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the models and downloads of whoever runs the tests out of them."""
    folder = str(tmp_path_factory.mktemp("user"))
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(variable, folder)
        patch.delenv("CRANIOMARK_MODELS", raising=False)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the source tree."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real specimens that CRANIOMARK_DATA names; skip where there is none."""
    named = os.environ.get("CRANIOMARK_DATA")
    if not named:
        pytest.skip("CRANIOMARK_DATA is not set: no real specimens here")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"CRANIOMARK_DATA names a folder that is not there: {folder}")
    return folder


@pytest.fixture(scope="session")
def mouse_ct_folder(data_folder: Path) -> Path:
    """Return the folder of mouse-skull CTs with label images."""
    return _part(data_folder, "mmllm", "*-LM.nii.gz")


@pytest.fixture(scope="session")
def mouse_mesh_folder(data_folder: Path) -> Path:
    """Return the folder of mouse-skull surfaces with markups."""
    return _part(data_folder, "mouse_models", "*.ply")


def _part(data: Path, name: str, pattern: str) -> Path:
    folder = data / name
    if not any(folder.glob(pattern)):
        pytest.skip(f"no {pattern} in {folder}")
    return folder
