"""What the stages of a whole training share: folder, settings, ears, and whether to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.everything.recipes import Recipe
from craniomark.flows.training.everything.settings import EverythingSettings
from craniomark.flows.training.job import CACHE, run_job
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.run import Outcome
from craniomark.flows.training.watch import is_alive

Listener = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, eq=False)
class Work:
    """One training of everything.

    Attributes
    ----------
    settings : EverythingSettings
        What was asked for.
    recipe : Recipe
        How each stage is done.
    listen : callable
        Is given each event.
    stop_file : Path, optional
        All is saved and stopped as soon as this file exists.
    parent : int, optional
        All is saved and stopped when the process of this id is gone.
    """

    settings: EverythingSettings
    recipe: Recipe
    listen: Listener
    stop_file: Path | None = None
    parent: int | None = None

    @property
    def out(self) -> Path:
        """Folder of the stages."""
        return Path(self.settings.out)

    @property
    def cache(self) -> Path:
        """Folder of the prepared specimens."""
        return Path(self.settings.cache) if self.settings.cache else self.out / CACHE

    @property
    def template(self) -> Path:
        """The bundle that the networks are trained in, which has none itself."""
        return self.out / "template" / self.settings.name

    @property
    def bundle(self) -> Path:
        """The bundle that is made."""
        return self.out / "bundle" / self.settings.name

    def told(self, stage: str) -> Callable[[str, float], None]:
        """A listener for the steps of a stage, told as fractions; raises `Stopped` where it must end."""

        def hear(name: str, fraction: float) -> None:
            self.check_stop()
            step = round(100 * fraction)
            self.listen({"event": "progress", "job": stage, "name": name, "step": step, "of": 100})

        return hear

    def check_stop(self) -> None:
        """Raise `Stopped` where the stop file is there or the parent is gone."""
        if self.stop_file is not None and self.stop_file.exists():
            raise Stopped(f"stopped by {self.stop_file}")
        if self.parent is not None and not is_alive(self.parent):
            raise Stopped(f"stopped by the end of the parent process {self.parent}")

    def log(self, stage: str, message: str) -> None:
        """Tell a sentence."""
        self.listen({"event": "log", "job": stage, "message": message})

    def member(self, task: str, number: int) -> Path:
        """Run folder of one network of an ensemble."""
        return self.out / f"{task}-{number}"

    def train(self, task: str, words: tuple[str, ...], folder: Path) -> Outcome:
        """Train one network, or go on with it.

        Raises
        ------
        Stopped
            If it was stopped.
        """
        settings = self.settings
        entry = task_entry(task)
        where = [f"data={_word(settings.data)}", f"out={_word(folder)}", f"template={_word(self.template)}"]
        loop = [f"cache={_word(self.cache)}", f"loop.seed={settings.seed}", f"loop.device={settings.device}"]
        config = compose(entry, [*where, *loop, *words])
        outcome = run_job(entry, config, self.listen, self.stop_file, self.parent, folder.name)
        if outcome.status == "stopped":
            raise Stopped(f"{folder.name} was stopped at step {outcome.step}")
        return outcome


def _word(path: object) -> str:
    """A path as one word for hydra, whatever characters are in it."""
    text = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
