"""What the page in the browser can do, on one scene; knows neither trame nor any view."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.board import JobBoard
from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.orient_desk import OrientDesk
from craniomark.desktop.predicting import Options as PredictOptions
from craniomark.desktop.predicting import Predicted
from craniomark.desktop.results import SPECIMEN
from craniomark.desktop.reviewing import REVIEW
from craniomark.desktop.training import TrainPresenter
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import JobClient
from craniomark.flows.review.worklist import COMPLETE, DONE, DOUBTFUL
from craniomark.ground.checks import InputError
from craniomark.mrml import Node, add_volume
from craniomark.web.bone_nodes import BoneNodes
from craniomark.web.heat import Compared, HeatShown
from craniomark.web.messages import Message
from craniomark.web.options import Options
from craniomark.web.orienting import Pose
from craniomark.web.scans import Read, Scan, Scans
from craniomark.web.specimens import Specimens
from craniomark.web.surfaces import SurfaceShown

PROGRAM = "the browser"
SETTLE_MM = 0.4
"""A point that was dragged in the 3D view comes to lie on bone that is so near."""
REVIEWED = (DOUBTFUL, DONE, COMPLETE)


class Desk:
    """The presenters of the desktop, a list of specimens, and the one that is shown.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    source : Path
        A scan, a surface, or a folder of them.
    options : Options
        How it is used.
    board : JobBoard, optional
        Does the work; made where none is given.

    Raises
    ------
    InputError
        If there is no specimen.
    """

    def __init__(
        self,
        scene_of: Callable[[], Any],
        source: Path,
        options: Options,
        board: JobBoard | None = None,
    ) -> None:
        self._scene_of = scene_of
        self.board = board or JobBoard(lambda told: JobClient(told, threads=options.threads or None))
        self.specimens = Specimens(source, options.results)
        self.message = Message()
        self.landmark = LandmarkDesk(self.board, scene_of, program=PROGRAM)
        self.orient = OrientDesk(self.board, scene_of)
        self.pose = Pose(self.orient, self.landmark.review)
        self.train = TrainPresenter(self.board)
        self.scans = Scans(self.board.follow)
        self.bone, self.surface, self.heat = BoneNodes(scene_of), SurfaceShown(scene_of), HeatShown(scene_of)
        self.observer, self.mode, self.model = options.observer, REVIEW, ""
        self.orient_first, self.refine_too = True, True
        self.current, self._volume, self.loading = "", "", ""
        self._pose = ""
        self.kept = ""
        """The point that a review that is opened again begins with."""
        self.solid = False
        """Whether the point is dragged in the 3D view, so that it comes to lie on the bone."""
        self.changed: Callable[[], None] = lambda: None
        self.loaded: Callable[[Node | None], None] = lambda _: None
        """Told of the volume that is shown now, to put it into the slices; None for a surface."""
        self.landmark.connect(self._changed)
        self.landmark.review.told = self.message.tell
        self.landmark.review.settled = self._settled
        self.landmark.predict.ready = self._predicted
        self.orient.connect(self._posed, self.message.tell)
        self.train.listen(self._changed)
        self.train.on_model.append(self._use_model)
        self.message.changed = self._changed
        if self.specimens.note:
            self.message.tell("note", self.specimens.note)

    @property
    def results(self) -> str:
        """Folder of results."""
        return str(self.specimens.results)

    @property
    def volume(self) -> Node | None:
        """The scan that is shown."""
        return self._scene_of().GetNodeByID(self._volume) if self._volume else None

    @property
    def busy(self) -> bool:
        """Whether something is at work for the specimen that is shown."""
        return self.landmark.predict.busy or self.landmark.refine.busy or self.orient.busy

    # Specimens

    def begin(self) -> None:
        """Open the first specimen that needs somebody."""
        entry = self.specimens.next() or next(iter(self.specimens.entries), None)
        if entry is not None:
            self.open(entry.id)

    def open(self, id_: str) -> None:
        """Read a specimen, and go on with its review if there is one."""
        self._check_free()
        specimen = self.specimens.specimen(id_)
        if self.current:
            self.message.clear()
        self.loading = id_
        self.mode = REVIEW
        self.scans.ask(specimen, lambda found: self._opened(id_, found), self._unread)
        self._changed()

    def add(self, path: Path) -> None:
        """Put a file into the list, such as one that was uploaded, and open it."""
        self.open(self.specimens.add(path))

    def go_on(self, step: int = 1) -> None:
        """To the next specimen that needs somebody; of an analysis, to the next one."""
        if self.specimens.analysed:
            self.beside(step)
            return
        entry = self.specimens.next(self.current, step)
        if entry is None:
            self.message.tell("note", tr("All specimens are reviewed."))
            self._changed()
        else:
            self.open(entry.id)

    def beside(self, step: int) -> None:
        """To the next better specimen of an analysis, 1, or the next worse, -1; stays at the ends."""
        name = self.specimens.beside(self.current, step)
        if name is not None:
            self.open(name)

    def pick(self, ras: NDArray[np.float64]) -> bool:
        """Read the vertex nearest to a place of the world, RAS mm, shape (3,); tells whether there is any."""
        return (self.heat.pick(ras) or self.surface.pick(ras)) is not None

    def review_as(self, mode: str, observer: str) -> None:
        """Review the specimen anew: as its review, by a further observer, or blind."""
        self._check_free()
        self.landmark.open(self._there(), self.results, observer, mode, self._reviewing)
        self.mode, self.observer = mode, observer.strip()
        self._changed()

    def _check_free(self) -> None:
        if self.busy:
            remedy = tr("wait for it, or stop it")
            raise InputError(self.current, tr("specimen"), tr("being worked on"), remedy)

    def _there(self) -> Node:
        volume = self.volume
        if volume is None:
            raise InputError(tr("Specimen"), tr("scan"), tr("none"), tr("open one from the list"))
        return volume

    def _unread(self, error: Exception) -> None:
        self.loading = ""
        self.message.tell("fault", sentence(error))
        self._changed()

    def _opened(self, id_: str, found: Read) -> None:
        self._clear()
        self.loading, self.current = "", id_
        if isinstance(found, Scan):
            self._show(id_, found)
        else:
            if isinstance(found, Compared):
                self.heat.show(id_, found, self.specimens.analysed.get(id_))
            else:
                self.surface.show(found, id_)
            self.loaded(None)
        following = self.specimens.next(id_)
        ahead = following.id if following is not None else self.specimens.beside(id_, 1)
        if ahead is not None and ahead != id_:
            self.scans.ahead(self.specimens.specimen(ahead))
        self._changed()

    def _show(self, id_: str, scan: Scan) -> None:
        volume = add_volume(self._scene_of(), scan.volume, id_)
        volume.SetAttribute(SPECIMEN, id_)
        volume.CreateDefaultDisplayNodes()
        self._volume = volume.GetID()
        self.bone.show(scan.bone, volume)
        self.loaded(volume)
        if scan.volume.notes:
            self.message.tell("doubt", " ".join(scan.volume.notes))
        if self.specimens[id_].state in REVIEWED:
            try:
                self.landmark.open(volume, self.results, self.observer, self.mode, self._reviewing)
            except (InputError, OSError) as error:
                self.message.tell("fault", sentence(error))

    def _reviewing(self) -> None:
        session = self.landmark.review.session
        if session is not None:
            self.specimens.follow(session)
            self.kept = session.current
        self._changed()

    def _clear(self) -> None:
        """Take the specimen out of the scene; its review is saved."""
        review, scene = self.landmark.review, self._scene_of()
        points = review.points.node
        review.close()
        self.bone.end()
        self.surface.end()
        self.heat.end()
        self.pose.forget()
        volume = self.volume
        transform = volume.GetParentTransformNode() if volume is not None else None
        for node in (points, volume, transform):
            if node is not None:
                scene.RemoveNode(node)
        if self.current:
            self.specimens.refresh(self.current)
        self._volume, self.current, self._pose = "", "", ""

    # Work of the child

    def predict(self) -> None:
        """Find the landmarks of the scan that is shown."""
        self.message.clear()
        self.landmark.predict.predict(self._there(), self.results, self._asked())

    def predict_all(self) -> None:
        """Find those of all scans of the folder that have none."""
        self.message.clear()
        scans = self.specimens.write_unpredicted()
        self.landmark.folder.predict(str(scans), self.results, self._asked(), resume=True)

    def refine(self, which: str, selected: tuple[str, ...] = ()) -> None:
        """Search points anew: ``"flagged"``, ``"uncertain"`` or ``"selected"``."""
        self.message.clear()
        self.landmark.refine.refine(self.landmark.review.chosen(which, selected), self.model or None)

    def turn_upright(self) -> None:
        """Search the pose of the scan that is shown."""
        self.message.clear()
        self.orient.forget()
        self.orient.poses.orient([self._there()], self.model or None)

    def show_pose(self, which: str) -> None:
        """Show the scan before or after it was turned upright."""
        self.pose.show(which, self._there())
        self._posed()

    def cancel(self) -> None:
        """Stop what is at work; a training goes on."""
        self.landmark.cancel()
        self.orient.cancel()

    def take_outcome(self) -> None:
        """Tell how the last work ended, once."""
        outcome = self.landmark.take_outcome()
        if outcome is None and self.orient.shown.outcomes and not self.orient.busy:
            kind, words = self.orient.shown.summary()
            self.orient.forget()
            self.message.tell(kind, words)
            return
        if outcome is not None:
            self.specimens.look()
            self.message.tell(outcome.kind, outcome.message, outcome.details)

    def keep_place(self) -> None:
        """Save which point is under review, once there is something that was reviewed."""
        session = self.landmark.review.session
        if session is None or session.read_only or session.current == self.kept:
            return
        if session.path.exists():
            session.save()
            self.kept = session.current

    def close(self) -> None:
        """End the review, which is saved, and the child."""
        self.landmark.disconnect()
        self.orient.disconnect()
        self.scans.forget()
        self.board.close(10.0)

    def _asked(self) -> PredictOptions:
        return PredictOptions(self.model or None, self.orient_first, self.refine_too)

    def _predicted(self, made: Predicted) -> None:
        review = self.landmark.review
        review.open(made.volume, str(made.folder), self.observer)
        if made.fresh is not None:
            review.take(made.fresh, "predict")
        self.mode = REVIEW
        self.specimens.look()
        self._reviewing()

    def _use_model(self, path: Path) -> None:
        self.model = str(path)
        self.message.tell("note", tr("{name} is chosen for new scans.").format(name=path.name))

    def _posed(self) -> None:
        volume = self.volume
        if volume is not None and not self.orient.busy:
            self.bone.follow(volume)
            self.pose.follow(volume)
            if self._pose != (volume.GetTransformNodeID() or ""):
                self._pose = volume.GetTransformNodeID() or ""
                self._show_again(volume)
        self._changed()

    def _show_again(self, volume: Node) -> None:
        """Let the views show the whole of a volume that has moved, at the point under review."""
        self.loaded(volume)
        review = self.landmark.review
        if review.session is not None and review.session.current:
            review.go(review.session.current)

    def _settled(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        found = self.landmark.review.on_bone(place, SETTLE_MM) if self.solid else None
        return place if found is None else found

    def _changed(self) -> None:
        self.changed()
