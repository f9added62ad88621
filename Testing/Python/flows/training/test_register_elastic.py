"""An elastic network in the training loop, on real CTs: a few steps are enough to carry landmarks nearer."""

from pathlib import Path

import torch

from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.data import training_data
from craniomark.flows.training.registry import task_entry

STEPS = 30


def test_a_short_training_brings_landmarks_of_unseen_scans_nearer(
    mouse_ct_folder: Path, tmp_path: Path
) -> None:
    entry = task_entry("register")
    words = [f"data={mouse_ct_folder}", f"out={tmp_path}", "model=elastic_diff", "fold=0"]
    settings = compose(entry, [*words, "elastic_pairs.source=real", "elastic_pairs.batch=1"]).settings
    torch.manual_seed(1)
    task = entry.build(settings, training_data(settings, entry.spacing(settings), tmp_path / "cache"))
    untrained = task.validate()
    assert abs(untrained["mean_mm"] - untrained["identity_mm"]) < 1e-3
    optimiser = torch.optim.Adam(task.network.parameters(), settings.loop.learning_rate)
    for step in range(STEPS):
        losses = task.losses(task.batch(0, step), step)
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimiser.step()
    trained = task.validate()
    assert trained["mean_mm"] < 0.96 * untrained["mean_mm"]
    assert trained["folding_percent"] < 0.01
