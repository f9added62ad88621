"""Shipped bundles are whole, say how they were made, and hold nothing that belongs to one specimen."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.datasets.registry import sample_sets

MODELS = Path(__file__).resolve().parents[3] / "Resources" / "Models"
SHIPPED = sorted(path.parent.name for path in MODELS.glob("*/bundle.json"))
MOST_MODES = 3


def is_of_shapes(bundle: Bundle) -> bool:
    """Whether it tells shapes alone."""
    return bundle.manifest.parts == ("shape",)


@pytest.fixture(scope="module", params=SHIPPED)
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """Load each shipped bundle, which verifies its every byte."""
    return load_bundle(MODELS / request.param)


def test_there_is_one() -> None:
    assert SHIPPED


def test_its_name_is_that_of_its_folder(bundle: Bundle) -> None:
    assert bundle.manifest.name == bundle.source.name


def test_every_landmark_is_defined_and_on_one_side(bundle: Bundle) -> None:
    sided = [label for pair in bundle.manifest.pairs for label in pair] + list(bundle.manifest.midline)
    assert sorted(sided) == sorted(bundle.manifest.labels) == sorted(bundle.landmarks().labels)
    assert all(one.definition for one in bundle.manifest.landmarks)


def test_its_training_specimens_are_public_ones(bundle: Bundle) -> None:
    public = {file.sha256 for data in sample_sets().values() for file in data.files.values()}
    assert bundle.manifest.training
    assert [one.id for one in bundle.manifest.training if one.sha256 not in public] == []


def test_its_commands_name_no_folder_of_one_machine(bundle: Bundle) -> None:
    assert any(command.startswith(("craniomark ", "make ")) for command in bundle.manifest.commands)
    assert not any(" /" in command or "'/" in command for command in bundle.manifest.commands)


def test_its_figures_are_of_specimens_left_out(bundle: Bundle) -> None:
    figures = bundle.manifest.figures
    told = figures["left_out_mm"] if is_of_shapes(bundle) else figures["out_of_fold"]["template"]["mean_mm"]
    assert told > 0


def test_it_has_few_modes_and_nothing_by_specimen(bundle: Bundle) -> None:
    count, shape = len(bundle.manifest.labels), arrays_of(bundle)
    if is_of_shapes(bundle):
        assert set(shape) == {"particles", "vertices", "faces", "modes", "variances"}
        assert len(shape["modes"]) == len(shape["variances"]) <= MOST_MODES
        return
    known = {"mean": (count, 3), "variances": (len(shape["modes"]),), "residual_sd": (count,)}
    assert {name: values.shape for name, values in shape.items() if name != "modes"} == known
    assert shape["modes"].shape[1:] == (count, 3) and len(shape["modes"]) <= MOST_MODES
    for patches in bundle.tensors("appearance.safetensors").values():
        assert patches.shape[0] == count and patches.shape[1] <= MOST_MODES


def test_its_numbers_are_finite(bundle: Bundle) -> None:
    weights = "shape-0.safetensors" if is_of_shapes(bundle) else "appearance.safetensors"
    arrays = [*arrays_of(bundle).values(), *bundle.tensors(weights).values()]
    assert all(np.isfinite(values).all() for values in (*arrays, bundle.template().array))


def arrays_of(bundle: Bundle) -> dict[str, np.ndarray]:
    """What its shape.npz holds."""
    return dict(bundle.arrays("shape.npz")) if is_of_shapes(bundle) else dict(bundle.shape())


def test_all_of_them_stay_under_25_mb() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < 25_000_000
