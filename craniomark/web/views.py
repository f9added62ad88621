"""The views of the page: Slicer's slices and 3D view, what they show, and what is dragged in them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.mrml import Node
from craniomark.mrml.frames import array_of
from craniomark.web.bone_nodes import COLOUR
from craniomark.web.layouts import FOUR, layouts, slice_overlay, solid_overlay

BACKGROUNDS = {"dark": ("#14181b", "#2b3338"), "light": ("#7d9199", "#e6ecee")}
FPS, ASIDE_FPS, QUALITY = 25.0, 5.0, 60
"""Pictures a second of the view under the mouse, and of the others, so that they leave it time."""
_LEFT_PRESS, _LEFT_RELEASE = "LeftButtonPressEvent", "LeftButtonReleaseEvent"
_ZOOMS = (
    "RightButtonPressEvent", "MiddleButtonPressEvent", "MouseWheelForwardEvent", "MouseWheelBackwardEvent",
)  # fmt: skip
"""What may change the part that a view shows."""
_MARGIN = 1.03
_FIRST = 1000.0
_SCALE = 0.2
"""Of Slicer's views, for each pixel of the page."""
_STILL_PIXELS = 4


class Views:
    """Makes and drives the views of one server.

    Parameters
    ----------
    server : trame server
        Not started yet.
    """

    def __init__(self, server: Any) -> None:
        choose_rendering()
        from trame_slicer.core import LayoutManager, SlicerApp
        from trame_slicer.rca_view import RemoteSliceViewFactory, RemoteThreeDViewFactory

        self.app = SlicerApp()
        kinds = ((RemoteSliceViewFactory, slice_overlay), (RemoteThreeDViewFactory, solid_overlay))
        self._factories = [
            factory(
                server, populate_view_ui_f=partial(overlay, show_all=self.show_all), target_fps=FPS,
                blur_fps=ASIDE_FPS, interactive_quality=QUALITY,
            )
            for factory, overlay in kinds
        ]  # fmt: skip
        for factory in self._factories:
            self.app.view_manager.register_factory(factory)
        self.layout = LayoutManager(self.app.scene, self.app.view_manager, server)
        self.layout.register_layout_dict(layouts(), lazy_initialization=True)
        with _without_warnings():  # trame-slicer observes what VTK will do without some day
            self.layout.create_layout_views_if_needed(FOUR)
        self.layout.set_layout(FOUR)
        self.pressed: Callable[[Any], None] = lambda _view: None
        """Told in which view the left button went down."""
        self.released: Callable[[], None] = lambda: None
        self.clicked: Callable[[NDArray[np.float64]], None] = lambda _ras: None
        """Told where a surface was clicked in the 3D view, RAS mm, shape (3,)."""
        self._down, self._slice = (0, 0), ""
        self._held: Any = None
        self._whole: dict[str, NDArray[np.float64]] = {}
        """Views that show everything, and go on to do so; and what lies in the middle of slices."""
        for view in self.slices:
            self._watch(view, False)
            view.render_window().SetMultiSamples(0)
        for view in self.solids:
            self._watch(view, True)
            view.render_window().SetMultiSamples(0)
            view.renderer().UseFXAAOn()
            view.get_view_node().SetUseDepthPeeling(False)
            view.get_view_node().SetOrientationMarkerType(view.get_view_node().OrientationMarkerTypeAxes)

    @property
    def scene(self) -> Any:
        """The scene that the views show."""
        return self.app.scene

    @property
    def slices(self) -> list[Any]:
        """Slice views."""
        return list(self.app.view_manager.get_slice_views())

    @property
    def solids(self) -> list[Any]:
        """3D views."""
        return list(self.app.view_manager.get_threed_views())

    @property
    def slice_node(self) -> Any:
        """Of the slice that is alone, or was pressed last; else of the axial one."""
        shown = self.app.view_manager.filter_visible_views(self.slices) or self.slices
        chosen = next((view for view in shown if view.get_singleton_tag() == self._slice), shown[0])
        return chosen.get_view_node()

    def show(self, volume: Node | None) -> None:
        """Show a volume in the slices, and all of the scene in the 3D view."""
        for view in self.slices:
            view.set_background_volume_id(volume.GetID() if volume is not None else None)
        self.reset()

    def reset(self) -> None:
        """Let all views show everything."""
        for view in (*self.slices, *self.solids):
            self.show_all(view)

    def show_all(self, view: Any) -> None:
        """Let one view show everything."""
        view.reset_view()
        self._fit(view)

    def keep_whole(self) -> None:
        """Let slices that showed everything do so again: a jump to a point brings it into their middle."""
        for view in self.slices:
            middle = self._whole.get(view.get_singleton_tag())
            if middle is not None and not np.allclose(middle, _middle(view), atol=1e-6):
                self._fit(view)

    def follow(self, lps: NDArray[np.float64]) -> None:
        """Let all slices go through a place in the world, LPS mm, shape (3,), without moving them aside."""
        x, y, z = lps.tolist()
        for view in self.slices:
            view.get_view_node().JumpSliceByOffsetting(-x, -y, z)

    def hurry(self, hurried: bool) -> None:
        """Draw the 3D view more roughly while something is dragged."""
        for view in self.solids:
            view.renderer().SetUseFXAA(not hurried)

    def paint(self, theme: str) -> None:
        """Give the 3D view the colours of a theme."""
        from trame_slicer.views import ViewProps

        for view in self.solids:
            view.set_view_properties(ViewProps(background_color=BACKGROUNDS[theme], box_visible=False))
            view.schedule_render()

    def arrange(self, layout: str) -> None:
        """Choose the layout of the views."""
        if self.layout.has_layout(layout):
            self.layout.set_layout(layout)

    @property
    def quick(self) -> bool:
        """Whether a graphics card draws, so that volumes can be drawn as such."""
        return not is_software(self.renderer())

    def render(self, volume: Node, shown: bool, threshold: float) -> None:
        """Draw the volume itself in the 3D view, opaque from a brightness on; or draw it no more."""
        rendering = self.app.volume_rendering
        if not shown and not rendering.has_vr_display_node(volume):
            return
        if not rendering.has_vr_display_node(volume):
            display = rendering.create_display_node(volume, "")
            _put_transfer(display.GetVolumePropertyNode(), threshold)
        rendering.get_vr_display_node(volume).SetVisibility(shown)

    def renderer(self) -> str:
        """What draws, as it tells; known once a view was drawn."""
        for view in self.solids:
            told = view.render_window().ReportCapabilities() or ""
            for line in told.splitlines():
                if "renderer string" in line.lower():
                    return str(line.partition(":")[2].strip())
        return ""

    def scale_of(self, view: Any) -> float:
        """Pixels of a view for each of the page: more than one on fine screens."""
        return float(self._remote_of(view).scale_factor)

    def let_go(self) -> None:
        """End a drag whose page is gone: nobody else releases the button."""
        if self._held is not None:
            self._held.interactor().InvokeEvent(_LEFT_RELEASE)

    def close(self) -> None:
        """Let go of the windows."""
        for view in (*self.slices, *self.solids):
            view.finalize()

    def _remote_of(self, view: Any) -> Any:
        """What sends a view to the page."""
        found = (factory.get_factory_view(view.get_singleton_tag()) for factory in self._factories)
        return next(one.view_adapter for one in found if one is not None)

    def _resized(self, view: Any) -> None:
        """The page has a view in another size."""
        # points, names and how near the mouse must come are as large on a fine screen as on any
        view.get_view_node().SetScreenScaleFactor(_SCALE * self.scale_of(view))
        if view.get_singleton_tag() in self._whole:
            self._fit(view)

    def _fit(self, view: Any) -> None:
        """Let a view show everything; a slice stays where it is."""
        at = None if view in self.solids else view.get_slice_value()
        view.fit_view_to_content()
        if at is not None:
            view.set_slice_value(at)
            volume = self.scene.GetNodeByID(view.get_background_volume_id() or "")
            if volume is not None:
                widen(view.get_view_node(), volume)
        self._whole[view.get_singleton_tag()] = np.zeros(2) if at is None else _middle(view)
        view.schedule_render()

    def _watch(self, view: Any, solid: bool) -> None:
        interactor, remote = view.interactor(), self._remote_of(view)
        size = remote.update_size

        def press(*_: object) -> None:
            self._down, self._held = interactor.GetEventPosition(), view
            self._slice = self._slice if solid else view.get_singleton_tag()
            self.pressed(view)

        def release(*_: object) -> None:
            self._held = None
            self.released()
            moved = np.abs(np.subtract(interactor.GetEventPosition(), self._down)).max()
            if solid and moved <= _STILL_PIXELS:
                self._pick(view)

        def resize(*told: object) -> None:
            size(*told)
            self._resized(view)

        def touched(_interactor: object, event: str) -> None:
            if solid or "Wheel" not in event or interactor.GetControlKey():  # else it goes through the slices
                self._whole.pop(view.get_singleton_tag(), None)

        remote.update_size = resize
        for event in (_LEFT_PRESS, *_ZOOMS) if solid else _ZOOMS:
            interactor.AddObserver(event, touched, _FIRST)
        interactor.AddObserver(_LEFT_PRESS, press, _FIRST)
        # first, as the widgets keep what they use from those behind them
        interactor.AddObserver(_LEFT_RELEASE, release, _FIRST)

    def _pick(self, view: Any) -> None:
        from vtkmodules.vtkRenderingCore import vtkCellPicker

        picker = vtkCellPicker()
        x, y = self._down
        if picker.Pick(x, y, 0, view.renderer()) and picker.GetDataSet() is not None:
            self.clicked(np.array(picker.GetPickPosition()))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep VTK's warnings from the terminal; its errors still come."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkObject

    shown, before = vtkObject.GetGlobalWarningDisplay(), vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
    vtkObject.GlobalWarningDisplayOff()
    try:
        yield
    finally:
        vtkObject.SetGlobalWarningDisplay(shown)
        vtkLogger.SetStderrVerbosity(before)


