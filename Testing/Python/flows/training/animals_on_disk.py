"""Made-up animals on disk, for the tests of training; import the fixture where it is used."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))


@pytest.fixture(scope="session")
def animals_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five landmarked scans; not to be changed."""
    from synthetic_cohort import write_cohort

    folder = tmp_path_factory.mktemp("Tiere mit Ümläuten")
    write_cohort(folder, 5)
    return folder
