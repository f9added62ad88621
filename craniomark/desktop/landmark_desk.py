"""All that AutoLandmark can do, on one scene: its presenters, and what they have in common."""

import threading
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
from craniomark.desktop.words import sentence
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
        self._board, self._scene_of = board, scene_of
        self.predict = PredictPresenter(board, scene_of, ensure)
        self.review = ReviewPresenter(scene_of, cards)
        self.refine = RefinePresenter(board, self.review, ensure)
        self.folder = BatchPresenter(board, ensure)
        self._table, self._closed = "", False

    @property
    def _workers(self) -> tuple[PredictPresenter, RefinePresenter, BatchPresenter]:
        return self.predict, self.refine, self.folder

    def connect(self, changed: Callable[[], None]) -> None:
        """Tell a panel of changes."""
        for one in (*self._workers, self.review):
            one.changed = changed

    def disconnect(self) -> None:
        """Tell nobody; stop, and end the review, which is saved."""
        self._closed = True
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

    def later(self, action: Callable[[], object]) -> None:
        """Do something at the next turn of the windows, so that each turn is short."""

        def step() -> bool:
            action()
            return True

        self._board.follow(step)

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

    def compare(self, results: str, told: Callable[[Node | None, str], None]) -> None:
        """Put the repeatability of a folder into the table node; a thread reads, as folders may be large.

        Parameters
        ----------
        results : str
            Folder of results.
        told : callable
            Given the node, or None and a sentence.
        """
        found: list[dict[str, list[Any]] | Exception] = []

        def read() -> None:
            try:
                found.append(repeat_columns(results))
            except Exception as error:
                found.append(error)

        def follow() -> bool:
            if self._closed:
                return True
            if found and isinstance(found[0], Exception):
                told(None, sentence(found[0]))
            elif found:
                told(self._shown_table(found[0]), "")
            return bool(found)

        threading.Thread(target=read, name="craniomark repeatability", daemon=True).start()
        self._board.follow(follow)

    def _shown_table(self, columns: Any) -> Node:
        scene = self._scene_of()
        table = scene.GetNodeByID(self._table) if self._table else None
        if table is None:
            table = add_table(scene, columns, "CranioMark repeatability")
            self._table = table.GetID()
        else:
            put_columns(columns, table)
        return table
