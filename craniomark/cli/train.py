"""``craniomark train``: networks from landmarked scans."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from craniomark.cli.exits import SomeRefused
from craniomark.cli.settings import settings
from craniomark.cli.tables import print_table
from craniomark.cli.training_progress import shown_training
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.flows.training.config.compose import Config
    from craniomark.flows.training.registry import TaskEntry

EVERYTHING = "all"

TaskName = Annotated[
    str, typer.Argument(metavar="TASK", help="What to train; TASK --help lists its settings.")
]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Settings, e.g. data=scans out=run fold=0."),
]
Multirun = Annotated[
    bool, typer.Option("--multirun", "-m", help="One run for each combination of values, as in fold=0,1,2.")
]
ShowNetwork = Annotated[bool, typer.Option("--show-network", help="Print the network's layers, and end.")]
ShowConfig = Annotated[bool, typer.Option("--show-config", help="Print what is set, and end.")]
StopFile = Annotated[
    Path | None,
    typer.Option("--stop-file", metavar="FILE", help="Save and end as soon as this file is there."),
]
Help = Annotated[
    bool, typer.Option("--help", is_eager=False, help="Show this, with TASK its settings too, and end.")
]


def train(
    context: typer.Context,
    task: TaskName = "",
    words: Words = None,
    multirun: Multirun = False,
    show_network: ShowNetwork = False,
    show_config: ShowConfig = False,
    stop_file: StopFile = None,
    help_: Help = False,
) -> None:
    """Train a network, or go on with a run that was stopped.

    The same command again goes on where a run was stopped. Exit code 4 after the stop file, 130 after Ctrl-C;
    both keep what was learnt. Exit code 3 if some jobs of a multirun failed.
    """
    words = words or []
    if help_ or not task:
        _help(context, task)
        return
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads starve one another on shared cores
    if task == EVERYTHING:
        chosen = {"--multirun": multirun, "--show-network": show_network, "--show-config": show_config}
        _everything(words, stop_file, [name for name, here in chosen.items() if here])
        return
    from craniomark.flows.training.registry import task_entry

    entry = task_entry(task)
    if multirun and not (show_network or show_config):
        _many(entry, words, stop_file)
        return
    config = _config(entry, words)
    if show_config:
        _print_settings(entry, config.plain)
    if show_network:
        _print_network(entry, config)
    if not (show_config or show_network):
        _one(entry, config, stop_file)


def _config(entry: "TaskEntry", words: list[str]) -> "Config":
    from craniomark.flows.training.config.compose import compose

    return compose(entry, words)


def _one(entry: "TaskEntry", config: "Config", stop_file: Path | None) -> None:
    from craniomark.flows.pipeline.stopping import Stopped
    from craniomark.flows.training.device import is_first_process
    from craniomark.flows.training.job import run_job
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    with shown_training() as listener:
        outcome = run_job(entry, config, listener, stop_file)
    told = ", ".join(f"{name} {value:.4g}" for name, value in outcome.figures.items())
    if outcome.status == "stopped":
        raise Stopped(f"stopped at step {outcome.step}; the same command goes on from there")
    if not settings.quiet and is_first_process(config.settings.loop):
        typer.echo(f"{outcome.weights}: {told or 'done'}")


def _many(entry: "TaskEntry", words: list[str], stop_file: Path | None) -> None:
    from craniomark.flows.pipeline.stopping import Stopped
    from craniomark.flows.training.multirun import run_multirun
    from craniomark.flows.training.table import job_table

    with shown_training() as listener:
        run = run_multirun(entry, words, listener, stop_file)
    table = job_table(run.results)
    if not settings.quiet:
        print_table(table.columns, table.rows, right=table.columns[2:])
        typer.echo(f"{run.table}")
    for one in run.results:
        if one.message and one.status in ("failed", "refused"):
            typer.echo(f"{one.name}: {one.message}", err=True)
    unfinished = [one.name for one in run.results if one.status in ("stopped", "waiting")]
    if unfinished:
        raise Stopped(
            f"{len(unfinished)} of {len(run.results)} jobs are not done; the same command goes on with them"
        )
    failed = [one.name for one in run.results if one.status != "done"]
    if failed:
        raise SomeRefused(
            f"{len(failed)} of {len(run.results)} jobs failed: {', '.join(failed)}; the others are done."
        )


def _everything(words: list[str], stop_file: Path | None, unfit: list[str]) -> None:
    """All stages from scans to a bundle; `unfit` options are for single tasks."""
    if unfit:
        raise InputError("craniomark train all", "option", unfit[0], "leave it out: it is for single tasks")
    from craniomark.flows.training.everything import train_everything
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    with shown_training() as listener:
        bundle = train_everything(words, listener, stop_file)
    if not settings.quiet:
        typer.echo(f"{bundle}: made; look at it with: craniomark bundle show {bundle}")


def _help(context: typer.Context, task: str) -> None:
    from craniomark.flows.training.config.show import default_values, group_rows, rows_of, setting_rows
    from craniomark.flows.training.everything.settings import EverythingSettings
    from craniomark.flows.training.registry import task_entry, task_names

    typer.echo(context.get_help())
    typer.echo()
    if not task:
        tasks = [(name, task_entry(name).about) for name in task_names()]
        print_table(("task", "what"), [*tasks, (EVERYTHING, "From landmarked scans to a working bundle.")])
        return
    if task == EVERYTHING:
        rows = rows_of(EverythingSettings)
    else:
        entry = task_entry(task)
        rows = [*group_rows(entry), *setting_rows(entry, default_values(entry))]
    typer.echo(f"Settings of {task}:")
    print_table(("key", "default", "values", "what"), [(r.key, r.value, r.kind, r.about) for r in rows])


def _print_settings(entry: "TaskEntry", plain: dict[str, Any]) -> None:
    from craniomark.flows.training.config.show import setting_rows

    for row in setting_rows(entry, plain):
        typer.echo(f"{row.key}={row.value}")


def _print_network(entry: "TaskEntry", config: "Config") -> None:
    import tempfile

    from craniomark.flows.training.job import CACHE, built, data_of
    from craniomark.flows.training.layers import layers_of, parameter_words

    chosen = config.settings
    with tempfile.TemporaryDirectory(prefix="craniomark-") as nowhere:
        there = Path(chosen.cache or Path(chosen.out) / CACHE)
        cache = there if there.is_dir() else Path(nowhere)  # looking makes no folder
        task = built(entry, config, data_of(entry, chosen, cache))
        layers = layers_of(task)
    rows = [("  " * one.depth + one.name.rpartition(".")[2], one.kind, one.output,
             f"{one.parameters:,}" if one.parameters else "") for one in layers]  # fmt: skip
    print_table(("layer", "kind", "output", "parameters"), rows, right=("parameters",))
    typer.echo(parameter_words(task))
