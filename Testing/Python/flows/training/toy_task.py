"""A tiny task that learns a line through points, and processes that train it, to be killed."""

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.identity import Identity
from craniomark.flows.training.kept.keep import Keep
from craniomark.flows.training.run import Outcome, run_training
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Batch
from craniomark.ground.checks import InputError

NAMES = ("anna", "bert", "cleo", "dora")
TRUTH = torch.tensor([[0.5], [-1.0], [2.0]])


class ToyTask:
    """Two linear layers with dropout and batch norm learn y = x TRUTH; two terms of loss."""

    def __init__(self, name: str = "toy") -> None:
        self.name = name
        torch.manual_seed(7)
        self.network = torch.nn.Sequential(
            torch.nn.Linear(3, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Dropout(0.1),
            torch.nn.Linear(16, 1),
        )  # fmt: skip
        self.asked: list[tuple[int, int]] = []

    def batch(self, seed: int, step: int) -> Batch:
        self.asked.append((seed, step))
        rng = np.random.default_rng([seed, step])
        x = torch.from_numpy(rng.normal(size=(len(NAMES), 3)).astype(np.float32))
        return Batch({"x": x, "y": x @ TRUTH, "scale": torch.ones(())}, NAMES)

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        answer = self.network(batch.tensors["x"])
        residual = (answer - batch.tensors["y"]) * batch.tensors["scale"]
        return {"point": residual.square().mean(), "size": 0.01 * answer.abs().mean()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        x = torch.from_numpy(np.random.default_rng(99).normal(size=(64, 3)).astype(np.float32))
        error = (self.network(x) - x @ TRUTH).abs()
        return {"mean_mm": float(error.mean()), "max_mm": float(error.max())}

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        return {"anna/view": np.full((8, 12, 3), 200, dtype=np.uint8)}


class SharedToy(ToyTask):
    """Without dropout and batch norm; many answers are missing in some samples, few in others."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(7)
        self.network = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.ReLU(), torch.nn.Linear(16, 5))

    def batch(self, seed: int, step: int) -> Batch:
        rng = np.random.default_rng([seed, step])
        x = torch.from_numpy(rng.normal(size=(len(NAMES), 3)).astype(np.float32))
        y = (x @ TRUTH).expand(-1, 5).clone()
        y[torch.from_numpy(rng.random(y.shape) < np.array([[0.1], [0.8], [0.2], [0.9]]))] = torch.nan
        return Batch({"x": x, "y": y, "scale": torch.ones(())}, NAMES)

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        answer, wanted = self.network(batch.tensors["x"]), batch.tensors["y"]
        here = wanted.isfinite()
        squares = torch.where(here, answer - wanted.nan_to_num(), 0.0).square()
        return {"point": squares.sum() / here.sum().clamp_min(1), "size": 0.01 * answer.abs().mean()}

    def counts(self, batch: Batch) -> dict[str, float]:
        return {"point": float(batch.tensors["y"].isfinite().sum())}


def altered(step: int, change: Any) -> ToyTask:
    """A task whose batch of one step is changed."""
    task = ToyTask()
    make = task.batch

    def batch(seed: int, now: int) -> Batch:
        return change(make(seed, now)) if now == step else make(seed, now)

    task.batch = batch
    return task


def settings_of(**changes: Any) -> LoopSettings:
    """Settings of a run that takes no time."""
    quick = {
        "steps": 30, "seed": 3, "learning_rate": 0.02, "metrics_every": 5, "validate_every": 10,
        "save_every": 7, "average_weights": 0.9, "tensorboard": False, "device": "cpu", "precision": "32",
    }  # fmt: skip
    return LoopSettings(**quick | changes)


def identity_of_toy(seed: int = 3, config: dict[str, Any] | None = None, **changes: Any) -> Identity:
    """An identity, changed as asked."""
    config = {"task": "toy", "network": {"width": 16}} if config is None else config
    parts: dict[str, Any] = {
        "version": "1", "config": config, "data": {"anna.nii.gz": "a" * 64}, "seed": seed,
        "machine": {"host": "here"}, "code": "c" * 64,
    }  # fmt: skip
    return Identity(**parts | changes)


def train(folder: Path, task: Any = None, changes: dict[str, Any] | None = None, **more: Any) -> Outcome:
    """Train the toy in a folder."""
    settings = settings_of(**(changes or {}))
    identity = more.pop("identity", None) or identity_of_toy(settings.seed)
    return run_training(task or ToyTask(), settings, folder, identity, **more)


def weights_of(folder: Path) -> bytes:
    """The very bytes of the kept weights."""
    return RunFolder(folder).weights.read_bytes()


def fail_on(step: int, specimen: str) -> InputError:
    """What a task raises for a specimen that can't be read."""
    return InputError(f"{specimen}.nii.gz", "content", f"damaged at step {step}", "copy it anew")


def child(folder: str, changes: dict[str, Any], ways: dict[str, Any]) -> None:
    """Train, in a process of its own, with settings changed and in ways that tests need."""
    torch.set_num_threads(1)
    os.environ.update(ways.get("environment", {}))
    if pause := ways.get("slow_save"):
        _slow_down_saves(pause, ways["mark"])
    task = SharedToy() if ways.get("shared") else ToyTask()
    if largest := ways.get("largest_file"):
        _limit_files(largest)
    if pause := ways.get("slow_step"):
        task.losses = _after(pause, task.losses)  # type: ignore[method-assign]
    try:
        keep = Keep(Path(ways["cache"]), {"recipe": 1}, ToyTask) if "cache" in ways else None
        outcome = train(Path(folder), task, changes, parent=ways.get("parent"), keep=keep)
    except KeyboardInterrupt:
        os._exit(130)
    except InputError as error:
        _tell(f"{error}\n", ways)
        os._exit(2)
    os._exit(0 if outcome.status == "done" else 4)


def _limit_files(largest: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


def _tell(sentence: str, ways: dict[str, Any]) -> None:
    """To stderr, or to the file that is named: what is read there must not be cut by a limit."""
    if "largest_file" in ways:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if "words" in ways:
        Path(ways["words"]).write_text(sentence, encoding="utf-8")
    else:
        sys.stderr.write(sentence)


def _after(pause: float, function: Any) -> Any:
    def slow(*arguments: Any) -> Any:
        time.sleep(pause)
        return function(*arguments)

    return slow


def _slow_down_saves(pause: float, mark: str) -> None:
    """Write tensors in two halves, with a pause before each and before the move into place."""
    write = Path.write_bytes

    def in_halves(self: Path, content: bytes) -> int:
        if not self.name.startswith(".part-"):
            return write(self, content)
        with self.open("wb") as stream:
            Path(mark).write_text(str(self), encoding="utf-8")
            time.sleep(pause)
            stream.write(content[: len(content) // 2])
            stream.flush()
            time.sleep(pause)
            stream.write(content[len(content) // 2 :])
        time.sleep(pause)
        return len(content)

    Path.write_bytes = in_halves  # type: ignore[method-assign]


def main() -> None:
    """Fork children on demand: importing what training needs takes seconds, a fork nothing."""
    import lightning.fabric  # noqa: F401
    import omegaconf  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        elif not (answer := os.fork()):
            try:
                sys.stdin.close()
                sys.stdout = sys.stderr
                child(*asked["run"])
            finally:
                traceback.print_exc()
                os._exit(1)
        print(answer, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
