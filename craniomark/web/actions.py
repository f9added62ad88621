"""What buttons and keys do, by name; a failure is told and never raised."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.cohorts import export_to, training_set, written_words
from craniomark.desktop.reviewing import MODES
from craniomark.desktop.words import tr
from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.flows.review import Written, write_results
from craniomark.ground.checks import InputError, written_whole
from craniomark.mrml import volume_of
from craniomark.web.desk import Desk
from craniomark.web.downloads import link
from craniomark.web.keys import STEPS, action_of
from craniomark.web.nudging import nudged
from craniomark.web.places import EXPORTS, TRAININGS

LAYOUTS = ("four", "solid", "axial", "coronal", "sagittal")
ALL = "all"


class Shown(Protocol):
    """What actions need of the views."""

    def arrange(self, layout: str) -> None: ...

    def reset(self) -> None: ...

    def follow(self, lps: NDArray[np.float64]) -> None: ...

    def render(self, volume: Any, shown: bool, threshold: float) -> None: ...

    @property
    def slice_node(self) -> Any: ...


class Actions:
    """Does things with the desk.

    Parameters
    ----------
    desk : Desk
        Does what concerns specimens.
    views : Shown
        The views.
    """

    def __init__(self, desk: Desk, views: Shown) -> None:
        self._desk, self._views = desk, views
        self.help_shown: Callable[[], None] = lambda: None
        self.arranged: Callable[[str], None] = lambda _: None
        self.downloads: tuple[tuple[str, str], ...] = ()
        """Name and address of what was exported last."""
        review = desk.landmark.review
        self._by_name: dict[str, Callable[[], object]] = {
            "next": lambda: review.step(1), "previous": lambda: review.step(-1),
            "accept": review.accept, "missing": review.missing, "snap": self.snap, "place": review.place,
            "restore": review.restore, "undo": review.undo, "redo": review.redo, "reset": self.reset,
            "specimen": desk.go_on, "specimen_before": lambda: desk.go_on(-1),
            "help": lambda: self.help_shown(), "predict": desk.predict, "predict_all": desk.predict_all,
            "upright": desk.turn_upright, "flip": self.flip, "pose_undo": desk.pose.undo,
            "cancel": desk.cancel, "results": self.write_results, "gather": self.gather,
            "pause_folder": desk.landmark.folder.pause, "resume_folder": desk.landmark.folder.go_on,
            "train_pause": desk.train.pause, "train_stop": desk.train.stop, "train_use": desk.train.use,
        }  # fmt: skip
        for name in LAYOUTS:
            self._by_name[name] = lambda name=name: self.arrange(name)  # type: ignore[misc]
        for name in STEPS:
            self._by_name[name] = lambda name=name: self.nudge(name)  # type: ignore[misc]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all that `do` can do."""
        return tuple(self._by_name)

    def do(self, name: str) -> None:
        """Do something by its name."""
        self.guarded(self._by_name[name])()

    def key(self, key: str) -> None:
        """Do what a key does, if anything."""
        name = action_of(str(key))
        if name:
            self._desk_works()
            self.do(name)

    def guarded(self, action: Callable[..., object]) -> Callable[..., None]:
        """An action whose failure is told, and after which the page is shown anew."""
        told = self._desk.message.guarded(action)

        def acted(*args: Any, **named: Any) -> None:
            told(*args, **named)
            self._desk.changed()

        return acted

    def open(self, id_: str) -> None:
        """Open a specimen."""
        self.guarded(self._desk.open)(id_)

    def go(self, label: str) -> None:
        """Turn to a point."""
        self.guarded(self._desk.landmark.review.go)(label)

    def note(self, label: str, text: str) -> None:
        """Keep a remark on a point."""
        self.guarded(self._desk.landmark.review.note)(label, text)

    def compare(self, number: int) -> None:
        """Show another digitising, by its number in the list; 0 for none."""
        self.guarded(self._desk.landmark.review.compare)(int(number) - 1)

    def colour(self, limit_mm: float) -> None:
        """Colour points with a larger estimate as doubtful too."""
        self.guarded(self._desk.landmark.review.colour)(max(0.0, float(limit_mm)))

    def review_as(self, mode: str, observer: str) -> None:
        """Begin another kind of review."""
        if mode in MODES:
            self.guarded(self._desk.review_as)(mode, observer)

    def refine(self, which: str) -> None:
        """Search points anew."""
        session = self._desk.landmark.review.session
        current = (session.current,) if session is not None and session.current else ()
        self.guarded(self._desk.refine)(which, current)

    def choose(self, name: str, value: Any) -> None:
        """Keep a choice: the model, or how landmarks are predicted."""
        if name == "model":
            self._desk.model = str(value or "")
        elif name in ("orient_first", "refine_too"):
            setattr(self._desk, name, bool(value))
        self._desk.changed()

    def look(self, bone: bool) -> None:
        """Show or hide the bone."""
        self._desk.bone.look(bool(bone))
        self._desk.changed()

    def clear_message(self) -> None:
        """Take the message away."""
        self._desk.message.clear()

    def render(self, shown: bool) -> None:
        """Draw the scan itself in the 3D view in place of the bone's surface."""
        volume = self._desk.volume
        if volume is not None:
            self._views.render(volume, bool(shown), bone_threshold(volume_of(volume, shared=True)))
            self.look(not shown)

    def show_pose(self, which: str) -> None:
        """Show the scan before or after it was turned upright."""
        volume = self._desk.volume
        if volume is not None and which:
            self.guarded(self._desk.show_pose)(which)

    def flip(self) -> None:
        """Exchange left and right of the scan."""
        volume = self._desk.volume
        if volume is not None:
            self._desk.orient.poses.flip(volume)

    def snap(self) -> None:
        """Put the point onto the bone."""
        moved = self._desk.landmark.review.snap()
        words = tr("The point was moved by {distance:.2f} mm onto the bone.")
        self._desk.message.tell("note", words.format(distance=moved))

    def nudge(self, name: str) -> None:
        """Move the point by a voxel in the slice that was chosen last."""
        review, volume = self._desk.landmark.review, self._desk.volume
        session = review.session
        if session is None or volume is None or not session.current:
            return
        point = session.points[session.current]
        if point.position is None:
            raise InputError(session.current, tr("point"), tr("missing"), tr("place it first"))
        mm = float(min(volume.GetSpacing()))
        place = nudged(review.points.world(point.position), self._views.slice_node, STEPS[name], mm)
        session.move(session.current, review.points.own(place))
        self._views.follow(place)

    def arrange(self, layout: str) -> None:
        """Choose the layout of the views."""
        if layout in LAYOUTS:
            self._views.arrange(layout)
            self.arranged(layout)
            self._here()

    def reset(self) -> None:
        """Show everything in all views, at the point under review."""
        self._views.reset()
        self._here()

    def export(self, format_: str, whole: bool) -> None:
        """Write the specimen, or all, for other programs; and offer it as a download."""
        self.guarded(self._export)(format_, whole)

    def write_results(self) -> None:
        """Put the reviewed points in place of the predicted ones."""
        session = self._desk.landmark.review.session
        if session is None:
            raise InputError(tr("Review"), tr("specimen"), tr("none"), tr("open its review first"))
        made = write_results(session)
        self._offer(made.files)
        self._desk.message.tell("note", written_words(made))

    def gather(self) -> None:
        """Make a data set of the reviewed specimens, and choose it for training."""
        out = self._desk.specimens.results / TRAININGS / "reviewed"
        path, words = training_set(self._desk.results, str(out), replace=True)
        self._desk.train.choose(data=str(path))
        self._desk.message.tell("note", words)

    def train_on(self, data: str, name: str, recipe: str, task: str) -> None:
        """Choose what is trained: on the reviewed specimens, or on all of the folder with landmarks."""
        self.guarded(self._train_on)(data, name, recipe, task)

    def train_start(self, data: str, name: str, recipe: str, task: str) -> None:
        """Begin what is chosen, or go on with it."""

        def start() -> None:
            if not self._desk.train.running:
                self._train_on(data, name, recipe, task)
            self._desk.train.start()

        self.guarded(start)()

    def train_check(self, data: str, name: str, recipe: str, task: str) -> None:
        """Look for faults in the data that are chosen."""

        def check() -> None:
            self._train_on(data, name, recipe, task)
            self._desk.train.check()

        self.guarded(check)()

    def surface(self, array: str) -> None:
        """Colour the surface by other numbers."""
        self.guarded(self._desk.surface.choose)(array or "")

    def surface_range(self, low: Any, high: Any) -> None:
        """Choose the ends of the scale of colours."""
        self.guarded(lambda: self._desk.surface.range(_number(low), _number(high)))()

    def beside(self, step: int) -> None:
        """To the next better specimen of an analysis, 1, or the next worse, -1."""
        self.guarded(lambda: self._desk.beside(int(step)))()

    def heat(self, name: str, value: bool) -> None:
        """Show the errors otherwise: a field of `HeatChoices` that is true or false."""
        self.guarded(lambda: self._desk.heat.choose(**{name: bool(value)}))()
        if name == "beside":
            self._views.reset()

    def heat_number(self, name: str, value: Any) -> None:
        """The same for a field with a number."""
        self.guarded(lambda: self._desk.heat.choose(**{name: _number(value)}))()

    def _train_on(self, data: str, name: str, recipe: str, task: str) -> None:
        made = self._desk.specimens.results / TRAININGS
        clean = "".join(sign for sign in name if sign.isalnum() or sign in "-_ ").strip() or "model"
        reviewed = made / "reviewed" / "specimens.csv"
        source = reviewed if data == "reviewed" else self._desk.specimens.source
        self._desk.train.choose(data=str(source), out=str(made / clean), recipe=recipe, task=task)

    def _export(self, format_: str, whole: bool) -> None:
        review = self._desk.landmark.review
        if review.session is None and not whole:
            raise InputError(tr("Export"), tr("specimen"), tr("none"), tr("open its review first"))
        session = None if whole else review.session
        out = self._desk.specimens.results / EXPORTS / (ALL if session is None else session.id)
        made = export_to(session, self._desk.results, str(out), format_, replace=True)
        self._offer(made.files if len(made.files) == 1 else (_packed(made, out / f"{format_}.zip"),))
        self._desk.message.tell("note", written_words(Written(made.files)))

    def _offer(self, files: Sequence[Path]) -> None:
        results = self._desk.specimens.results
        self.downloads = tuple((file.name, link(file, results)) for file in files)

    def _here(self) -> None:
        """Let the slices show the point under review again."""
        review = self._desk.landmark.review
        if review.session is not None and review.session.current:
            review.go(review.session.current)

    def _desk_works(self) -> None:
        if self._desk.landmark.review.session is not None:
            self._desk.landmark.review.session.work()


def _packed(made: Written, out: Path) -> Path:
    """All files of an export in one."""
    with written_whole(out) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in made.files:
            pack.write(file, file.name)
    return out


def _number(text: Any) -> float:
    try:
        number = float(str(text).replace(",", "."))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise InputError(tr("Range"), tr("number"), repr(text), tr("write a number"))
    return number
