"""All that AutoOrient can do, on one scene: its presenters, and what they have in common."""

from collections.abc import Callable, Sequence
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.masking import MaskPresenter
from craniomark.desktop.orient_folder import FolderPresenter
from craniomark.desktop.orienting import OrientPresenter
from craniomark.desktop.outcomes import Outcome, columns_of
from craniomark.desktop.registering import RegisterPresenter
from craniomark.desktop.resampling import Resampler
from craniomark.mrml import Node, add_table, put_columns

_NO_SCANS = ("vtkMRMLLabelMapVolumeNode", "vtkMRMLVectorVolumeNode")


class OrientDesk:
    """The presenters of AutoOrient.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    ensure : callable
        Installs what is missing, before work begins.
    """

    def __init__(
        self, board: JobBoard, scene_of: Callable[[], Any], ensure: Callable[[], None] = lambda: None
    ) -> None:
        self._board, self._scene_of = board, scene_of
        self.poses = OrientPresenter(board, scene_of, ensure=ensure)
        self.folder = FolderPresenter(board, ensure=ensure)
        self.resampler = Resampler(board, scene_of)
        self.register = RegisterPresenter(board, scene_of, self.poses.steps, ensure)
        self.mask = MaskPresenter(board, scene_of, ensure)
        self._table = ""
        self._shown = object()

    @property
    def _tellers(self) -> tuple[Resampler, RegisterPresenter, MaskPresenter]:
        """Those that tell by a sentence how they ended."""
        return self.resampler, self.register, self.mask

    def connect(self, changed: Callable[[], None], told: Callable[[str, str], None]) -> None:
        """Tell a panel of changes; and by kind and sentence how what has no outcomes of its own ended."""
        for one in (self.poses, self.folder, *self._tellers):
            one.changed = changed
        for teller in self._tellers:
            teller.told = told

    def disconnect(self) -> None:
        """Tell nobody, and stop."""
        self.cancel()
        self._shown = object()
        self.connect(lambda: None, lambda _kind, _words: None)

    @property
    def busy(self) -> bool:
        """Whether something is at work."""
        return any(one.busy for one in (self.poses, self.folder, *self._tellers))

    @property
    def fraction(self) -> float:
        """Of what is at work, 0 to 1."""
        return next((one for one in self._tellers if one.busy), self.shown).fraction

    @property
    def status(self) -> str:
        """A line on what is at work."""
        return next((one for one in self._tellers if one.busy), self.shown).status

    @property
    def shown(self) -> OrientPresenter | FolderPresenter:
        """The one whose outcomes are shown: at work, or the last that was."""
        if self.poses.busy or (not self.folder.busy and self.poses.outcomes):
            return self.poses
        return self.folder if self.folder.busy or self.folder.outcomes else self.poses

    def cancel(self) -> None:
        """Stop what is at work."""
        for one in (self.poses, self.folder, *self._tellers):
            one.cancel()

    def scene_closed(self) -> None:
        """The scene is gone, and what was made for it; the scans of a folder go on."""
        self.poses.scene_closed()
        self.resampler.drop()
        self.register.scene_closed()
        self.mask.scene_closed()
        self._table = ""

    def forget(self) -> None:
        """Forget how the last work ended, before the next begins."""
        self.poses.outcomes, self.folder.outcomes = [], []

    def later(self, action: Callable[[], None]) -> None:
        """Do something at the next turn, so that each turn is short; not after `disconnect`."""
        shown = self._shown

        def once() -> bool:
            if shown is self._shown:
                action()
            return True

        self._board.follow(once)

    def volumes(self) -> list[Node]:
        """All scans of the scene."""
        scene, kind = self._scene_of(), "vtkMRMLScalarVolumeNode"
        nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
        return [n for n in nodes if not n.GetHideFromEditors() and not any(n.IsA(odd) for odd in _NO_SCANS)]

    def show_table(self, outcomes: Sequence[Outcome]) -> Node:
        """Put outcomes into the table node, which is made where there is none; returns it."""
        scene, columns = self._scene_of(), columns_of(outcomes)
        table = scene.GetNodeByID(self._table) if self._table else None
        if table is None:
            table = add_table(scene, columns, "CranioMark poses")
            self._table = table.GetID()
        else:
            put_columns(columns, table)
        return table
