"""Several runs by one command: hydra's sweeps and launchers, each job held to the start's code and config."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import craniomark
from craniomark.flows.training.config.compose import (
    PRIMARY,
    compose,
    config_of,
    groups_folder,
    plain_values,
    refusals,
    session,
)
from craniomark.flows.training.config.words import key_of, quoted
from craniomark.flows.training.files import read_json, write_json
from craniomark.flows.training.job import CACHE, Listener
from craniomark.flows.training.jobs import JobResult, Order, done_before, run_in_child
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.resume import FREE
from craniomark.flows.training.snapshot import Snapshot, take_snapshot
from craniomark.flows.training.sweep import Swept, swept
from craniomark.flows.training.table import job_table, write_table
from craniomark.ground.checks import InputError

CODE, RECORD, TABLE = "code", "multirun.json", "table.csv"


@dataclass(frozen=True)
class Multirun:
    """How a multirun ended.

    Attributes
    ----------
    results : tuple of JobResult
        One for each job, in the order of the sweep.
    table : Path
        The table over them.
    """

    results: tuple[JobResult, ...]
    table: Path


class Jobs:
    """What hydra's launcher is given to do for each job, here or in another process or machine.

    Parameters
    ----------
    orders : mapping of str to Order
        By the name of the job.
    keys : sequence of str
        Keys that are swept, which make the names.
    snapshot : Snapshot
        Code of the start.
    listen : callable or None
        Given each event; it stays behind where the launcher goes elsewhere.
    """

    def __init__(
        self, orders: Mapping[str, Order], keys: Sequence[str], snapshot: Snapshot, listen: Listener | None
    ) -> None:
        self._orders, self._keys, self._snapshot, self._listen = dict(orders), tuple(keys), snapshot, listen

    def __call__(self, _config: Any) -> dict[str, Any]:
        """Do the job of the overrides that hydra composed this config of."""
        from hydra.core.hydra_config import HydraConfig

        order = self._orders[job_name(HydraConfig.get().overrides.task, self._keys)]
        return self._done(order).plain()

    def _done(self, order: Order) -> JobResult:
        before = done_before(order)
        if before:
            return before
        if order.stop_file and Path(order.stop_file).exists():
            return JobResult(order.name, "waiting", message=f"not begun: {order.stop_file} is there")
        try:
            return run_in_child(order, self._snapshot, self._listen)
        except InputError as error:
            told = [error.file, error.field, str(error.value), error.remedy]
            return JobResult(order.name, "refused", message=str(error), error=told)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_listen": None}


def run_multirun(
    entry: TaskEntry, words: Sequence[str], listen: Listener | None = None, stop_file: Path | None = None
) -> Multirun:
    """Train once for each combination of the swept values.

    All configs are composed and checked before the first job starts, from a copy of code and YAML groups
    in the multirun's folder. Each job runs that copy. The same command again goes on with the jobs that
    are not done, by the code and configs of the start; further values may be added to the sweeps.

    Parameters
    ----------
    entry : TaskEntry
        The task.
    words : sequence of str
        As on the command line, with hydra's sweeps: ``fold=0,1,2``, ``fold=range(5)``; and
        ``hydra/launcher=...`` where the jobs are to run elsewhere.
    listen : callable, optional
        Is given each event.
    stop_file : Path, optional
        As for `run_training`; jobs that haven't begun don't begin.

    Returns
    -------
    Multirun
        Results and table.

    Raises
    ------
    InputError
        If words, configs or folder are wrong, or no job could use its input, all for the same reason.
    """
    sweep = swept(entry, words)
    out = Path(compose(entry, sweep.first).settings.out).absolute()
    record = read_json(out / RECORD) if (out / RECORD).exists() else None
    if record:
        check_same(record, entry, sweep, out)
    configs = _planned(entry, sweep, _configs_of(out / CODE, entry) if record else groups_folder(entry))
    jobs = configs | (record["jobs"] if record else {})
    orders = {name: _order(entry, name, jobs[name], out, stop_file) for name in configs}
    snapshot = _snapshot(out, record)
    content = {
        "schema": 1, "version": craniomark.__version__, "code": snapshot.sha256, "task": entry.name,
        "words": sweep.fixed, "jobs": jobs,
    }  # fmt: skip
    write_json(out / RECORD, content)
    with session(entry, _configs_of(snapshot.folder, entry)) as hydra, refusals(entry, words):
        returned = hydra.multirun(
            PRIMARY, Jobs(orders, sweep.keys, snapshot, listen), [*sweep.words, *_own_words(out)], False
        )
    results = [JobResult(**one.return_value) for batch in returned for one in batch]
    _refuse_together(results)
    write_table(job_table(results), out / TABLE)
    return Multirun(tuple(results), out / TABLE)


def check_same(record: Mapping[str, Any], entry: TaskEntry, sweep: Swept, out: Path) -> None:
    """Refuse to go on with a multirun that was begun with other words.

    Raises
    ------
    InputError
        Names what differs.
    """
    remedy = "give back what it began with, or choose another folder"
    if record["task"] != entry.name:
        raise InputError(out, "task", f"{entry.name}, while the multirun began with {record['task']}", remedy)
    before, now = (
        {w for w in words if _leaf(w) not in FREE | {CACHE}} for words in (record["words"], sweep.fixed)
    )
    if before != now:
        value = f"{_listed(now - before)}, while the multirun began with {_listed(before - now)}"
        raise InputError(out, "setting", value, remedy)


def job_name(overrides: Sequence[str], keys: Sequence[str]) -> str:
    """Name of a job and its folder, of the swept settings alone: ``fold=0,loop.seed=1``."""
    own = [one for one in overrides if key_of(one) in keys]
    name = ",".join(own) or "run"
    return "".join(c if c.isalnum() or c in "=,.-_+" else "_" for c in name)[:150]


def _order(
    entry: TaskEntry, name: str, config: Mapping[str, Any], out: Path, stop_file: Path | None
) -> Order:
    plain = dict(config) | {"out": str(out / name), "cache": config["cache"] or str(out / CACHE)}
    return Order(entry.name, name, plain, str(stop_file.absolute()) if stop_file else None)


def _planned(entry: TaskEntry, sweep: Swept, configs: Path | None) -> dict[str, dict[str, Any]]:
    """Plain config of each job by its name, as hydra's own sweeper composes them."""
    found: dict[str, dict[str, Any]] = {}

    def note(config: Any) -> None:
        from hydra.core.hydra_config import HydraConfig

        found[job_name(HydraConfig.get().overrides.task, sweep.keys)] = plain_values(config)

    with _temporary() as nowhere, session(entry, configs) as hydra, refusals(entry, sweep.words):
        hydra.multirun(PRIMARY, note, [*sweep.without_launcher, *_own_words(nowhere)], False)
    return {name: config_of(entry, values).plain for name, values in found.items()}


