"""ANTs Rigid, Affine and SyN as peers of registrations; needs ``antspyx``."""

import importlib.util
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.volumes import Volume, write_volume

KINDS = {"ANTs Rigid": "Rigid", "ANTs Affine": "Affine", "ANTs SyN": "SyN"}
"""Names of the peers, and what ANTs calls them; all else is antspyx's default."""


def has_ants() -> bool:
    """Whether ANTs can be imported here."""
    return importlib.util.find_spec("ants") is not None


def carried(
    kind: str, fixed: Volume, moving: Volume, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Points of the fixed image in the moving one, LPS mm, and seconds of the registration."""
    import ants
    import pandas as pd

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        images = []
        for name, volume in (("fixed", fixed), ("moving", moving)):
            write_volume(volume, folder / f"{name}.nii.gz")
            images.append(ants.image_read(str(folder / f"{name}.nii.gz")))
        start = time.perf_counter()
        found = ants.registration(
            *images, KINDS[kind], outprefix=str(folder / "t"), random_seed=1, singleprecision=True
        )
        seconds = time.perf_counter() - start
        table = pd.DataFrame(np.c_[points, np.zeros(len(points))], columns=["x", "y", "z", "t"])
        moved = ants.apply_transforms_to_points(3, table, found["fwdtransforms"])
    return moved[["x", "y", "z"]].to_numpy(), seconds
