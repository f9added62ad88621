import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from craniomark.flows.registration.elastic_networks import elastic_network, elastic_parts, settings_of
from craniomark.flows.registration.methods import Options
from craniomark.ground.checks import InputError
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.regnet.elastic.network import ElasticNetwork, ElasticSettings

SETTINGS = ElasticSettings(spacing=0.5, block=2, unet=UNetSettings((8, 16), stem=1))


def run_folder(folder: Path, kind: str = "elastic") -> ElasticNetwork:
    told = {"config": {"choice": {"kind": kind}, "elastic": asdict(SETTINGS)}}
    (folder / "identity.json").write_text(json.dumps(told))
    torch.manual_seed(0)
    return ElasticNetwork(SETTINGS)


def test_the_network_of_a_finished_run_is_the_one_that_was_trained(tmp_path: Path) -> None:
    network = run_folder(tmp_path)
    torch.nn.init.normal_(network.last.weight)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    read = elastic_network(Options(model=str(tmp_path)))
    assert read is not None and read.settings == SETTINGS
    images = torch.rand(2, 1, 8, 8, 8)
    torch.testing.assert_close(
        read(images[:1], images[1:]).velocities, network(images[:1], images[1:]).velocities
    )


def test_a_run_that_is_not_finished_or_of_another_task_is_refused(tmp_path: Path) -> None:
    run_folder(tmp_path)
    with pytest.raises(InputError, match="not finished"):
        elastic_network(Options(model=str(tmp_path)))
    run_folder(tmp_path, "affine")
    with pytest.raises(InputError, match="of another task"):
        elastic_network(Options(model=str(tmp_path)))


def test_parts_of_a_bundle_hold_settings_that_make_the_network_again(tmp_path: Path) -> None:
    parts = elastic_parts(run_folder(tmp_path))
    path = tmp_path / "register-elastic.json"
    parts["register-elastic.json"](path)
    assert settings_of(json.loads(path.read_text()), path) == SETTINGS
    with pytest.raises(InputError, match="not usable"):
        settings_of({"axes": 7}, path)
