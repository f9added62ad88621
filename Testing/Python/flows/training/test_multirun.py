"""Multiruns: named, planned before the first job, resumed, one failure alone; by jobs that take no time."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from toy_training import ENTRY

from craniomark.flows.training import multirun
from craniomark.flows.training.config import keys
from craniomark.flows.training.jobs import JobResult, Order
from craniomark.flows.training.multirun import Jobs, Multirun, job_name, run_multirun
from craniomark.flows.training.snapshot import Snapshot
from craniomark.ground.checks import InputError


class Doer:
    """Does jobs at once: notes the order, finishes it as a run would, or fails as it is told."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.failing: dict[str, JobResult] = {}

    def __call__(self, order: Order, _snapshot: Snapshot, _listen: Any = None) -> JobResult:
        self.orders.append(order)
        if order.name in self.failing:
            return self.failing[order.name]
        figures = {"mean_mm": 0.1 + 0.01 * (order.config["fold"] or 0)}
        order.folder.mkdir(parents=True, exist_ok=True)
        state = {"status": "done", "step": 5, "figures": figures, "seconds": 1.0}
        (order.folder / "state.json").write_text(json.dumps(state))
        (order.folder / "weights.safetensors").touch()
        return JobResult(order.name, "done", 5, figures, 1.0)

    @property
    def names(self) -> list[str]:
        return [order.name for order in self.orders]


@pytest.fixture
def doer(monkeypatch: pytest.MonkeyPatch) -> Doer:
    doer = Doer()
    monkeypatch.setattr(multirun, "run_in_child", doer)
    return doer


def run(out: Path, *words: str, stop_file: Path | None = None) -> Multirun:
    return run_multirun(ENTRY, ["data=scans", f"out={out}", *words], stop_file=stop_file)


def test_jobs_are_the_product_of_the_sweeps(doer: Doer, tmp_path: Path) -> None:
    out = tmp_path / "Läufe (neu)"
    found = run(out, "fold=range(2)", "model.kind=soft,hard", "model.width=4")
    names = [f"fold={fold},model.kind={kind}" for fold in (0, 1) for kind in ("soft", "hard")]
    assert doer.names == names == [one.name for one in found.results]
    first = doer.orders[0].config
    assert (first["fold"], first["model"]["kind"], first["model"]["width"]) == (0, "soft", 4)
    assert first["out"] == str(out / names[0])
    assert {order.config["cache"] for order in doer.orders} == {str(out / "cache")}
    assert found.table.read_text().splitlines()[0] == "job,status,step,mean_mm,minutes"


def test_lists_and_names_that_look_like_numbers_can_be_swept(doer: Doer, tmp_path: Path) -> None:
    run(tmp_path, "validation_ids=[152_10],[152_11]", "fold=null,0")
    assert [order.config["validation_ids"] for order in doer.orders] == [["152_10"]] * 2 + [["152_11"]] * 2
    assert [order.config["fold"] for order in doer.orders] == [None, 0, None, 0]


def test_done_jobs_are_skipped_and_others_gone_on_with(doer: Doer, tmp_path: Path) -> None:
    doer.failing["fold=1"] = JobResult("fold=1", "stopped", 3)
    first = run(tmp_path, "fold=0,1,2")
    assert [one.status for one in first.results] == ["done", "stopped", "done"]
    doer.orders.clear()
    doer.failing.clear()
    second = run(tmp_path, "fold=0,1,2")
    assert doer.names == ["fold=1"]
    assert [(one.status, one.kept) for one in second.results] == [
        ("done", True),
        ("done", False),
        ("done", True),
    ]


def test_further_values_may_be_added(doer: Doer, tmp_path: Path) -> None:
    run(tmp_path, "fold=0,1")
    run(tmp_path, "fold=2,1")
    assert doer.names == ["fold=0", "fold=1", "fold=2"]


def test_other_settings_in_the_same_folder_are_refused(doer: Doer, tmp_path: Path) -> None:
    run(tmp_path, "fold=0,1", "loop.steps=10")
    with pytest.raises(
        InputError, match=r"setting is loop\.steps=20, while the multirun began with loop\.steps=10"
    ):
        run(tmp_path, "fold=0,1", "loop.steps=20")
    assert len(doer.orders) == 2


def test_what_changes_nothing_of_the_result_may_differ(doer: Doer, tmp_path: Path) -> None:
    run(tmp_path, "fold=0,1", "loop.device=cpu")
    run(tmp_path, "fold=0,1", "loop.device=auto", "loop.save_every=7")
    assert len(doer.orders) == 2


