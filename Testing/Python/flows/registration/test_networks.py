"""Networks of runs and of bundles start registrations."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from craniomark.engine.image import Image
from craniomark.flows.added_networks import add_network
from craniomark.flows.bundle import load_bundle
from craniomark.flows.registration.methods import Options
from craniomark.flows.registration.networks import (
    AFFINE_PART,
    AFFINE_SETTINGS,
    AFFINE_WEIGHTS,
    affine_network,
    load_affine_network,
    trained_affine_network,
)
from craniomark.ground.checks import InputError
from craniomark.tasks.regnet.affine import predict
from craniomark.tasks.regnet.affine.network import AffineNetwork, AffineSettings

TINY = AffineSettings(kind="matrix", size=8, spacing=2.0, filters=(8, 16), points=8, cascades=2)


def write_run(folder: Path, settings: AffineSettings = TINY, kind: str = "affine") -> Path:
    """What a finished training leaves."""
    folder.mkdir(parents=True)
    torch.manual_seed(5)
    weights = {name: t.contiguous() for name, t in AffineNetwork(settings).state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    told = {"config": {"choice": {"kind": kind}, "affine": asdict(settings)}}
    (folder / "identity.json").write_text(json.dumps(told))
    (folder / "state.json").write_text(json.dumps({"job": "register"}))
    return folder


def images() -> tuple[Image, Image]:
    one, two = torch.rand(2, 20, 20, 20, generator=torch.Generator().manual_seed(3)).unbind()
    return Image(one, np.eye(4)), Image(two, np.eye(4))


def test_a_run_answers_as_its_network(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    propose = affine_network(Options(model=str(run)))
    assert propose is not None
    matrix = propose(*images())
    assert matrix.shape == (4, 4)
    np.testing.assert_array_equal(matrix[3], [0, 0, 0, 1])


def test_a_network_in_a_bundle_answers_alike_and_all_else_stays(
    make_bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict, "ROUNDS", 0)  # an untrained network's rounds lead ever farther away
    run, old = write_run(tmp_path / "run"), make_bundle(tmp_path / "old")
    out = add_network(run, str(old), tmp_path / "new", "2.0", "craniomark train register ...")
    bundle = load_bundle(out)
    assert bundle.manifest.version == "2.0"
    assert bundle.manifest.parts[-1] == AFFINE_PART
    assert bundle.manifest.commands[-1] == "craniomark train register ..."
    before = load_bundle(old)
    assert set(bundle.manifest.files) - set(before.manifest.files) == {AFFINE_SETTINGS, AFFINE_WEIGHTS}
    for name, entry in before.manifest.files.items():
        assert bundle.manifest.files[name] == entry
    found = affine_network(Options(model=str(out)))
    known = affine_network(Options(model=str(run)))
    assert found is not None
    assert known is not None
    np.testing.assert_allclose(found(*images()), known(*images()), atol=0.1)
    again = load_bundle(add_network(run, str(out), tmp_path / "again", "2.1", "once more"))
    assert again.manifest.parts == bundle.manifest.parts


def test_bundles_without_a_network_still_load(make_bundle, only_models) -> None:
    old = make_bundle(only_models)
    assert load_affine_network(load_bundle(old)) is None
    assert affine_network(Options()) is None
    with pytest.raises(InputError, match="none of three axes in this model"):
        affine_network(Options(model=str(old)))


def test_a_bundle_on_the_search_path_is_found(make_bundle, tmp_path: Path, only_models) -> None:
    add_network(write_run(tmp_path / "run"), str(make_bundle(tmp_path / "old")), only_models / "m", "2", "c")
    assert affine_network(Options()) is not None


def test_what_is_no_finished_run_of_its_kind_is_told(tmp_path: Path) -> None:
    other = write_run(tmp_path / "other", kind="elastic")
    with pytest.raises(InputError, match="run is of another task"):
        trained_affine_network(other)
    unfinished = write_run(tmp_path / "unfinished")
    (unfinished / "weights.safetensors").unlink()
    with pytest.raises(InputError, match="run is not finished"):
        trained_affine_network(unfinished)
    damaged = write_run(tmp_path / "damaged")
    (damaged / "weights.safetensors").write_bytes(b"\0" * 30)
    with pytest.raises(InputError, match="train it again"):
        trained_affine_network(damaged)
    flat = write_run(tmp_path / "flat", AffineSettings(axes=2, size=8, widths=(8,), cascades=1))
    with pytest.raises(InputError, match="none of three axes"):
        affine_network(Options(model=str(flat)))
    strange = write_run(tmp_path / "strange")
    told = json.loads((strange / "identity.json").read_text())
    told["config"]["affine"]["magic"] = 1
    (strange / "identity.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match="magic missing or not known"):
        trained_affine_network(strange)
