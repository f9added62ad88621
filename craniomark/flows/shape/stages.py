"""Training as a DeepSSM config asks for it, stage by stage, by the one training path."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.shape.config import DeepSSMConfig, StagePlan, read_config
from craniomark.flows.shape.examples import write_examples
from craniomark.flows.shape.loaders import read_record
from craniomark.flows.shape.plots import plot_training
from craniomark.flows.shape.predictor import network_of
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.weights import export_weights
from craniomark.flows.training.checkpoints import Checkpoints
from craniomark.flows.training.config.compose import config_of
from craniomark.flows.training.files import RunFolderView
from craniomark.flows.training.job import run_job
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.state import part_of
from craniomark.flows.training.tensors import load_weights, read_tensors
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.samples import steps_of_epoch

Listener = Callable[[dict[str, Any]], None]
LOG = ("Training_Stage", "Epoch", "LR", "Train_Err", "Train_Rel_Err", "Val_Err", "Val_Rel_Err", "Sec")
_FINAL = {"base": "final_model", "fine_tune": "final_model_ft", "ae": "final_model_ae",
          "tf": "final_model_tf", "joint": "final_model"}  # fmt: skip
_BEST = {"base": "best_model", "fine_tune": "best_model_ft", "joint": "best_model"}
_REMEMBERED = {"base": "best_model_epochs", "fine_tune": "best_ft_model_epochs", "joint": "best_model_epochs"}
_PLOTS = {"base": "training_plot", "fine_tune": "training_plot_ft", "ae": "training_plot_ae",
          "tf": "training_plot_tf", "joint": "training_plot_joint"}  # fmt: skip


def train_deepssm(
    config_file: Path, listen: Listener | None = None, stop_file: Path | None = None,
    parent: int | None = None, loop: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Train all stages of a config, or go on where they were stopped.

    Parameters
    ----------
    config_file : Path
        DeepSSM's JSON. The epochs of the best weights are written into it.
    listen : callable, optional
        Is given the events of each stage, which is the ``job`` in them.
    stop_file, parent
        As for `run_job`.
    loop : mapping, optional
        Settings of the loop in place of those that follow from the config, such as ``device`` or ``seed``.

    Returns
    -------
    Path
        The weights that tests take.

    Raises
    ------
    InputError
        If config, loaders and augmented data do not fit one another.
    Stopped
        If a stage was stopped; the same call goes on.
    """
    config = read_config(config_file)
    rows: list[dict[str, Any]] = []
    before: Path | None = None
    for plan in config.stages:
        folder = config.model_dir / "runs" / plan.stage
        values = stage_values(config, plan, folder, before, loop or {})
        entry = task_entry("shape")
        outcome = run_job(
            entry, config_of(entry, values, str(config_file)), listen, stop_file, parent, plan.title
        )
        if outcome.status == "stopped":
            raise Stopped(
                f"stopped in {plan.title} at step {outcome.step}; the same command goes on from there"
            )
        told = log_rows(folder, plan, _epoch_steps(config))
        rows += told
        write_csv(config.model_dir / "train_log.csv", LOG, [[row[name] for name in LOG] for row in rows])
        plot_training(told, f"DeepSSM, {plan.title}", config.model_dir / f"{_PLOTS[plan.stage]}.png")
        before = _export(config, plan, folder)
    write_examples(config)
    return config.weights


def stage_values(
    config: DeepSSMConfig, plan: StagePlan, folder: Path, before: Path | None, loop: Mapping[str, Any]
) -> dict[str, Any]:
    """The structured config of a stage, as plain values: the one mapping of DeepSSM's keys."""
    epoch = _epoch_steps(config)
    decay = plan.decay
    kind = {"Step": "step", "CosineAnnealing": "cosine"}.get(decay.kind, "none")
    stepwise = kind == "step"
    choice = {
        "latent": 0 if config.network.tl else config.latent,
        "augmented": str(config.aug_dir),
        "start": str(before) if before else "",
        "decay": kind,
        "decay_epochs": decay.step_size if stepwise else decay.t_max,
        "decay_factor": decay.gamma if stepwise else min(decay.eta_min / plan.learning_rate, 1.0),
    }
    if config.network.tl:
        choice |= {"latent": config.latent, "augmented": ""}
    objective = {
        "stage": plan.stage, "function": plan.function, "supervised_latent": config.supervised_latent,
        **config.focal,
    }  # fmt: skip
    usual = {
        "steps": plan.epochs * epoch, "learning_rate": plan.learning_rate, "weight_decay": 0.0,
        "schedule": "constant", "gradient_clip": 0.0, "metrics_every": epoch,
        "validate_every": plan.val_freq * epoch, "save_every": epoch, "result": "best",
    }  # fmt: skip
    return {
        "data": str(config.loader_dir), "out": str(folder), "fold": None, "loop": usual | dict(loop),
        "choice": choice, "model": asdict(config.network), "objective": objective,
        "intensity": asdict(config.intensity),
    }  # fmt: skip


def log_rows(folder: Path, plan: StagePlan, epoch: int) -> list[dict[str, Any]]:
    """Lines of ``train_log.csv`` from the run's curves: one for each validation."""
    by_step: dict[int, dict[str, float]] = {}
    with RunFolderView(folder).metrics.open(encoding="utf-8") as stream:
        for line in stream:
            event = json.loads(line)
            by_step.setdefault(int(event["step"]), {})[str(event["name"])] = event["value"]
    rows = []
    for step, values in sorted(by_step.items()):
        if values.get("validation/relative") is None or step == 0:
            continue
        rows.append({
            "Training_Stage": plan.title, "Epoch": step // epoch,
            "LR": values.get("learning_rate", plan.learning_rate),
            "Train_Err": values.get("validation/train_error", float("nan")),
            "Train_Rel_Err": values.get("validation/train_relative", float("nan")),
            "Val_Err": values["validation/error"], "Val_Rel_Err": values["validation/relative"],
            "Sec": round(values.get("validation/seconds", 0.0), 1),
        })  # fmt: skip
    return rows


def _epoch_steps(config: DeepSSMConfig) -> int:
    record = read_record(config.loader_dir)
    return steps_of_epoch(len(record["parts"].get("train", [])), int(record["batch_size"]))


def _export(config: DeepSSMConfig, plan: StagePlan, folder: Path) -> Path:
    """Write best and last weights under ShapeWorks' names; returns those that the next stage begins with."""
    network = network_of(config)
    notes = {"task": "shape", "stage": plan.stage, "model": config.model_name}
    view = RunFolderView(folder)
    newest = Checkpoints(view.checkpoints, 2).newest(lambda _: None, set_aside=False)
    if newest is None:
        raise InputError(folder, "checkpoints", "gone", "remove the run's folder and train again")
    network.load_state_dict(part_of(newest[1], "network"))
    last = export_weights(network, config.model_dir / _FINAL[plan.stage], notes)
    if plan.stage not in _BEST:
        return last
    load_weights(network, view.weights)
    best = export_weights(network, config.model_dir / _BEST[plan.stage], notes)
    steps = int(read_tensors(view.weights if not view.best.exists() else view.best)[1].get("step", 0))
    config.remember(**{_REMEMBERED[plan.stage]: steps // _epoch_steps(config)})
    return best if config.use_best_model else last
