"""The application in the browser: what is built onto a trame server."""

import asyncio
import time
from pathlib import Path
from typing import Any

from craniomark.desktop.cards import model_cards
from craniomark.desktop.training import RECIPES, TASKS
from craniomark.ground.checks import InputError
from craniomark.mrml import Node, index_of, landmarks_of, point_of
from craniomark.mrml.nodes import edited
from craniomark.web.actions import Actions
from craniomark.web.desk import Desk
from craniomark.web.grip import Grip, in_slice, in_solid
from craniomark.web.highlight import Highlight
from craniomark.web.keys import TRIGGER
from craniomark.web.layouts import FOUR, SOLID
from craniomark.web.options import Options
from craniomark.web.page import build_page
from craniomark.web.shown import choices, shown
from craniomark.web.views import Views

__all__ = ["App", "Options", "build"]

_POLL_SECONDS, _LOOK_SECONDS = 0.08, 2.0
_RECIPES = {"quick": "Quick: about twenty minutes", "default": "Full: best accuracy"}
_TASKS = {
    "all": "Everything, to a working model", "orient": "Orientation network alone",
    "landmark": "Landmark network alone", "focus": "Fine landmark network alone",
}  # fmt: skip


class App:
    """The application of one server, shown by `build`.

    Attributes
    ----------
    root : Path
        Folder of which files may be opened, and into which uploads go.
    results : Path
        Folder of results, sessions and exports.
    """

    def __init__(self, server: Any, source: Path, options: Options) -> None:
        self.server, self.options = server, options
        self.views = Views(server)
        self.desk = Desk(lambda: self.views.scene, source, options)
        self.root, self.results = self.desk.specimens.root, self.desk.specimens.results
        self.results.mkdir(parents=True, exist_ok=True)
        self.actions = Actions(self.desk, self.views)
        self._waiting, self._closed, self._looked = False, False, 0.0
        self._points = ""
        self._highlight = Highlight(lambda: self.views.scene)
        self._grip = Grip(self._held)
        self._connect()
        self._begin_state()
        build_page(server, self.actions, self.views.layout, options.theme)
        server.controller.on_server_ready.add_task(self._live)

    def open_file(self, path: Path) -> None:
        """Open a scan or surface below `root`, such as one that was uploaded; adds it to the list.

        Raises
        ------
        InputError
            If it is no scan or surface, or does not lie there.
        """
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise InputError(path, "file", f"not in {self.root}", "put it there")
        self.desk.add(path)

    def close(self) -> None:
        """End the review, which is saved, and the child."""
        if not self._closed:
            self._closed = True
            self.desk.changed = lambda: None
            self.desk.close()

    def state_for_tests(self) -> dict[str, Any]:
        """Scene and session as plain values, for tests that look from outside."""
        review = self.desk.landmark.review
        session, node = review.session, review.points.node
        placed = landmarks_of(node) if node is not None else None
        here = (
            {label: point.tolist() for label, point, there in
             zip(placed.labels, placed.points, placed.present, strict=True) if there}
            if placed is not None else {}
        )  # fmt: skip
        return {
            "specimen": self.desk.current,
            "loading": self.desk.loading,
            "kept": self.desk.kept,
            "scene_points": here,
            "session_points": {} if session is None else {
                label: list(point.position) for label, point in session.points.items() if point.position
            },
            "point_status": {} if session is None else {
                label: point.status for label, point in session.points.items()
            },
            "revision": None if session is None else len(session.ever(session.current or session.labels[0])),
            "slices": {view.get_singleton_tag(): view.get_slice_value() for view in self.views.slices},
            "layout": self.server.state.layout,
            "format": self.server.state.format,
            "mouse": self._mouse_for_tests(),
            "downloads": [name for name, _href in self.actions.downloads],
            "views": {tag: self._view_for_tests(view) for tag, view in self._views_by_name().items()},
            **shown(self.desk),
        }  # fmt: skip

    def display_position(self, view: str, label: str) -> tuple[float, float] | None:
        """Where a point is in a view, as parts of its width and height from the top left; for tests."""
        found, node = self._views_by_name().get(view), self.desk.landmark.review.points.node
        if found is None or node is None:
            return None
        at = landmarks_of(node)
        x, y, z = at.points[at.labels.index(label)].tolist()
        width, height = found.render_window().GetSize()
        flat = found.get_view_node().IsA("vtkMRMLSliceNode")
        across, up, *_ = (in_slice if flat else in_solid)(found, (-x, -y, z))
        return across / width, 1 - up / height

    def _views_by_name(self) -> dict[str, Any]:
        return {view.get_singleton_tag(): view for view in (*self.views.slices, *self.views.solids)}

    def _mouse_for_tests(self) -> list[Any]:
        """The slice that the mouse was over last, and where in it, pixels from the lower left."""
        crosshair, at = self.views.scene.GetFirstNodeByClass("vtkMRMLCrosshairNode"), [0.0] * 3
        node = crosshair.GetCursorPositionXYZ(at) if crosshair is not None else None
        return [node.GetSingletonTag(), *at[:2]] if node is not None else ["", 0.0, 0.0]

    def _view_for_tests(self, view: Any) -> dict[str, Any]:
        node = view.get_view_node()
        return {"id": node.GetID(), "size": list(view.render_window().GetSize())}

    def _connect(self) -> None:
        desk, views, actions, server = self.desk, self.views, self.actions, self.server
        desk.changed = self._changed
        desk.loaded = self._loaded
        views.pressed = self._pressed
        views.released = self._released
        views.clicked = self._clicked
        actions.help_shown = lambda: server.state.update({"help_open": True})
        actions.arranged = lambda layout: server.state.update({"layout": layout})
        server.controller.trigger(TRIGGER)(actions.key)
        server.controller.trigger("craniomark_tell")(desk.message.tell)
        server.controller.trigger("craniomark_render")(actions.render)
        server.state.change("theme")(lambda theme, **_: views.paint("dark" if theme == "dark" else "light"))

    def _begin_state(self) -> None:
        recipes = [{"title": _RECIPES.get(one, one), "value": one} for one in RECIPES]
        tasks = [{"title": _TASKS.get(one, one), "value": one} for one in TASKS]
        self.server.state.update(
            {
                "trame__title": "CranioMark", "trame__favicon": "",
                "theme": "dark" if self.options.theme == "dark" else "light",
                "tab": "review", "list_open": True, "panel_open": True,
                "help_open": False, "layout": FOUR, "quick": False, "rendered": False, "uploading": "",
                "scope": "flagged", "mode_chosen": "review", "observer_name": self.options.observer,
                "format": "csv-long", "export_all": False, "downloads": [],
                "train_data": "reviewed", "train_name": "my model", "train_recipe_chosen": RECIPES[0],
                "train_task_chosen": TASKS[0], "train_recipes": recipes, "train_tasks": tasks,
                "train_sources": [
                    {"title": "Specimens that are reviewed here", "value": "reviewed"},
                    {"title": "Scans with landmarks in the folder", "value": "folder"},
                ],
                **choices(model_cards()),
            }
        )  # fmt: skip
        self.views.paint(self.server.state.theme)
        self._show()

    async def _live(self, **_: Any) -> None:
        """Open the first specimen, and follow the child as long as the server lives."""
        if not self.desk.current and not self.desk.loading:
            self.desk.message.guarded(self.desk.begin)()
        while not self._closed:
            await asyncio.sleep(_POLL_SECONDS)
            # always: a job that was paused is cancelled by a poll, though nothing is at work
            self.desk.message.guarded(self.desk.board.poll)()
            if time.monotonic() > self._looked + _LOOK_SECONDS:
                self._looked = time.monotonic()
                self._look_on()
                self.desk.message.guarded(self.desk.keep_place)()

    def _look_on(self) -> None:
        """Of a review that somebody else writes, show what changed; go on with it once they have gone."""
        session = self.desk.landmark.review.session
        if session is None or not session.read_only:
            return
        self.desk.message.guarded(session.take_over)()
        if session.read_only:
            self.desk.message.guarded(session.refresh)()

    def _changed(self) -> None:
        """Show everything anew, once in a turn of the loop."""
        if self._waiting or self._closed:
            return
        try:
            asyncio.get_running_loop().call_soon(self._show)
            self._waiting = True
        except RuntimeError:  # the server has not started
            return

    def _show(self) -> None:
        self._waiting = False
        if self._closed:
            return
        self.desk.take_outcome()
        self._watch_points()
        self._mark()
        self.views.keep_whole()
        state = self.server.state
        before = state.specimen if state.has("specimen") else ""
        values = shown(self.desk)
        values["downloads"] = [{"name": name, "href": href} for name, href in self.actions.downloads]
        with state:
            state.update(values)
            if values["specimen"] != before:
                state.quick, state.rendered = self.views.quick, False
                alone = bool(values["surface"] or values["heat"])
                state.tab = "heat" if values["heat"] else "surface" if alone else "review"
                self._arrange(alone)
                state.downloads, self.actions.downloads = [], ()
            self._waiting = False

    def _arrange(self, surface: bool) -> None:
        """A surface is in the 3D view alone; slices come back with the next scan."""
        if surface and self.server.state.layout != SOLID:
            self._layout_before = self.server.state.layout
            self.actions.arrange(SOLID)
        elif not surface and self._layout_before:
            self.actions.arrange(self._layout_before)
            self._layout_before = ""

    def _loaded(self, volume: Node | None) -> None:
        self._mark()  # where it was before it would be taken for a part of what is shown
        self.views.show(volume)

    def _watch_points(self) -> None:
        """Let the slices follow the point while it is dragged."""
        node = self.desk.landmark.review.points.node
        identity = node.GetID() if node is not None else ""
        if identity == self._points:
            return
        self._points = identity
        if node is not None:
            node.AddObserver(node.PointModifiedEvent, lambda *_: self._dragged())
            _look(node)

    def _mark(self) -> None:
        """Mark the point under review, and let another digitising look like this one."""
        review = self.desk.landmark.review
        if review.comparison.node is not None:
            _look(review.comparison.node)
        session, node = review.session, review.points.node
        there = session is not None and session.current and node is not None
        self._highlight.show(point_of(node, session.current) if session is not None and there else None)

    def _dragged(self) -> None:
        """A point moves: the other slices go with it."""
        if not self._pressed_point:
            return
        review = self.desk.landmark.review
        session = review.session
        node = review.points.node
        if session is not None and session.current and node is not None:
            place = point_of(node, session.current)
            self.views.follow(place)
            self._highlight.show(place)

    def _held(self) -> tuple[Node, int] | None:
        """The point that may be moved."""
        review = self.desk.landmark.review
        session, node = review.session, review.points.node
        if session is None or session.read_only or not session.current or node is None:
            return None
        return node, index_of(node, session.current)

    def _pressed(self, view: Any) -> None:
        self.desk.solid = view in self.views.solids
        self._grip.take(view, self.views.scale_of(view))
        self._pressed_point = True
        self._hurry(True)

    def _released(self) -> None:
        self._pressed_point = False
        self._hurry(False)

    def _hurry(self, hurried: bool) -> None:
        """While something is dragged, draw what takes long more roughly, and no names behind the bone."""
        self.desk.bone.drag(hurried)
        self.views.hurry(hurried)
        review = self.desk.landmark.review
        for node in (review.points.node, review.comparison.node):
            if node is not None:
                node.GetDisplayNode().SetOccludedVisibility(not hurried)

    def _clicked(self, ras: Any) -> None:
        self.desk.message.guarded(self.desk.pick)(ras)
        self._changed()

    _pressed_point = False
    _layout_before = ""


def _look(points: Node) -> None:
    """Small points with small names."""
    display = points.GetDisplayNode()
    with edited(display):
        display.SetGlyphTypeFromString("Sphere3D")
        display.SetTextScale(2.6)
        display.SetGlyphScale(1.6)


def build(server: Any, source: Path, options: Options | None = None) -> App:
    """Build the application onto a trame server that has not started yet.

    Parameters
    ----------
    server : trame server
        As `trame.app.get_server` makes it.
    source : Path
        A scan, a surface, or a folder of them.
    options : Options, optional

    Returns
    -------
    App

    Raises
    ------
    InputError
        If there is nothing to open, or the extra ``web`` is not installed.
    """
    try:
        import trame_slicer  # noqa: F401
        import trame_vuetify  # noqa: F401
    except ImportError as error:
        remedy = "install what the browser needs with: pip install 'craniomark[web]'"
        raise InputError("craniomark review", "package", f"not installed ({error.name})", remedy) from error
    return App(server, source, options or Options())
