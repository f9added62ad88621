"""Damaged meshes are read or refused with an InputError, never anything else; imports stay light."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface, write_surface

SURFACE = Surface(np.eye(4)[:, :3] * 10, [[0, 1, 2], [0, 1, 3]], {"depth": np.arange(4.0)})
replacements = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(["", "\n", "-1", "nan", "4", "999999999", "list", "float", "\xff" * 4]).map(str.encode),
)


@pytest.mark.parametrize("ending", [".ply", ".stl", ".obj", ".vtk", ".vtp"])
@given(data=st.data())
@settings(max_examples=80)
def test_damage_is_an_input_error_or_harmless(ending: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write_surface(SURFACE, path)
        content = path.read_bytes()
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 12))
        path.write_bytes(content[:start] + data.draw(replacements) + content[end:])
        try:
            found = read_surface(path)
        except InputError as error:
            assert str(path) in str(error)
        else:
            assert np.isfinite(found.vertices).all()


def test_import_brings_no_vtk() -> None:
    modules = "craniomark.ground.meshes, craniomark.ground.landmarks"
    code = f"import sys, {modules}; print('vtkmodules' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4])
    assert done.stdout.strip() == "False"
