import subprocess
import sys

import numpy as np
from hypothesis import given
from mrml_scene import affine, placement, seeds

from craniomark.mrml.frames import turned, turned_placement, turned_transform


def test_right_and_front_become_left_and_back():
    np.testing.assert_array_equal(turned([[1, 2, 3]]), [[-1, -2, 3]])


@given(seeds)
def test_placements_and_transforms_agree_with_points(seed):
    point = np.random.default_rng(seed).normal(0, 10, 3)
    place, move = placement(seed), affine(seed)
    ras = place[:3, :3] @ point + place[:3, 3]
    turned_place = turned_placement(place)
    np.testing.assert_allclose(turned_place[:3, :3] @ point + turned_place[:3, 3], turned(ras), atol=1e-9)
    turned_move = turned_transform(move)
    moved = turned_move[:3, :3] @ turned(ras) + turned_move[:3, 3]
    np.testing.assert_allclose(moved, turned(move[:3, :3] @ ras + move[:3, 3]), atol=1e-9)


@given(seeds)
def test_turning_keeps_handedness_and_is_its_own_inverse(seed):
    move = affine(seed)
    assert np.isclose(np.linalg.det(turned_transform(move)), np.linalg.det(move))
    np.testing.assert_array_equal(turned_transform(turned_transform(move)), move)


def test_the_bridge_brings_neither_torch_nor_vtk_nor_slicer(repository):
    """The panels import it: torch stays in the job's process, the others come with Slicer."""
    script = (
        "import sys, pkgutil, importlib, craniomark.mrml as bridge\n"
        "for module in pkgutil.iter_modules(bridge.__path__, 'craniomark.mrml.'):\n"
        "    importlib.import_module(module.name)\n"
        "heavy = {'torch', 'monai', 'vtk', 'vtkmodules', 'slicer', 'SimpleITK', 'qt'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=repository, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