def _own_words(out: Path) -> list[str]:
    """Hydra keeps to this folder, writes no logs and stays where it is."""
    return [
        f"hydra.sweep.dir={quoted(str(out))}", "hydra.sweep.subdir=.", "hydra.output_subdir=null",
        "hydra.job.chdir=false", "hydra/job_logging=none", "hydra/hydra_logging=none",
    ]  # fmt: skip


def _snapshot(out: Path, record: Mapping[str, Any] | None) -> Snapshot:
    if record:
        snapshot = Snapshot(out / CODE, str(record["code"]))
        snapshot.check()
        return snapshot
    if (out / CODE).exists():
        shutil.rmtree(out / CODE)  # of a start that was cut off before its record was written
    return take_snapshot(out / CODE)


def _configs_of(code: Path, entry: TaskEntry) -> Path | None:
    folder = Snapshot(code, "").configs / entry.name
    return folder if folder.is_dir() else None


def _refuse_together(results: Sequence[JobResult]) -> None:
    """Where nothing could be done, for one and the same reason, that is bad input and not a failed job."""
    errors = {tuple(one.error) for one in results}
    if len(errors) == 1 and len(error := errors.pop()) == 4:
        raise InputError(*error)


def _leaf(word: str) -> str:
    return key_of(word).rpartition(".")[2]


def _listed(words: set[str]) -> str:
    return " ".join(sorted(words)) or "none"


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="craniomark-") as folder:
        yield Path(folder)
