"""Elastix as a peer of registrations: rigid, affine, then B-splines; needs ``itk-elastix``."""

import importlib.util
import re
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.volumes import Volume, write_volume

STAGES = {
    "itk-elastix affine": ("rigid", "affine"),
    "itk-elastix B-spline": ("rigid", "affine", "bspline"),
}
"""Names of the peers, and elastix' default parameter maps, one after the other."""
_RESOLUTIONS = 4
_GRID_MM = 1.6
"""Distance of the control points in the end, in place of the 10 mm that suit human organs."""
_OUTPUT = re.compile(r"OutputPoint = \[ ([^\]]+) \]")


def has_elastix() -> bool:
    """Whether elastix can be imported here."""
    return importlib.util.find_spec("itk") is not None


def carried(
    name: str, fixed: Volume, moving: Volume, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Points of the fixed image in the moving one, LPS mm, and seconds of the registration."""
    import itk

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        images = []
        for side, volume in (("fixed", fixed), ("moving", moving)):
            write_volume(volume, folder / f"{side}.nii.gz")
            images.append(itk.imread(str(folder / f"{side}.nii.gz"), itk.F))
        maps = itk.ParameterObject.New()
        for stage in STAGES[name]:
            maps.AddParameterMap(maps.GetDefaultParameterMap(stage, _RESOLUTIONS, _GRID_MM))
        start = time.perf_counter()
        _, transform = itk.elastix_registration_method(
            *images, parameter_object=maps, log_to_console=False, number_of_threads=1
        )
        seconds = time.perf_counter() - start
        lines = "\n".join(" ".join(f"{v:.6f}" for v in point) for point in np.nan_to_num(points))
        (folder / "points.txt").write_text(f"point\n{len(points)}\n{lines}\n", encoding="utf-8")
        itk.transformix_filter(
            images[1],
            transform,
            fixed_point_set_file_name=str(folder / "points.txt"),
            output_directory=str(folder),
        )
        told = (folder / "outputpoints.txt").read_text(encoding="utf-8")
    found = np.array([[float(v) for v in match.split()] for match in _OUTPUT.findall(told)])
    return np.where(np.isnan(points), np.nan, found), seconds