def choose_rendering() -> None:
    """Let VTK draw without a display where there is none."""
    import os
    from ctypes.util import find_library

    if sys.platform != "linux" or os.environ.get("DISPLAY"):
        return
    kind = "vtkEGLRenderWindow" if find_library("EGL") else "vtkOSOpenGLRenderWindow"
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", kind)


def _put_transfer(properties: Node, threshold: float) -> None:
    """Bone in its colour, opaque a little above the threshold."""
    from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
    from vtkmodules.vtkRenderingCore import vtkColorTransferFunction

    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    for brightness, value in ((0.75, 0.0), (1.0, 0.35), (1.4, 0.9)):
        opacity.AddPoint(brightness * threshold, value)
    for brightness, shade in ((0.75, 0.6), (1.4, 1.0)):
        colour.AddRGBPoint(brightness * threshold, *(shade * part for part in COLOUR))
    properties.SetScalarOpacity(opacity)
    properties.SetColor(colour)
    properties.GetVolumeProperty().ShadeOn()


def _middle(view: Any) -> NDArray[np.float64]:
    """What lies in the middle of a slice, mm along its own axes, shape (2,)."""
    axes = array_of(view.get_view_node().GetSliceToRAS())
    return np.asarray(axes[:3, :2].T @ axes[:3, 3])


def widen(slice_node: Any, volume: Node) -> None:
    """Let a slice show all of a volume: Slicer fits one side of the view, and may cut the other off."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    inverse, bounds = vtkMatrix4x4(), [0.0] * 6
    vtkMatrix4x4.Invert(slice_node.GetSliceToRAS(), inverse)
    volume.GetRASBounds(bounds)
    corners = np.array(list(product(*(bounds[two : two + 2] for two in (0, 2, 4)))))
    onto = np.array([inverse.MultiplyPoint((*corner, 1.0))[:2] for corner in corners])
    across, up, deep = slice_node.GetFieldOfView()
    lack = float(np.max(_MARGIN * np.ptp(onto, axis=0) / (across, up)))
    if lack > 1:
        slice_node.SetFieldOfView(across * lack, up * lack, deep)


def is_software(renderer: str) -> bool:
    """Whether a renderer computes without a graphics card; also where nothing is known."""
    told = renderer.lower()
    return not told or any(one in told for one in ("llvmpipe", "softpipe", "swrast", "software", "swr"))
