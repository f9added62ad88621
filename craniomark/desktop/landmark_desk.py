"""All that AutoLandmark can do, on one scene: its presenters, and what they have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from craniomark.desktop.background import Background
from craniomark.desktop.board import JobBoard
from craniomark.desktop.cards import ModelCard, model_cards
from craniomark.desktop.cohorts import repeat_columns
from craniomark.desktop.inputs import checked_volume, file_of
from craniomark.desktop.landmark_folder import BatchPresenter
from craniomark.desktop.landmark_pictures import LandmarkPictures
from craniomark.desktop.outcomes import Outcome
from craniomark.desktop.predicting import PredictPresenter
from craniomark.desktop.refining import RefinePresenter
from craniomark.desktop.results import specimen_of
from craniomark.desktop.reviewing import ReviewPresenter
from craniomark.desktop.words import tr
from craniomark.flows.review import identified, known_scan, unread
from craniomark.mrml import Node, add_table, put_columns
from craniomark.mrml.nodes import name_of

Worker = PredictPresenter | RefinePresenter | BatchPresenter | Background


class LandmarkDesk:
    """The presenters of AutoLandmark.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    ensure : callable
        Installs what is missing, before work begins.
    cards : callable
        Gives the models that there are.
    program : str
        What is used, for others who want a session.
    """

    def __init__(
        self,
        board: JobBoard,
        scene_of: Callable[[], Any],
        ensure: Callable[[], None] = lambda: None,
        cards: Callable[[], list[ModelCard]] = model_cards,
        program: str = "3D Slicer",
    ) -> None:
        self._board, self._scene_of = board, scene_of
        self.predict = PredictPresenter(board, scene_of, ensure)
        self.review = ReviewPresenter(scene_of, cards, program)
        self.refine = RefinePresenter(board, self.review, ensure)
        self.folder = BatchPresenter(board, ensure)
        self.background = Background(board)
        self.pictures = LandmarkPictures(board.follow)
        self._table = ""
        self._shown = object()

    @property
    def _workers(self) -> tuple[Worker, ...]:
        return self.predict, self.refine, self.background, self.folder

    def connect(self, changed: Callable[[], None]) -> None:
        """Tell a panel of changes."""
        for one in (*self._workers, self.review, self.pictures):
            one.changed = changed

    def disconnect(self) -> None:
        """Tell nobody; stop, and end the review, which is saved."""
        self._shown = object()
        self.connect(lambda: None)
        self.predict.ready = lambda _: None
        self.review.told = lambda _kind, _words: None
        self.scene_closed()
        self.folder.cancel()

    @property
    def busy(self) -> bool:
        """Whether the child works for this desk."""
        return any(one.busy for one in self._workers)

    @property
    def shown(self) -> Worker:
        """The one whose progress is shown."""
        return next((one for one in self._workers if one.busy), self.folder)

    def later(self, action: Callable[[], object]) -> None:
        """Do something at the next turn of the windows, so that each is short; not after `disconnect`."""
        shown = self._shown

        def step() -> bool:
            if shown is self._shown:
                action()
            return True

        self._board.follow(step)

    def cancel(self) -> None:
        """Stop what is at work."""
        for one in self._workers:
            one.cancel()

    def scene_closed(self) -> None:
        """The scene is gone: the review ends, saved, and work for it stops; that on folders goes on."""
        self.review.close()
        for one in (self.predict, self.refine, self.background):
            one.cancel()

    def open(
        self,
        volume: Node | None,
        results: str,
        observer: str,
        mode: str,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Open the review of a volume; a scan that was touched is read first, by a thread, to compare it.

        Raises
        ------
        InputError
            As `ReviewPresenter.open`.
        """
        node = checked_volume(volume)
        known = known_scan(Path(results).expanduser(), specimen_of(node)) if results.strip() else None
        scan = unread(known, None if known else file_of(node)) if results.strip() else None
        if scan is None:
            self.review.open(node, results, observer, mode)
            then()
            return
        identity = node.GetID()

        def go_on(source: Any) -> None:
            self.review.open(self._scene_of().GetNodeByID(identity), results, observer, mode, source)
            then()

        words = tr("Reading {name}: is it the scan that was landmarked?").format(name=name_of(node))
        self.background.do(words, lambda: identified(scan), go_on)

    def take_outcome(self) -> Outcome | None:
        """How the last work ended, once."""
        for one in self._workers:
            if one.outcome is not None and not one.busy:
                outcome, one.outcome = one.outcome, None
                return outcome
        return None

    def compare(self, results: str, told: Callable[[Node], None]) -> None:
        """Put the repeatability of a folder into the table node; a thread reads, as folders may be large.

        Parameters
        ----------
        results : str
            Folder of results.
        told : callable
            Given the node.
        """
        words = tr("Reading the digitisings of {folder}").format(folder=results)
        self.background.do(
            words, lambda: repeat_columns(results), lambda columns: told(self._shown_table(columns))
        )

    def _shown_table(self, columns: Any) -> Node:
        scene = self._scene_of()
        table = scene.GetNodeByID(self._table) if self._table else None
        if table is None:
            table = add_table(scene, columns, "CranioMark repeatability")
            self._table = table.GetID()
        else:
            put_columns(columns, table)
        return table
