"""What the section "Review" thinks: a session, its points in the scene, and what can be done with them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.cards import ModelCard, model_cards
from craniomark.desktop.comparing import Comparison
from craniomark.desktop.inputs import check_place, checked_volume, is_surface, own_frame_of
from craniomark.desktop.results import SPECIMEN, specimen_of
from craniomark.desktop.review_points import ReviewPoints
from craniomark.desktop.review_rows import Row, rows_of
from craniomark.desktop.snapping import REACH_MM, on_bone, on_mesh
from craniomark.desktop.words import sentence, together, tr
from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.flows.pipeline.source import Source
from craniomark.flows.review import Desk, Listener, Session, open_as_observer, open_blind, open_review
from craniomark.flows.review.content import REPEAT
from craniomark.flows.review.places import check_observer
from craniomark.flows.review.point import Place
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.mrml import Node, surface_of, volume_of

SLICE, CROSSHAIR = "vtkMRMLSliceNode", "vtkMRMLCrosshairNode"
REVIEW, OBSERVER, BLIND = "review", "observer", "blind"
MODES = (REVIEW, OBSERVER, BLIND)
_STILL = 1e-9


class ReviewPresenter:
    """Reviews one specimen at a time.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    cards : callable
        Gives the models that there are, for definitions.
    program : str
        What is used, for others who want the session.
    """

    def __init__(
        self,
        scene_of: Callable[[], Any],
        cards: Callable[[], list[ModelCard]] = model_cards,
        program: str = "3D Slicer",
    ) -> None:
        self._scene_of, self.cards, self._program = scene_of, cards, program
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str, str], None] = lambda _kind, _words: None
        self.settled: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda place: place
        """Given where a point was dragged to, world LPS mm, shape (3,); tells where it comes to lie."""
        self.session: Session | None = None
        self.limit_mm = 0.0
        """Points with a larger estimate are coloured as doubtful; 0: only those that are flagged."""
        self.points = ReviewPoints(scene_of, self._dragged)
        self.comparison = Comparison(scene_of)
        self.card: ModelCard | None = None
        """Of the model that predicted, or of another one that has all landmarks."""
        self._volume = ""
        self._watch = 0
        self._placement = np.eye(4)
        self._threshold: float | None = None
        self.who: Callable[[], str] | None = None
        """Tells who decides now; where it is None, who opened the review does."""

    @property
    def volume(self) -> Node | None:
        """The scan; None where it was deleted."""
        return self._scene_of().GetNodeByID(self._volume) if self._volume else None

    @property
    def on_surface(self) -> bool:
        """Whether a surface model is reviewed, which slice views can't show."""
        return is_surface(self.volume)

    def open(
        self,
        volume: Node | None,
        folder: str,
        observer: str = "",
        mode: str = REVIEW,
        scan: Source | None = None,
    ) -> Session:
        """Begin or go on with the review of a volume; a large scan is best read before, for `scan`.

        Raises
        ------
        InputError
            If there is nothing to review, a name is needed, or a file is damaged.
        """
        node = checked_volume(volume)
        if not folder.strip():
            raise InputError(tr("Results"), tr("folder"), tr("none"), tr("choose where results are kept"))
        self.close()
        place, id_ = Path(folder).expanduser().absolute(), specimen_of(node)
        desk = Desk(observer, self._program)
        session = _opened(mode, place, id_, desk, scan)
        try:
            check_place(node, session.scan)
            self._begin_points(node, session)
        except Exception:
            session.close()
            raise
        self.session, self._volume, self._threshold = session, node.GetID(), None
        self._placement = own_frame_of(node)
        self._watch = node.AddObserver(node.TransformModifiedEvent, self._posed)
        node.SetAttribute(SPECIMEN, id_)
        self.card = self._model_of(session)
        self.comparison.look(session)
        session.listen(Listener(lambda _: self._show(), self._show, self._status))
        if not session.current and session.next() is None and session.queue:
            session.go(session.queue[0])
        self._jump()
        words = " ".join((session.read_only, *session.notes)).strip()
        if words:
            self.told("doubt", words)
        return session

    def close(self) -> None:
        """End the review; all is saved, and it can be opened again."""
        session, self.session = self.session, None
        if session is None:
            return
        self.points.end()
        self.comparison.look(None)
        if self.volume is not None:
            self.volume.RemoveObserver(self._watch)
        self._volume, self.card = "", None
        try:
            session.close()
            if session.unsaved:
                self.told("fault", session.trouble)
        except (InputError, OSError) as error:
            self.told("fault", sentence(error))
        self.changed()

    @property
    def rows(self) -> list[Row]:
        """Lines of the table, the most doubtful first."""
        session = self.session
        return rows_of(session, self._coloured(), self.comparison) if session is not None else []

    @property
    def progress_words(self) -> str:
        """How far it is, in a sentence."""
        if self.session is None:
            return ""
        told, seconds = self.session.progress, round(self.session.seconds)
        words = tr("{id}: {reviewed} of {points} points reviewed, {doubtful} doubtful left, {time}.")
        time = tr("{minutes} min {seconds} s").format(minutes=seconds // 60, seconds=seconds % 60)
        return words.format(
            id=self.session.id, reviewed=told.reviewed, points=told.points, doubtful=told.doubtful, time=time
        )

    @property
    def definition(self) -> str:
        """Where the landmark under review lies, in words."""
        current = self.session.current if self.session else ""
        if not current:
            return ""
        words = self.card.definitions.get(current, "") if self.card else ""
        words = words or tr("the model does not describe it")
        return together(tr("Landmark {label}: {words}.").format(label=current, words=words.rstrip(".")))

    @property
    def noted(self) -> str:
        """The remark on the point under review."""
        return self.session.points[self.session.current].note if self.session and self.session.current else ""

    def go(self, label: str) -> None:
        """Turn to a point."""
        session = self._open()
        if label != session.current:
            session.go(label)
        self._jump()

    def step(self, step: int) -> None:
        """Turn to the next doubtful point, or where none is left to the next that nobody decided on."""
        session = self._open()
        if session.next(step) is None and session.next(step, doubtful=False) is None:
            left = not session.progress.complete
            self.told("note", tr("This is the last point.") if left else tr("All points are reviewed."))
        self._jump()

    def accept(self) -> None:
        """The point is right; on to the next."""
        self._decided().accept()
        self.step(1)

    def missing(self) -> None:
        """The specimen lacks the landmark; on to the next."""
        self._decided().set_missing()
        self.step(1)

    def restore(self) -> None:
        """Put the point back to where and what it was before any person's change."""
        self._turn(self._decided().restore())

    def note(self, label: str, text: str) -> None:
        """Write a remark on a point."""
        self._decided().note(label, text.strip())

    def compare(self, number: int) -> None:
        """Show the other digitising of this number over the points; -1 for none."""
        self.comparison.show(number, self.volume)
        self.changed()

    def undo(self) -> None:
        """Take the last change back."""
        self._turn(self._open().undo())

    def redo(self) -> None:
        """Make it again."""
        self._turn(self._open().redo())

    def snap(self) -> float:
        """Put the point onto the nearest bone surface; returns how far it moved, mm."""
        session, volume = self._decided(), self.volume
        point = session.points[self._current()]
        if volume is None:
            raise InputError(session.id, tr("volume"), tr("deleted"), tr("load it and open the review again"))
        if point.position is None:
            raise InputError(session.current, tr("point"), tr("missing"), tr("place it first"))
        self._show()  # where the list was deleted
        found = self.on_bone(self.points.world(point.position))
        if found is None:
            remedy = tr("move it nearer to the bone first")
            raise InputError(session.current, tr("bone surface"), tr("none near the point"), remedy)
        place = self.points.own(found)
        session.move(session.current, place)
        return point.distance(place)

    def on_bone(self, place: NDArray[np.float64], reach_mm: float = REACH_MM) -> NDArray[np.float64] | None:
        """The nearest place on the bone, world LPS mm, shape (3,); None where none is in reach."""
        volume = self.volume
        if volume is None:
            return None
        if is_surface(volume):
            return on_mesh(surface_of(volume), place, reach_mm)
        scan = volume_of(volume, shared=True, trusted=True)
        if self._threshold is None:
            self._threshold = bone_threshold(scan)
        return on_bone(scan, place, self._threshold, reach_mm)

    def follow_pose(self) -> None:
        """Let the points stand under the transform of the volume as it is now."""
        volume = self.volume
        if self.session is None or volume is None:
            return
        for node in (self.points.node, self.comparison.node):
            if node is not None:
                node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        self._jump()

    def place(self) -> None:
        """Put the point where the mouse is over a view, or else at the crosshair."""
        session, ras = self._decided(), [0.0, 0.0, 0.0]
        self._show()  # where the list was deleted
        if self.points.node is None:
            raise InputError(session.id, tr("volume"), tr("deleted"), tr("load it and open the review again"))
        crosshair = self._scene_of().GetFirstNodeByClass(CROSSHAIR)
        if crosshair is None:
            remedy = tr("move the mouse over a slice view, and press the key")
            raise InputError(self._current(), tr("place"), tr("none"), remedy)
        if not crosshair.GetCursorPositionRAS(ras):
            crosshair.GetCrosshairRAS(ras)
        session.move(self._current(), self.points.own(np.array([-ras[0], -ras[1], ras[2]])))

    def chosen(self, which: str, selected: Sequence[str]) -> tuple[str, ...]:
        """Labels to refine: ``"flagged"``, ``"uncertain"`` or ``"selected"``.

        Uncertain points have an estimate above one and a half times the median of the specimen.
        """
        session = self._open()
        here = {label: point for label, point in session.points.items() if point.position is not None}
        if which == "selected":
            return tuple(label for label in selected if label in here)
        left = {label: point for label, point in here.items() if not point.reviewed}
        if which == "flagged":
            return tuple(label for label in left if session.is_doubtful(label))
        known = [point.error90_mm for point in here.values() if point.error90_mm is not None]
        limit = 1.5 * float(np.median(known)) if known else 0.0
        return tuple(label for label, point in left.items() if (point.error90_mm or 0.0) > limit)

    def take(self, landmarks: LandmarkSet, word: str, only: Iterable[str] | None = None) -> int:
        """Take points that a program computed; returns how many changed."""
        change = self._decided().take(landmarks, word, None if only is None else list(only))
        self._jump()
        return len(change.points) if change else 0

    def colour(self, limit_mm: float) -> None:
        """Colour points with a larger error estimate as doubtful too."""
        self.limit_mm = limit_mm
        if self.session is not None:
            self._show()

    def _coloured(self) -> set[str]:
        session = self.session
        if session is None:
            return set()
        return {
            label for label, point in session.points.items()
            if session.is_doubtful(label)
            or (0 < self.limit_mm < (point.error90_mm or 0.0) and not point.reviewed)
        }  # fmt: skip

    def _open(self) -> Session:
        if self.session is None:
            raise InputError(tr("Review"), tr("specimen"), tr("none"), tr("open its review first"))
        return self.session

    def _decided(self) -> Session:
        """The review, signed by who decides now; a further digitising stays that of who began it."""
        session = self._open()
        if self.who is not None and session.kind == REVIEW and not session.read_only:
            session.observer = check_observer(self.who())
        return session

    def _current(self) -> str:
        session = self._open()
        if not session.current:
            raise InputError(session.id, tr("point"), tr("none"), tr("choose a point first"))
        return session.current

    def _turn(self, change: object) -> None:
        if change is not None:
            self._jump()

    def _dragged(self, label: str, place: Place) -> None:
        try:
            world = self.points.world(place)
            settled = self.settled(world)
            self._decided().move(label, place if settled is world else self.points.own(settled))
        except Exception as error:
            self.told("fault", sentence(error))
            self._show()

    def _begin_points(self, volume: Node, session: Session) -> None:
        """Make the list of a review: each review of a specimen has its own."""
        names = {OBSERVER: tr("{id} landmarks, {who}"), REPEAT: tr("{id} landmarks, {who}, blind")}
        words = names.get(session.kind, tr("{id} landmarks"))
        name = words.format(id=session.id, who=session.observer)
        self.points.begin(volume, session.points, name, session.path.name)

    def _posed(self, _node: Node, _event: str) -> None:
        """The volume has another transform: the points go with it, unless it was hardened."""
        node, volume = self.points.node, self.volume
        if node is None or volume is None or node.GetTransformNodeID() == volume.GetTransformNodeID():
            return
        if np.allclose(own_frame_of(volume), self._placement, atol=_STILL):
            self.follow_pose()

    def _show(self) -> None:
        session = self.session
        if session is None:
            return
        volume = self.volume
        if self.points.node is None and volume is not None:
            self._begin_points(volume, session)
        self.comparison.follow(session)
        current = "" if session.read_only else session.current
        self.points.show(session.points, self._coloured(), current)
        self.changed()

    def _jump(self) -> None:
        """Let all slices show the point under review."""
        session = self.session
        if session is None:
            return
        self._show()
        point = session.points[session.current] if session.current else None
        if point is None or point.position is None or self.points.node is None:
            return
        x, y, z = self.points.world(point.position).tolist()
        scene = self._scene_of()
        for number in range(scene.GetNumberOfNodesByClass(SLICE)):
            scene.GetNthNodeByClass(number, SLICE).JumpSliceByCentering(-x, -y, z)

    def _status(self, words: str) -> None:
        self.told("fault" if words else "note", words or tr("All is saved again."))
        self.changed()

    def _model_of(self, session: Session) -> ModelCard | None:
        name = (session.model or {}).get("name")
        cards = [card for card in self.cards() if card.manifest]
        chosen = next((card for card in cards if card.name == name), None)
        return chosen or next((card for card in cards if set(session.labels) <= set(card.labels)), None)


def _opened(mode: str, folder: Path, id_: str, desk: Desk, scan: Source | None) -> Session:
    if mode == BLIND:
        return open_blind(folder, id_, desk, scan=scan)
    opener = open_as_observer if mode == OBSERVER else open_review
    return opener(folder, id_, desk, scan=scan)
