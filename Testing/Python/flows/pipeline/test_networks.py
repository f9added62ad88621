"""Networks in bundles: what is written is what is read, and damage is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from craniomark.flows.bundle import Bundle, Manifest, load_bundle, write_bundle
from craniomark.flows.pipeline.networks import (
    ORIENT_PART,
    ORIENT_SETTINGS,
    ORIENT_WEIGHTS,
    load_orient_network,
    orient_parts,
    write_weights,
)
from craniomark.ground.checks import InputError
from craniomark.tasks.orient.network import CentreBy, NetworkSettings, OrientNetwork

Writers = dict[str, Callable[[Path], None]]


def network(centre: CentreBy = "heads") -> OrientNetwork:
    torch.manual_seed(3)
    return OrientNetwork(NetworkSettings(size=8, spacing=3.0, widths=(8, 8), centre=centre)).eval()


def with_network(manifest: Manifest, parts: Writers, folder: Path, changed: Writers | None = None) -> Bundle:
    named = replace(manifest, parts=(*manifest.parts, ORIENT_PART))
    return load_bundle(write_bundle(folder / "net", named, parts | orient_parts(network()) | (changed or {})))


@pytest.mark.parametrize("centre", ["heads", "moments", "network"])
def test_a_network_comes_back_as_it_was_but_for_half_precision(
    manifest: Manifest, parts: Writers, tmp_path: Path, centre: CentreBy
) -> None:
    made = network(centre)
    named = replace(manifest, parts=(*manifest.parts, ORIENT_PART))
    bundle = load_bundle(write_bundle(tmp_path / "net", named, parts | orient_parts(made)))
    found = load_orient_network(bundle)
    assert found is not None
    assert found.settings == made.settings
    assert not found.training
    assert all(p.dtype == torch.float32 and not p.requires_grad for p in found.parameters())
    cubes = torch.rand(2, 1, 8, 8, 8)
    with torch.inference_mode():
        for one, other in zip(found(cubes), made(cubes), strict=True):
            torch.testing.assert_close(one, other, atol=2e-3, rtol=0.01)
    stored = bundle.tensors(ORIENT_WEIGHTS)
    assert {values.dtype for values in stored.values()} == {np.dtype(np.float16)}


def test_a_bundle_without_one_has_none(manifest: Manifest, parts: Writers, tmp_path: Path) -> None:
    assert load_orient_network(load_bundle(write_bundle(tmp_path / "plain", manifest, parts))) is None


def damaged(change: Callable[[dict[str, Any]], Any]) -> Writers:
    """What writes weights after a change."""

    def write(path: Path) -> None:
        write_weights(network(), path)
        tensors = load_file(path)
        change(tensors)
        save_file(tensors, path)

    return {ORIENT_WEIGHTS: write}


NAME = "turn.stem.0.weight"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tensors: tensors.pop(NAME), "turn.stem.0.weight in only one of"),
        (lambda tensors: tensors.update(more=np.zeros(2, np.float16)), "more in only one of"),
        (lambda tensors: tensors.update({NAME: np.zeros((8, 2), np.float16)}), r"of shape \(8, 2\), not"),
        (lambda tensors: tensors[NAME].fill(np.nan), "not finite"),
    ],
)
def test_damaged_weights_are_refused(
    manifest: Manifest, parts: Writers, tmp_path: Path, change: Callable[[dict[str, Any]], Any], told: str
) -> None:
    bundle = with_network(manifest, parts, tmp_path, damaged(change))
    with pytest.raises(InputError, match=told) as caught:
        load_orient_network(bundle)
    assert ORIENT_WEIGHTS in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": 10}, "size is 10"),
        ({"widths": "wide"}, "not usable"),
        ({"widths": None}, "not usable"),
        ({"centre": "guess"}, "centre is 'guess'"),
        ({"depth": 3}, "depth missing or not known"),
        ({"spacing": "1"}, "not usable"),
        ({"widths": [16, 16]}, "of shape"),
    ],
)
def test_unsound_settings_are_refused(
    manifest: Manifest, parts: Writers, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    def write(path: Path) -> None:
        orient_parts(network())[ORIENT_SETTINGS](path)
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")

    bundle = with_network(manifest, parts, tmp_path, {ORIENT_SETTINGS: write})
    with pytest.raises(InputError, match=told):
        load_orient_network(bundle)


def test_a_part_that_is_named_must_be_there(manifest: Manifest, parts: Writers, tmp_path: Path) -> None:
    named = replace(manifest, parts=(*manifest.parts, ORIENT_PART))
    bundle = load_bundle(write_bundle(tmp_path / "net", named, parts))
    with pytest.raises(InputError, match=ORIENT_SETTINGS):
        load_orient_network(bundle)


def test_weights_that_half_precision_cannot_hold_are_refused(tmp_path: Path) -> None:
    made = network()
    with torch.no_grad():
        next(made.parameters()).fill_(1e6)
    with pytest.raises(ValueError, match="half precision"):
        write_weights(made, tmp_path / "weights.safetensors")
