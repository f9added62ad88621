"""All that the module for shapes can do on one scene: its steps, what they found, what is shown of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from craniomark.desktop.background import Background
from craniomark.desktop.board import JobBoard
from craniomark.desktop.deepssm_config import config_paths
from craniomark.desktop.heat_view import HeatChoices, HeatView
from craniomark.desktop.mode_mixer import ModeMixer, show_shape
from craniomark.desktop.score_plot import Scores, read_scores
from craniomark.desktop.shape_choices import ShapeChoices
from craniomark.desktop.shape_predicting import ShapePredicting
from craniomark.desktop.shape_results import Found, ShapeResults, read_results
from craniomark.desktop.shape_work import ShapeWork
from craniomark.desktop.vertex_probe import VertexProbe
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Job, look_at_run
from craniomark.flows.jobs.runs import Curves
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface
from craniomark.mrml import Node


class ShapeDesk:
    """The steps of DeepSSMModule, and what they found.

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
        self, board: JobBoard, scene_of: Callable[[], Any], ensure: Callable[[Any], None] = lambda _: None
    ) -> None:
        self._scene_of = scene_of
        self.work = ShapeWork(board, ensure)
        self.predicting = ShapePredicting(board, scene_of, lambda: ensure("predict"))
        self.reader = Background(board)
        self.heat, self.probe = HeatView(scene_of), VertexProbe(scene_of)
        self.results, self.heat_choices = ShapeResults(), HeatChoices()
        self.scores: Scores | None = None
        self.mixer: ModeMixer | None = None
        self.shown: Callable[[], None] = lambda: None
        """Called when another specimen, other modes or other scores are there to be shown."""

    def connect(self, changed: Callable[[], None], told: Callable[[str, str, str], None]) -> None:
        """Tell a panel of changes; and by kind, sentence and last lines how steps ended."""
        self.work.changed = self.reader.changed = self.predicting.changed = changed
        self.work.told = told
        self.predicting.told = lambda kind, words: told(kind, words, "")

    def disconnect(self) -> None:
        """Tell nobody, and stop."""
        self.connect(lambda: None, lambda _kind, _words, _details: None)
        self.shown = self.probe.moved = lambda: None
        self.reader.cancel()
        self.predicting.cancel()
        self.work.cancel()
        self.work.drop_paused()
        self.probe.end()

    @property
    def busy(self) -> bool:
        """Whether a step is at work, or meshes are being read."""
        return self.work.busy or self.reader.busy or self.predicting.busy

    @property
    def can_stop(self) -> bool:
        """Whether there is something that Cancel ends."""
        return self.work.busy or self.work.paused or self.predicting.busy

    @property
    def fraction(self) -> float:
        """Of the work, 0 to 1."""
        return self.predicting.fraction if self.predicting.busy else self.work.fraction

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing."""
        return self.predicting.status or self.work.status or self.reader.status

    def cancel(self) -> None:
        """Stop the step or the prediction."""
        if self.predicting.busy:
            self.predicting.cancel()
        else:
            self.work.cancel()

    def scene_closed(self) -> None:
        """The scene is gone; steps go on, as they work on files, but a prediction has lost its skull."""
        self.reader.cancel()
        self.predicting.cancel()
        self.heat.forget()
        self.probe.forget()
        self.mixer, self.scores, self.results = None, None, ShapeResults()

    def check(self, chosen: ShapeChoices) -> None:
        """Look over the data."""
        self.work.begin(chosen.check(), tr("Data"), _nothing)

    def make_model(self, chosen: ShapeChoices) -> None:
        """Make the shape model."""
        self.work.begin(chosen.model(), tr("Shape model"), _nothing)

    def augment(self, chosen: ShapeChoices) -> None:
        """Generate shapes and images, and take their scores in."""
        self.work.begin(chosen.augment(), tr("Augmentation"), self._augmented, "train")

    def prepare(self, chosen: ShapeChoices) -> None:
        """Lay out the images for networks."""
        self.work.begin(chosen.loaders(), tr("Images"), _nothing, "train")

    def train(self, chosen: ShapeChoices) -> None:
        """Train, or go on."""
        self.work.begin(chosen.train(), tr("Training"), _nothing, "train")

    def test(self, chosen: ShapeChoices) -> None:
        """Predict the test images."""
        self.work.begin(chosen.test(), tr("Test"), _nothing, "train")

    def analyze(self, chosen: ShapeChoices) -> None:
        """Compare with the truth, and show the worst."""
        folder = chosen.place.analysis
        self.work.begin(chosen.analyze(), tr("Analysis"), lambda _job: self.load_results(folder), "train")

    def export(self, chosen: ShapeChoices) -> None:
        """Write meshes and landmarks."""
        self.work.begin(chosen.exports(), tr("Export"), _nothing)

    def show_modes(self, chosen: ShapeChoices) -> None:
        """Make the fields of the modes, and show the mean shape."""
        self.work.begin(chosen.modes(), tr("Modes"), self._modes_made)

    def load_results(self, folder: Path) -> None:
        """Take in an analysis, and show its worst specimen."""
        self.results = read_results(folder)
        self.show_specimen(self.results.current)

    def load_scores(self, path: Path) -> None:
        """Take in the scores of an augmentation."""
        self.scores = read_scores(path)
        self.shown()

    def curves(self, chosen: ShapeChoices) -> Curves:
        """Of the training at work, or else of what lies in the folder of the config's model."""
        if self.work.curves:
            return self.work.curves
        config = chosen.config_file()
        found: Curves = {}
        for folder in config_paths(config).stages if config.exists() else ():
            view = look_at_run(folder)
            if view is not None:
                found |= {(folder.name, name): points for (_, name), points in view.curves.items()}
        return found

    def move(self, wanted: Sequence[float]) -> Node | None:
        """Show the mean shape plus so many standard deviations of each mode."""
        return show_shape(self._scene_of(), self.mixer, wanted) if self.mixer is not None else None

    def go(self, step: int) -> None:
        """Show the next specimen, or the one before."""
        self.show_specimen(self.results.go(step))

    def look_at(self, name: str) -> None:
        """Show a specimen by its name."""
        if self.results.current is None or self.results.current.name != name:
            self.show_specimen(self.results.look_at(name))

    def show_specimen(self, found: Found | None) -> None:
        """Read both meshes of a specimen, by a thread, and show them."""
        if found is None:
            return

        def read() -> tuple[Surface, Surface]:
            return read_surface(found.predicted), read_surface(found.true)

        def put(both: tuple[Surface, Surface]) -> None:
            self.heat.show(found.name, *both, self.heat_choices)
            self.shown()

        self.reader.do(tr("Reading {name}").format(name=found.name), read, put)

    def choose_heat(self, chosen: HeatChoices) -> None:
        """Show the specimen otherwise."""
        self.heat_choices = chosen
        self.heat.choose(chosen)

    def current(self) -> Found:
        """The specimen that is looked at.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.results.current is None:
            remedy = tr("analyse the predictions first")
            raise InputError(tr("Analysis"), tr("specimen"), tr("none"), remedy)
        return self.results.current

    def _augmented(self, job: Job) -> None:
        self.load_scores(job.files["scores"])

    def _modes_made(self, job: Job) -> None:
        self.mixer = ModeMixer(job.files["modes"])
        self.move(())
        self.shown()


def _nothing(_job: Job) -> None:
    """Nothing follows."""
