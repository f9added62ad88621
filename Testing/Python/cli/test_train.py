"""``craniomark train``: settings, runs that go on, multiruns with a table, and what is refused."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "training"))

from animals_on_disk import animals_folder

from craniomark.cli import training_progress
from craniomark.cli.main import main
from craniomark.cli.settings import settings
from craniomark.flows.training import multirun
from craniomark.flows.training.jobs import JobResult, Order
from craniomark.flows.training.registry import ADDED

Run = Callable[..., tuple[int, str, str]]
__all__ = ["animals_folder"]
QUICK = (
    "template_spacing=0.35",
    "loop.steps=6",
    "loop.device=cpu",
    "loop.precision=32",
    "loop.tensorboard=false",
)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``craniomark train toy``: exit code, stdout, stderr."""
    monkeypatch.setenv(ADDED, "toy_training")

    def run(*words: object, task: str = "toy") -> tuple[int, str, str]:
        monkeypatch.setattr(settings, "quiet", False)
        with pytest.raises(SystemExit) as ended:
            main(["train", *([task] if task else []), *map(str, words)])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def is_one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and text.strip().endswith(".") and "Traceback" not in text


def state_of(out: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((out / "state.json").read_text())
    return state


def test_a_run_is_trained_told_and_recorded(command: Run, animals_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code, said, told = command(f"data={animals_folder}", f"out={out}", "fold=1", *QUICK)
    assert code == 0, told
    assert said.startswith(f"{out / 'weights.safetensors'}: mean_mm ")
    assert "Trains on 4 specimens and validates on animal_1, which are held out." in told
    assert "toy: step 6: mean_mm " in told
    assert state_of(out)["status"] == "done"
    identity = json.loads((out / "identity.json").read_text())
    assert identity["config"]["fold"] == 1 and identity["seed"] == 0
    assert set(identity["data"]) == {f"animal_{n}{end}" for n in range(5) for end in (".nii.gz", ".mrk.json")}
    assert identity["machine"]["torch"] and len(identity["code"]) == 64 and identity["version"]
    assert "width: 3" in (out / "config.yaml").read_text()


def test_a_stopped_run_goes_on_and_says_so(command: Run, animals_folder: Path, tmp_path: Path) -> None:
    out, stop = tmp_path / "run", tmp_path / "stop"
    words = (f"data={animals_folder}", f"out={out}", f"cache={tmp_path / 'cache'}", *QUICK)
    stop.touch()
    code, said, told = command(*words, "--stop-file", stop)
    assert (code, said) == (4, "")
    assert told.strip().splitlines()[-1].startswith(f"Stopped by {stop} before training had begun")
    stop.unlink()

    def listener(_self: object, event: dict[str, Any]) -> None:
        if event["event"] == "progress" and not event.get("name") and event["step"] == 3:
            stop.touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_progress.Lines, "__call__", listener)
        patch.setattr("craniomark.flows.training.events._BETWEEN_SECONDS", 0.0)
        code, _, told = command(*words, "--stop-file", stop)
    assert code == 4 and is_one_sentence(told) and "step 3" in told
    stop.unlink()
    code, _, told = command(*words, "--stop-file", stop)
    assert code == 0
    assert "Resumed at step 3 of 6." in told
    assert state_of(out)["step"] == 6

    code, _, told = command(*words, "model.width=9")
    assert code == 2 and is_one_sentence(told.strip().splitlines()[-1])
    assert "configuration model.width is 9, while the run began with 3" in told


def test_scans_that_go_while_a_run_is_on_its_way_lose_nothing(
    command: Run, animals_folder: Path, tmp_path: Path
) -> None:
    """Cut short or removed, and the cache with them: this run goes on, the next one names the file."""
    scans, cache = Path(shutil.copytree(animals_folder, tmp_path / "scans")), tmp_path / "cache"
    stop = tmp_path / "stop"

    def cut_short() -> None:
        shutil.rmtree(cache)
        (scans / "animal_2.nii.gz").write_bytes(b"\x1f\x8b cut short")

    def spoil() -> None:
        cut_short()
        (scans / "animal_3.nii.gz").unlink()

    def train(out: str, at: dict[int, Callable[[], object]]) -> tuple[int, str, str]:
        def listener(_self: object, event: dict[str, Any]) -> None:
            if event["event"] == "progress" and not event.get("name") and event["step"] in at:
                at.pop(event["step"])()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(training_progress.Lines, "__call__", listener)
            patch.setattr("craniomark.flows.training.events._BETWEEN_SECONDS", 0.0)
            words = (f"data={scans}", f"out={tmp_path / out}", f"cache={cache}", *QUICK)
            return command(*words, "--stop-file", stop)

    def weights(out: str) -> bytes:
        return (tmp_path / out / "weights.safetensors").read_bytes()

    assert train("whole", {})[0] == 0
    assert train("spoilt", {2: spoil})[0] == 0
    assert weights("spoilt") == weights("whole")

    shutil.rmtree(scans)
    shutil.copytree(animals_folder, scans)
    assert train("stopped", {2: cut_short, 3: stop.touch})[0] == 4
    stop.unlink()
    before = state_of(tmp_path / "stopped")
    code, said, told = train("stopped", {})
    assert (code, said) == (2, "")
    assert is_one_sentence(told) and "animal_2.nii.gz" in told
    shutil.rmtree(scans)
    shutil.copytree(animals_folder, scans)
    (scans / "animal_3.nii.gz").unlink()
    code, said, told = train("stopped", {})
    assert (code, said) == (2, "") and is_one_sentence(told)
    assert "data file animal_3.nii.gz is gone, while the run began with it" in told
    assert state_of(tmp_path / "stopped") == before
    shutil.rmtree(scans)
    shutil.copytree(animals_folder, scans)
    assert train("stopped", {})[0] == 0
    assert weights("stopped") == weights("whole")


def test_ctrl_c_ends_with_130(command: Run, animals_folder: Path, tmp_path: Path) -> None:
    def listener(_self: object, event: dict[str, Any]) -> None:
        if event["event"] == "log":
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_progress.Lines, "__call__", listener)
        code, _, told = command(f"data={animals_folder}", f"out={tmp_path / 'run'}", *QUICK)
    assert code == 130 and is_one_sentence(told)


