"""Real landmarks of both data sets, read without the library's own readers."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # paired_shapes


@pytest.fixture(scope="session")
def mouse_cts(mouse_ct_folder: Path) -> np.ndarray:
    """Label centroids of the mouse CTs, LPS mm, shape (S, N, 3)."""
    sitk = pytest.importorskip("SimpleITK")
    shapes = []
    for path in sorted(mouse_ct_folder.glob("*-LM.nii.gz")):
        statistics = sitk.LabelShapeStatisticsImageFilter()
        statistics.Execute(sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkUInt16))
        shapes.append([statistics.GetCentroid(label) for label in sorted(statistics.GetLabels())])
    return np.array(shapes)


@pytest.fixture(scope="session")
def strains(mouse_mesh_folder: Path) -> np.ndarray:
    """Markups of the mouse strains, LPS mm, shape (S, N, 3)."""
    shapes = []
    for path in sorted(mouse_mesh_folder.glob("*.mrk.json")):
        points = json.loads(path.read_text())["markups"][0]["controlPoints"]
        shapes.append([point["position"] for point in points])
    return np.array(shapes, dtype=float)
