"""Training by several processes as clusters start them: torchrun, and SLURM by submitit."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from animals_on_disk import animals_folder
from stand_in_slurm import install

import craniomark
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.job import run_job
from craniomark.flows.training.metrics import read_metrics
from craniomark.flows.training.registry import ADDED, task_entry

HERE = Path(__file__).parent
SHORT = (
    "fold=0", "template_spacing=0.5", "loop.steps=6", "loop.warmup_steps=0", "loop.metrics_every=2",
    "loop.validate_every=3", "loop.precision=32", "loop.device=cpu", "loop.tensorboard=false",
)  # fmt: skip
SMALL = ("model.unet.filters=[8,16]", "model.spacing=1.2", "samples.batch=4", *SHORT)
__all__ = ["animals_folder"]


def run(*command: str, **environment: str) -> str:
    """What a command says on stderr, when it has ended well."""
    paths = os.pathsep.join([str(HERE), str(Path(craniomark.__file__).parents[1])])
    own = {"PYTHONPATH": paths, ADDED: "toy_training", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        command, env=os.environ | own | environment, capture_output=True, encoding="utf-8", timeout=600
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stderr


def curve(folder: Path) -> dict[tuple[str, int], float]:
    return {(one["name"], one["step"]): one["value"] for one in read_metrics(RunFolder(folder).metrics)}


@pytest.mark.slow
def test_torchrun_with_two_processes_has_the_curve_of_one(animals_folder: Path, tmp_path: Path) -> None:
    train = ["-m", "craniomark.cli", "train", "landmark", *SMALL, f"data={animals_folder}"]
    train.append(f"cache={tmp_path / 'cache'}")
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    entry = task_entry("landmark")
    run_job(entry, compose(entry, [*train[4:], f"out={tmp_path / 'one'}"]))
    said = run(
        sys.executable, *torchrun, *train, f"out={tmp_path / 'two'}", "loop.devices=2", "loop.strategy=ddp"
    )
    assert said.count("landmark: Done.") == 1, "one process tells of the run"
    one, two = curve(tmp_path / "one"), curve(tmp_path / "two")
    assert one.keys() == two.keys() and ("loss/total", 6) in one
    for key, value in one.items():
        assert two[key] == pytest.approx(value, rel=2e-3), key


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SLURM has no Windows")
def test_slurm_job_with_two_tasks_trains_one_network(
    animals_folder: Path, repository: Path, tmp_path: Path
) -> None:
    pytest.importorskip("submitit", reason="not installed: the extra cluster brings it")
    shutil.copytree(repository / "Resources" / "Configs" / "cluster", tmp_path / "mine")
    words = [
        f"hydra.searchpath=[{tmp_path / 'mine'}]", "hydra/launcher=slurm", "hydra.launcher.tasks_per_node=2",
        "hydra.launcher.gpus_per_node=null", "loop.devices=2", "loop.strategy=ddp", *SHORT,
    ]  # fmt: skip
    command = [sys.executable, "-m", "craniomark.cli", "train", "toy", "-m", f"data={animals_folder}"]
    try:
        run(*command, f"out={tmp_path / 'out'}", *words, **install(tmp_path / "slurm"))
    finally:
        for told in sorted((tmp_path / "slurm").glob("job-*")):
            print(told.read_text())  # noqa: T201 - for whoever looks why it failed
    with (tmp_path / "out" / "table.csv").open(encoding="utf-8") as stream:
        rows = [(row["job"], row["status"], row["step"]) for row in csv.DictReader(stream)]
    assert rows[0] == ("run", "done", "6")
    script = (tmp_path / "slurm" / "script").read_text()
    assert "--ntasks-per-node=2" in script and "--partition" not in script
    total = [key for key in curve(tmp_path / "out" / "run") if key[0] == "loss/total"]
    assert total == [("loss/total", step) for step in (2, 4, 6)], "both tasks share one run"