def test_quiet_says_nothing(command: Run, animals_folder: Path, tmp_path: Path) -> None:
    assert command(f"data={animals_folder}", f"out={tmp_path}", *QUICK, "--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["out=x"], "craniomark train toy: data is missing: add data=VALUE"),
        (["data=nowhere", "out=x"], "nowhere: input is missing"),
        (["data=x", "out=x", "model.widht=2"], "the nearest that can be set is model.width"),
        (["data=x", "out=x", "loop.steps=many"], "loop.steps is 'many': give a whole number"),
        (["data=x", "out=x", "fold=0,1"], "add -m for one run of each"),
        (["data=x", "out=x", "-m", "fold=0,9"], "fold is 9"),
        (["--show-netwrok"], "--show-netwrok"),
    ],
)
def test_bad_words_end_with_2_and_a_sentence(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, error = command(*words)
    assert (code, said) == (2, "")
    assert is_one_sentence(error) and told in error
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_task_is_refused(command: Run) -> None:
    code, _, told = command("data=x", task="landmrk")
    assert code == 2 and is_one_sentence(told) and "the nearest is landmark" in told


def test_without_the_extra_the_sentence_says_what_to_install(
    command: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "hydra"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hydra", None)
    code, _, told = command("data=x", f"out={tmp_path}")
    assert code == 2 and is_one_sentence(told) and "craniomark[train]" in told


def test_help_lists_the_tasks_and_of_a_task_its_settings(command: Run) -> None:
    code, said, _ = command("--help", task="")
    assert code == 0 and "Learns a point." in said and "Example: craniomark train" in said
    code, said, _ = command("--help")
    assert code == 0
    for part in (
        "model.deep.depth",
        "How deep it lies",
        "one of soft, hard or null",
        "[4,8]",
        "loop.steps",
        "needed",
    ):
        assert part in said


def test_the_training_of_everything_is_told_and_reached(command: Run, tmp_path: Path) -> None:
    code, said, _ = command("--help", task="all")
    assert code == 0 and "recipe" in said and "licence" in said
    code, _, told = command(f"out={tmp_path}", task="all")
    assert code == 2 and is_one_sentence(told) and "craniomark train all: data is missing" in told
    code, _, told = command("-m", task="all")
    assert code == 2 and is_one_sentence(told) and "option is --multirun: leave it out" in told


def test_what_is_set_can_be_shown_and_given_back(command: Run) -> None:
    code, said, _ = command("--show-config", "data=my scans", "out=x", "model.sizes=[7]")
    assert code == 0
    lines = said.splitlines()
    assert "data=my scans" in lines and "model.sizes=[7]" in lines and "template=null" in lines
    assert command("--show-config", *lines)[1] == said


def test_the_network_is_shown_and_nothing_written(command: Run, animals_folder: Path, tmp_path: Path) -> None:
    code, said, told = command("--show-network", f"data={animals_folder}", f"out={tmp_path / 'x'}", *QUICK)
    assert code == 0, told
    assert "Linear" in said and "3 parameters are learnt" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "code"), [("done", 0), ("failed", 3), ("stopped", 4)])
def test_a_multirun_ends_with_a_table(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    def do(order: Order, *_: object) -> JobResult:
        last = order.config["fold"] == 2
        figures = {"mean_mm": 0.1 + order.config["fold"] / 100}
        return JobResult(order.name, status if last else "done", 5, figures, 60.0, "Planted." if last else "")

    monkeypatch.setattr(multirun, "run_in_child", do)
    ended, said, told = command("-m", "data=x", f"out={tmp_path}", "fold=0,1,2")
    assert ended == code
    table = (tmp_path / "table.csv").read_text()
    assert "fold=0,done,5,0.1,1.0" in table.replace('"', "")
    mean = "0.11" if status == "done" else "0.105"
    assert f"mean,n={3 if status == 'done' else 2},,{mean}," in table
    assert all(name in said for name in ("fold=0", "mean", "spread", mean, "table.csv"))
    if status == "failed":
        assert told.splitlines() == ["fold=2: Planted.", "1 of 3 jobs failed: fold=2; the others are done."]
    if status == "stopped":
        assert told == "1 of 3 jobs are not done; the same command goes on with them.\n"


def test_remaining_time_is_told_in_words() -> None:
    words = training_progress.left_words
    assert words({"seconds_left": None}) == ""
    assert words({"seconds_left": 12.3}) == ", 12 s left"
    assert words({"seconds_left": 300}) == ", 5 min left"
    assert words({"seconds_left": 7500}) == ", 2 h 5 min left"
