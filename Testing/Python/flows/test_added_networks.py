"""Networks of runs put into copies of bundles, by the command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from craniomark.cli.main import main
from craniomark.flows.added_networks import add_network
from craniomark.flows.bundle import Manifest, load_bundle, write_bundle
from craniomark.flows.registration.elastic_networks import ELASTIC_PART, elastic_parts, load_elastic_network
from craniomark.ground.checks import InputError
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.regnet.elastic.network import ElasticNetwork, ElasticSettings

TINY = ElasticSettings(spacing=0.5, block=2, rounds=1, unet=UNetSettings((8, 16), stem=1))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What a finished training of an elastic network leaves."""
    folder = tmp_path / "run"
    folder.mkdir()
    torch.manual_seed(5)
    network = ElasticNetwork(TINY)
    torch.nn.init.normal_(network.last.weight, std=0.02)
    save_file(
        {name: t.contiguous() for name, t in network.state_dict().items()}, folder / "weights.safetensors"
    )
    elastic_parts(network)["register-elastic.json"](folder / "settings.json")
    settings = json.loads((folder / "settings.json").read_text())
    told = {"config": {"choice": {"kind": "elastic"}, "elastic": settings}}
    (folder / "identity.json").write_text(json.dumps(told))
    (folder / "state.json").write_text(json.dumps({"job": "register"}))
    return folder


@pytest.fixture
def old(tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]) -> Path:
    return write_bundle(tmp_path / "old", manifest, parts)


def test_the_command_adds_a_network_and_raises_the_version(
    run: Path, old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bundle", "add", str(old), str(run), "-o", str(tmp_path / "new")])
    assert not ended.value.code
    before, after = load_bundle(old), load_bundle(tmp_path / "new")
    major, minor, *_ = before.manifest.version.split(".")
    assert after.manifest.version == f"{major}.{int(minor) + 1}.0"
    assert after.manifest.parts == (*before.manifest.parts, ELASTIC_PART)
    assert f"now has {ELASTIC_PART}" in capsys.readouterr().out
    network = load_elastic_network(after)
    assert network is not None and network.settings == TINY


def test_weights_in_eight_bits_answer_nearly_as_the_run(run: Path, old: Path, tmp_path: Path) -> None:
    from craniomark.flows.registration.elastic_networks import trained_elastic_network

    known = trained_elastic_network(run)
    found = load_elastic_network(load_bundle(add_network(run, str(old), tmp_path / "new")))
    assert found is not None
    images = torch.rand(2, 1, 16, 16, 16)
    one, other = (network(images, images.flip(0)).velocities for network in (known, found))
    assert float((one - other).norm()) < 0.05 * float(one.norm())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "no training lies there"),
        ({"job": "orient"}, "of the task orient"),
        ({}, "of the task unknown"),
    ],
)
def test_a_folder_of_another_kind_is_told(
    run: Path, old: Path, tmp_path: Path, state: dict[str, str] | None, words: str
) -> None:
    (run / "state.json").unlink()
    if state is not None:
        (run / "state.json").write_text(json.dumps(state))
    with pytest.raises(InputError, match=words):
        add_network(run, str(old), tmp_path / "new")
    assert not (tmp_path / "new").exists()
