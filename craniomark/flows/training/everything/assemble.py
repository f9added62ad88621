"""The bundle: what the template stage made, with networks and their error estimates."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from craniomark.flows.bundle import load_bundle, write_bundle
from craniomark.flows.pipeline.landmark_networks import LANDMARK_PART, landmark_parts
from craniomark.flows.pipeline.networks import ORIENT_PART, orient_parts
from craniomark.flows.training.everything.calibrate import calibration_file
from craniomark.flows.training.everything.members import trained_ensembles, trained_orient
from craniomark.flows.training.everything.state import minutes_of
from craniomark.flows.training.everything.work import Work
from craniomark.flows.training.files import read_json


def assemble(work: Work) -> None:
    """Write the bundle, whole or not at all."""
    template = load_bundle(str(work.template))
    calibration = read_json(calibration_file(work))
    parts: dict[str, Callable[[Path], None]] = {
        name: partial(shutil.copyfile, template.path(name)) for name in template.manifest.files
    }
    parts["calibration.json"] = partial(_write_json, calibration["models"])
    told: tuple[str, ...] = (LANDMARK_PART,)
    if work.recipe.orient is not None:
        parts |= orient_parts(trained_orient(work))
        told = (ORIENT_PART, LANDMARK_PART)
    parts |= landmark_parts(trained_ensembles(work))
    old = template.manifest
    manifest = replace(
        old,
        parts=(*old.parts, *told),
        device=device_words(work.settings.device),
        minutes=round(minutes_of(work.out), 1),
        figures=dict(old.figures) | {"out_of_fold": calibration["figures"]},
        seed=work.settings.seed,
    )
    write_bundle(work.bundle, manifest, parts)
    work.log("bundle", f"The bundle lies in {work.bundle}.")


def device_words(device: str) -> str:
    """What the networks were trained on."""
    if device == "cpu" or not torch.cuda.is_available():
        return "cpu"
    return torch.cuda.get_device_name(0)


def _write_json(values: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
