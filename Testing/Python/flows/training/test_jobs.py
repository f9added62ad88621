"""Jobs in processes of their own: Ctrl-C, crashes, results, and code that changes under them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from animals_on_disk import animals_folder
from toy_training import ENTRY

import craniomark
from craniomark.flows.training import jobs
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.jobs import Order, done_before, run_in_child
from craniomark.flows.training.registry import ADDED
from craniomark.flows.training.snapshot import Snapshot, fingerprint

HERE = Path(__file__).parent
__all__ = ["animals_folder"]


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """No copy: what is copied is tried elsewhere. The library and the toy task lie on the path."""
    empty = tmp_path / "code"
    empty.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(Path(craniomark.__file__).parents[1])]))
    monkeypatch.setenv(ADDED, "toy_training")
    return Snapshot(empty, fingerprint(empty))


def order_of(tmp_path: Path, data: Path, *words: str) -> Order:
    quick = ["template_spacing=0.35", "loop.tensorboard=false", "loop.device=cpu", "loop.precision=32"]
    config = compose(ENTRY, [f"data={data}", f"out={tmp_path / 'fold=0'}", *quick, *words])
    return Order("toy", "fold=0", config.plain)


def test_ctrl_c_is_handed_on_and_the_job_goes_on_later(
    snapshot: Snapshot, animals_folder: Path, tmp_path: Path
) -> None:
    order = order_of(tmp_path, animals_folder, "loop.steps=1000000", "loop.save_every=1000000")

    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "progress" and not event.get("name") and event["step"] > 3:
            raise KeyboardInterrupt  # as a terminal does where the listener happens to be

    with pytest.raises(KeyboardInterrupt):
        run_in_child(order, snapshot, interrupt)
    state = json.loads((order.folder / "state.json").read_text())
    assert state["status"] == "stopped" and state["step"] > 3
    assert list((order.folder / "checkpoints").iterdir())
    assert done_before(order) is None


def test_input_that_is_refused_comes_back_as_its_parts(snapshot: Snapshot, tmp_path: Path) -> None:
    result = run_in_child(order_of(tmp_path, tmp_path / "nowhere"), snapshot)
    assert result.status == "refused"
    assert result.error[1:] == ["input", "missing", "check the name"]
    assert not (tmp_path / "fold=0" / "stderr.txt").exists()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "import os, sys; sys.stderr.write('trouble\\n'); sys.stderr.flush(); os._exit(7)",
            r"code 7 \(trouble\)",
        ),
        ("print('no JSON'); print('[1]')", r"code 0 \(nothing was told\)"),
    ],
)
def test_a_process_that_dies_is_a_failed_job(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    (tmp_path / "dying.py").write_text(script)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(jobs, "CHILD", "dying")
    result = run_in_child(order_of(tmp_path, tmp_path), snapshot)
    assert result.status == "failed"
    import re

    assert re.search(told, result.message)


CHANGING = """
import os
from pathlib import Path

from craniomark.flows.training.registry import TaskEntry
from toy_training import Model, Toy

MARK = 1.0


class Changing(Toy):
    def __init__(self, config, data):
        super().__init__(config, data)
        tree = Path(os.environ["TREE"])
        code = tree / "craniomark" / "flows" / "training" / "changing.py"
        code.write_text(code.read_text().replace("MARK = 1.0", "MARK = 2.0"))
        recipe = tree / "Resources" / "Configs" / "changing" / "recipe" / "default.yaml"
        recipe.write_text(recipe.read_text().replace("steps: 4", "steps: 5"))

    def validate(self):
        return {"mark": MARK}


ENTRY = TaskEntry("changing", "Changes its own code.", {"model": Model}, Changing, lambda config: 0.7)
"""


@pytest.mark.slow
def test_jobs_run_the_code_and_recipe_of_the_start_though_both_change_under_them(
    animals_folder: Path, tmp_path: Path, repository: Path
) -> None:
    """The first job changes the tree that the command runs from; the second sees nothing of it."""
    tree = tmp_path / "tree"
    ignore = shutil.ignore_patterns("__pycache__", "Models", "Screenshots")
    shutil.copytree(repository / "craniomark", tree / "craniomark", ignore=ignore)
    recipe = tree / "Resources" / "Configs" / "changing" / "recipe" / "default.yaml"
    recipe.parent.mkdir(parents=True)
    recipe.write_text("# @package _global_\nloop:\n  steps: 4\n")
    (tree / "craniomark" / "flows" / "training" / "changing.py").write_text(CHANGING)

    def train(out: str, *words: str) -> list[tuple[float, int]]:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(tree), str(HERE)]), "TREE": str(tree),
            ADDED: "craniomark.flows.training.changing",
        }  # fmt: skip
        common = [f"data={animals_folder}", f"out={tmp_path / out}", f"cache={tmp_path / 'cache'}"]
        quick = ["template_spacing=0.35", "loop.tensorboard=false", "loop.device=cpu"]
        command = [sys.executable, "-P", "-m", "craniomark.cli", "train", "changing", *common, *quick, *words]
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        states = [json.loads(path.read_text()) for path in sorted((tmp_path / out).rglob("state.json"))]
        return [(state["figures"]["mark"], state["step"]) for state in states]

    assert train("first", "-m", "fold=0,1") == [(1.0, 4)] * 2
    assert "MARK = 2.0" in (tree / "craniomark" / "flows" / "training" / "changing.py").read_text()
    assert train("first", "-m", "fold=0,1,2") == [(1.0, 4)] * 3  # a later value, still as at the start
    assert train("second", "fold=0") == [(2.0, 5)]  # without an earlier start the change is there
