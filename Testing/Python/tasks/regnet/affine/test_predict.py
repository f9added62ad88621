"""The map that a network tells depends on bone, not on how bright air is."""

import numpy as np
import pytest
import torch

from craniomark.engine.image import Image
from craniomark.tasks.regnet.affine import predict
from craniomark.tasks.regnet.affine.cubes import coarse_view, without_pedestal
from craniomark.tasks.regnet.affine.network import AffineNetwork, AffineSettings
from craniomark.tasks.regnet.affine.predict import proposed

TINY = AffineSettings(kind="matrix", size=16, spacing=1.0, filters=(8, 16), points=8, cascades=2)


@pytest.fixture(scope="module")
def network() -> AffineNetwork:
    torch.manual_seed(5)
    return AffineNetwork(TINY).eval()


def lump(seed: int) -> Image:
    """Rough stuff in the middle of air."""
    voxels = torch.zeros(40, 40, 40)
    voxels[12:28, 10:26, 14:30] = torch.rand(16, 16, 16, generator=torch.Generator().manual_seed(seed))
    matrix = np.diag([0.4, 0.4, 0.4, 1.0])
    matrix[:3, 3] = 3, -2, 5
    return Image(voxels, matrix)


@pytest.mark.parametrize("pedestal", [0.2, -0.1])
def test_air_that_is_not_zero_changes_nothing(
    network: AffineNetwork, pedestal: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict, "ROUNDS", 0)  # an untrained network's rounds lead ever farther away
    fixed, moving = lump(1), lump(2)
    lifted = Image(moving.voxels + pedestal, moving.matrix)
    known = proposed(network, fixed, moving)
    np.testing.assert_allclose(proposed(network, fixed, lifted), known, atol=1e-3)
    assert np.abs(known - np.eye(4)).max() > 0.01


def test_a_view_whose_air_is_zero_stays() -> None:
    view = coarse_view(lump(1), 1.0)
    assert torch.equal(without_pedestal(view).voxels, view.voxels)
