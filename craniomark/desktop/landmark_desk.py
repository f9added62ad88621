"""All that AutoLandmark can do, on one scene: its presenters, and what they have in common."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.cards import ModelCard, model_cards
from craniomark.desktop.cohorts import repeat_columns
from craniomark.desktop.landmark_folder import BatchPresenter
from craniomark.desktop.outcomes import Outcome
from craniomark.desktop.predicting import PredictPresenter
from craniomark.desktop.refining import RefinePresenter
from craniomark.desktop.reviewing import ReviewPresenter
from craniomark.mrml import Node, add_table, put_columns


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
    """

    def __init__(
        self,
        board: JobBoard,
        scene_of: Callable[[], Any],
        ensure: Callable[[], None] = lambda: None,
        cards: Callable[[], list[ModelCard]] = model_cards,
    ) -> None:
        self._scene_of = scene_of
        self.predict = PredictPresenter(board, scene_of, ensure)
        self.review = ReviewPresenter(scene_of, cards)
        self.refine = RefinePresenter(board, self.review, ensure)
        self.folder = BatchPresenter(board, ensure)
        self._table = ""

    @property
    def _workers(self) -> tuple[PredictPresenter, RefinePresenter, BatchPresenter]:
        return self.predict, self.refine, self.folder

    def connect(self, changed: Callable[[], None]) -> None:
        """Tell a panel of changes."""
        for one in (*self._workers, self.review):
            one.changed = changed

    def disconnect(self) -> None:
        """Tell nobody; stop, and end the review, which is saved."""
        self.connect(lambda: None)
        self.predict.ready = lambda _: None
        self.review.told = lambda _kind, _words: None
        self.scene_closed()

    @property
    def busy(self) -> bool:
        """Whether the child works for this desk."""
        return any(one.busy for one in self._workers)

    @property
    def shown(self) -> PredictPresenter | RefinePresenter | BatchPresenter:
        """The one whose progress is shown."""
        return next((one for one in self._workers if one.busy), self.predict)

    def cancel(self) -> None:
        """Stop what is at work."""
        for one in self._workers:
            one.cancel()

    def scene_closed(self) -> None:
        """The scene is gone: the review ends, saved, and work for it stops."""
        self.review.close()
        self.cancel()

    def take_outcome(self) -> Outcome | None:
        """How the last work ended, once."""
        for one in self._workers:
            if one.outcome is not None and not one.busy:
                outcome, one.outcome = one.outcome, None
                return outcome
        return None

    def show_repeatability(self, results: str) -> Node:
        """Put the repeatability of a folder into the table node, made where there is none; returns it."""
        scene, columns = self._scene_of(), repeat_columns(results)
        table = scene.GetNodeByID(self._table) if self._table else None
        if table is None:
            table = add_table(scene, columns, "CranioMark repeatability")
            self._table = table.GetID()
        else:
            put_columns(columns, table)
        return table
