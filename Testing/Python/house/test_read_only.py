"""An installation that nobody may write to works: what is kept goes to the user's own folder."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import craniomark

HERE = Path(__file__).parent
_DROP_FROM_BOUNDS, _OVERRIDE = 24, 1

USE = """
import sys
from pathlib import Path

import craniomark
from craniomark.ground.resources import resource_folder

package = Path(craniomark.__file__).parent
assert package.is_relative_to(sys.argv[1]), package
assert resource_folder().is_relative_to(sys.argv[1])
for place in (package, resource_folder(), Path("outputs")):
    try:
        (place / "mark").touch()
    except PermissionError:
        continue
    raise SystemExit(f"{place} can be written, so that this test tells nothing")

from fake_predictor import command

sys.argv[1:] = ["process", "scan.nii.gz", "-o", "made", "--quiet"]
try:
    command()
except SystemExit as ended:
    assert not ended.code, ended.code

from craniomark.flows.review import Desk, open_review

with open_review(Path("outputs"), "skull", desk=Desk("Anna")) as session:
    session.accept(session.queue[0])
assert session.path.is_relative_to(Path("home").resolve()), session.path

from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.job import run_job
from craniomark.flows.training.registry import task_entry

entry = task_entry("toy")
words = ["data=animals", "out=run", "cache=outputs", "fold=null", "template_spacing=0.5", "loop.device=cpu"]
short = ["loop.steps=2", "loop.warmup_steps=0", "loop.tensorboard=false"]
assert run_job(entry, compose(entry, [*words, *short])).status == "done"
print("all is done")
"""


def without_override() -> None:
    """Let the administrator, too, be held to the permissions of files."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDS, _OVERRIDE, 0, 0, 0):
        raise OSError("the capability can't be dropped")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="drops a capability of Linux")
def test_a_read_only_installation_works(repository: Path, tmp_path: Path) -> None:
    sys.path[:0] = [str(HERE.parent / "flows"), str(HERE.parent / "engine")]
    from synthetic_cohort import write_cohort

    from craniomark.ground.landmarks import LandmarkSet, write_landmarks

    try:
        from fake_predictor import write_scan
    except ImportError:
        sys.path.insert(0, str(HERE.parent / "flows" / "pipeline"))
        from fake_predictor import write_scan

    site, leave = tmp_path / "site", shutil.ignore_patterns("__pycache__", "_resources")
    shutil.copytree(Path(craniomark.__file__).parent, site / "craniomark", ignore=leave)
    shutil.copytree(repository / "Resources" / "Configs", site / "craniomark" / "_resources" / "Configs")
    write_scan(tmp_path / "scan.nii.gz")
    write_landmarks(LandmarkSet(("a", "b"), [[1, 2, 3], [4, 5, 6]]), tmp_path / "outputs" / "skull.csv")
    write_cohort(tmp_path / "animals", 3)
    (tmp_path / "home").mkdir()
    for place in (site, tmp_path / "outputs"):
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    paths = [site, HERE.parent / "flows" / "pipeline", HERE.parent / "flows" / "training"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "CRANIO"))
    }
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, paths)), "HOME": str(tmp_path / "home"),
        "CRANIOMARK_TASKS": "toy_training", "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1",
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", USE, str(site)], cwd=tmp_path, env=environment, capture_output=True,
        encoding="utf-8", preexec_fn=without_override, timeout=600,
    )  # fmt: skip
    assert ended.returncode == 0 and "all is done" in ended.stdout, ended.stderr
    assert (tmp_path / "made" / "scan.csv").is_file()
    kept = tmp_path / "home" / ".local" / "share" / "craniomark"
    assert list(kept.rglob("skull.session.json")) and list(kept.rglob("scan-*.npy"))
    assert not list(site.rglob("*.pyc"))
