"""What draws: a graphics card, or the processor."""

import pytest

from craniomark.web.views import choose_rendering, is_software


@pytest.mark.parametrize(
    ("renderer", "software"),
    [("llvmpipe (LLVM 15.0.6, 256 bits)", True), ("", True), ("NVIDIA RTX A2000/PCIe/SSE2", False)],
)
def test_volumes_are_drawn_where_a_graphics_card_does_it(renderer, software):
    assert is_software(renderer) is software


def test_without_a_display_vtk_is_told_to_do_without(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "as the user wishes")
    choose_rendering()
    import os

    assert os.environ["VTK_DEFAULT_OPENGL_WINDOW"] == "as the user wishes"
    monkeypatch.delenv("VTK_DEFAULT_OPENGL_WINDOW")
    choose_rendering()
    assert os.environ["VTK_DEFAULT_OPENGL_WINDOW"] in ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow")
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "")  # so that it is undone
