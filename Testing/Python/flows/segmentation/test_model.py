"""The network of bone masks in a bundle: written, read, and refused where anything is off."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from craniomark.flows.bundle import Manifest, load_bundle, write_bundle
from craniomark.flows.segmentation.model import (
    SEGMENT_PART,
    SEGMENT_SETTINGS,
    chosen_network,
    load_segment_network,
    segment_parts,
)
from craniomark.ground.checks import InputError
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork

Writers = dict[str, Callable[[Path], None]]


@pytest.fixture
def network() -> SegmentNetwork:
    torch.manual_seed(2)
    return SegmentNetwork(NetworkSettings((8, 16), dilations=(1, 2))).eval()


@pytest.fixture
def named(manifest: Manifest) -> Manifest:
    return replace(manifest, parts=(*manifest.parts, SEGMENT_PART))


def test_a_network_comes_back_as_it_was_but_for_half_precision(
    named: Manifest, parts: Writers, network: SegmentNetwork, tmp_path: Path
) -> None:
    bundle = load_bundle(write_bundle(tmp_path / "net", named, parts | segment_parts(network)))
    found = load_segment_network(bundle)
    assert found is not None and found.settings == network.settings and not found.training
    image = torch.rand(1, 1, 16, 16, 16)
    assert torch.allclose(found(image)[0], network(image)[0], atol=0.05)
    assert chosen_network(str(tmp_path / "net"), torch.device("cpu"))[1].startswith(named.name)


def test_bundles_without_one_still_load(manifest: Manifest, parts: Writers, tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path / "old", manifest, parts))
    assert load_segment_network(bundle) is None
    with pytest.raises(InputError, match="none in this model"):
        chosen_network(str(tmp_path / "old"), torch.device("cpu"))


def test_settings_that_do_not_suit_the_weights(
    named: Manifest, parts: Writers, network: SegmentNetwork, tmp_path: Path
) -> None:
    for number, changes in enumerate(({"filters": [8, 24]}, {"filters": [7]}, {"more": 1})):
        told = json.dumps(vars(network.settings) | {"dilations": [1, 2], "filters": [8, 16]} | changes)
        changed = {SEGMENT_SETTINGS: lambda path, text=told: path.write_text(text)}
        folder = tmp_path / str(number)
        bundle = load_bundle(write_bundle(folder, named, parts | segment_parts(network) | changed))
        with pytest.raises(InputError, match="not usable"):
            load_segment_network(bundle)
