"""Panels never import torch, and nothing of Qt or Slicer as they load."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
for name in ("torch", "monai", "slicer", "qt", "ctk", "vtk", "SimpleITK", "lightning", "pandas", "packaging",
             "scipy"):
    sys.modules[name] = None
import craniomark.desktop
for module in pkgutil.walk_packages(craniomark.desktop.__path__, "craniomark.desktop."):
    importlib.import_module(module.name)
"""


def test_the_desktop_imports_without_torch_slicer_and_qt(repository):
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