def test_one_failed_job_leaves_the_others(doer: Doer, tmp_path: Path) -> None:
    doer.failing["fold=0"] = JobResult("fold=0", "failed", message="planted")
    doer.failing["fold=1"] = JobResult("fold=1", "refused", message="data", error=["a.nii", "b", "c", "d"])
    assert [one.status for one in run(tmp_path, "fold=0,1,2").results] == ["failed", "refused", "done"]


def test_what_refuses_all_jobs_alike_is_bad_input(doer: Doer, tmp_path: Path) -> None:
    for name in ("fold=0", "fold=1"):
        doer.failing[name] = JobResult(name, "refused", error=["scans", "input", "missing", "check the name"])
    with pytest.raises(InputError, match="scans: input is missing: check the name"):
        run(tmp_path, "fold=0,1")


def test_jobs_that_have_not_begun_wait_where_the_stop_file_is(doer: Doer, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    stop.touch()
    assert [one.status for one in run(tmp_path / "out", "fold=0,1", stop_file=stop).results] == [
        "waiting"
    ] * 2
    assert doer.orders == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fold=0,9"], "fold is 9: give 0 to 4, or null"),
        (["fold=0,many"], "fold is '0,many': give a whole number or null"),
        (["model.widht=1,2"], "nearest that can be set is model.width"),
        (["fold=interval(0,3)"], r"list the values: a,b,c or range\(start,stop\)"),
        (["cache=a,b"], "several folders"),
        (["hydra/sweeper=other"], "leave it out"),
        (["hydra/launcher=nowhere", "fold=0,1"], "hydra/launcher"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_begins(
    doer: Doer, tmp_path: Path, words: list[str], told: str
) -> None:
    with pytest.raises(InputError, match=told) as error:
        run(tmp_path / "out", *words)
    assert "\n" not in str(error.value)
    assert doer.orders == []


def test_configs_are_those_of_the_start_whatever_becomes_of_the_files(
    doer: Doer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "Configs" / "toy" / "recipe" / "default.yaml"
    recipe.parent.mkdir(parents=True)
    recipe.write_text("# @package _global_\nmodel:\n  width: 5\n")
    for module in (keys, multirun.take_snapshot.__globals__):
        patch = monkeypatch.setitem if isinstance(module, dict) else monkeypatch.setattr
        patch(module, "resource_folder", lambda: tmp_path)  # type: ignore[operator]

    def change(*given: Any) -> JobResult:
        recipe.write_text("# @package _global_\nmodel:\n  width: 6\n")
        return doer(*given)

    monkeypatch.setattr(multirun, "run_in_child", change)
    run(tmp_path / "out", "fold=0,1")
    run(tmp_path / "out", "fold=0,1,2")  # begun again, with a value that was not planned at the start
    assert [order.config["model"]["width"] for order in doer.orders] == [5, 5, 5]
    run(tmp_path / "other", "fold=0")
    assert doer.orders[-1].config["model"]["width"] == 6


def test_a_changed_snapshot_is_refused(doer: Doer, tmp_path: Path) -> None:
    run(tmp_path, "fold=0,1")
    (tmp_path / "code" / "craniomark" / "__init__.py").write_text("changed = True\n")
    with pytest.raises(InputError, match="code of the multirun's start is changed"):
        run(tmp_path, "fold=0,1,2")
    assert doer.names == ["fold=0", "fold=1"]


@pytest.mark.usefixtures("doer")
def test_hydra_stays_where_it_is_and_writes_only_into_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    run_multirun(ENTRY, ["data=scans", "out=../out", "fold=0,1"])
    assert Path.cwd() == here and list(here.iterdir()) == []
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "code", "fold=0", "fold=1", "multirun.json", "multirun.yaml", "table.csv",
    }  # fmt: skip
    assert capfd.readouterr() == ("", "")


def test_jobs_travel_to_other_processes_without_their_listener(tmp_path: Path) -> None:
    order = Order("toy", "fold=0", {"out": str(tmp_path)})
    jobs = Jobs({"fold=0": order}, ["fold"], Snapshot(tmp_path, ""), lambda _event: None)
    assert pickle.loads(pickle.dumps(jobs)).__dict__ == jobs.__dict__ | {"_listen": None}


def test_names_of_jobs_are_names_of_folders() -> None:
    assert job_name(["data=/a/b", "fold=0", "loop.seed=3"], ["fold", "loop.seed"]) == "fold=0,loop.seed=3"
    assert job_name(["template=/a b/c"], ["template"]) == "template=_a_b_c"
    assert job_name(["data=/a/b"], []) == "run"
