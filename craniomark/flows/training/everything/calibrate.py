"""Error estimates of the fused landmarks, from specimens that took no part in what places them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from craniomark.engine.image import Image
from craniomark.flows.bundle import load_bundle
from craniomark.flows.template.build import figures
from craniomark.flows.template.crossfit import SOURCES, crossfit
from craniomark.flows.template.error_fit import fit_error_model
from craniomark.flows.template.scans import read_scans
from craniomark.flows.training.everything.members import trained_ensembles
from craniomark.flows.training.everything.work import Work
from craniomark.ground.checks import InputError, written_whole
from craniomark.tasks.landmark.fuse import Networks

FEWEST_UNSEEN = 4
"""Specimens that errors are estimated from."""


def calibration_file(work: Work) -> Path:
    """Where the stage leaves error models and figures."""
    return work.out / "calibration.json"


def calibrate(work: Work) -> None:
    """Fit the error models on placements by folds of patches and by networks that had not seen them."""
    ensembles = trained_ensembles(work)
    _, scans = read_scans([Path(work.settings.data)])
    bundle = load_bundle(str(work.template))

    def unseen(specimen: str) -> Networks | None:
        networks = ensembles.unseen(specimen)
        if networks is None and not work.recipe.parts:
            remedy = "train with the data that are there now, into a new folder"
            raise InputError(work.out, "specimen that all networks have seen", specimen, remedy)
        return networks

    _check_unseen(work, [ensembles.unseen(scan.specimen.id) is not None for scan in scans])
    with torch.inference_mode():
        template, told = Image.of(bundle.template()), work.told("calibrate")
        left_out = crossfit(scans, template, 0, work.settings.seed, told, networks=unseen)
    models = {source: fit_error_model(left_out[source]).as_json() for source in SOURCES}
    _write(calibration_file(work), {"models": models, "figures": figures(left_out)})


def _check_unseen(work: Work, unseen: Sequence[bool]) -> None:
    """Refuse to estimate errors from hardly any specimens."""
    if work.recipe.parts and sum(unseen) < FEWEST_UNSEEN:
        remedy = f"give more specimens, or a recipe of fewer parts than {work.recipe.parts}"
        raise InputError(work.settings.data, "specimens that a network has not seen", sum(unseen), remedy)


def _write(path: Path, values: Mapping[str, Any]) -> None:
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
