import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, check_extent


def volume(spacing: float) -> Volume:
    return Volume(np.zeros((100, 50, 20), np.uint8), np.diag([spacing, spacing, spacing, 1.0]))


@pytest.mark.parametrize("spacing", [0.06, 0.2, 0.59])
def test_the_size_of_a_skull_passes(spacing: float) -> None:
    check_extent(volume(spacing), "a.nrrd", 5, 60)


@pytest.mark.parametrize(
    ("spacing", "told"),
    [
        (210.0, "likely micrometres written as millimetres: give --unit um"),
        (2.1e-4, "likely metres written as millimetres"),
        (0.01, "outside 5 to 60 mm"),
        (3.0, "outside 5 to 60 mm"),
    ],
)
def test_another_size_is_refused_with_its_likely_cause(spacing: float, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_extent(volume(spacing), "a.nrrd", 5, 60)
