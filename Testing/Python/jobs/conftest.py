"""Made-up animals on disk, for trainings."""

import sys
from pathlib import Path

import pytest

for folder in ("flows", "engine"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))


@pytest.fixture(scope="session")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of four landmarked scans; not to be changed."""
    from synthetic_cohort import write_cohort

    folder = tmp_path_factory.mktemp("Tiere mit Ümläuten")
    write_cohort(folder, 4)
    return folder
