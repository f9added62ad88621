"""The network: what it answers before and after training, and sizes that it refuses."""

import numpy as np
import pytest
import torch

from craniomark.parts.nets.unet import folded
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork, synchronised, unfolded

SMALL = NetworkSettings(filters=(8, 16), dilations=(1, 2), deep=1)


@pytest.mark.parametrize("heads", ["mask", "distance", "both"])
@pytest.mark.parametrize("stem", [1, 2])
def test_untrained_it_is_a_threshold_halfway(heads: str, stem: int) -> None:
    network = SegmentNetwork(NetworkSettings((8, 16), stem, heads=heads, deep=0))  # type: ignore[arg-type]
    image = torch.rand(2, 1, 8, 8, 8)
    answer = network(image)[0]
    assert answer.shape == (2, 2 if heads == "both" else 1, 8, 8, 8)
    assert torch.equal(answer[:, :1] > 0, image > 0.5)


def test_coarser_answers_for_deep_supervision() -> None:
    network = SegmentNetwork(NetworkSettings((8, 16, 16), deep=2))
    assert [tuple(one.shape[2:]) for one in network(torch.rand(1, 1, 16, 16, 16))] == [
        (16,) * 3,
        (8,) * 3,
        (4,) * 3,
    ]


def test_unfolding_undoes_folding() -> None:
    image = torch.rand(2, 1, 4, 6, 8)
    assert torch.equal(unfolded(folded(image, 2), 2), image)


def test_the_centre_sees_as_far_as_its_dilations_reach() -> None:
    torch.manual_seed(0)
    reach = []
    for dilations in ((), (1, 2, 4)):
        network = SegmentNetwork(NetworkSettings((8, 8), dilations=dilations, squeeze=False, deep=0))
        for module in network.modules():
            if isinstance(module, torch.nn.GroupNorm):
                module.forward = lambda x: x  # type: ignore[method-assign] # norms see all of the patch
            if isinstance(module, torch.nn.Conv3d):
                torch.nn.init.normal_(module.weight, std=0.2)
        image = torch.rand(1, 1, 64, 8, 8, requires_grad=True)
        network(image)[0][0, 0, 32, 4, 4].backward()
        assert image.grad is not None
        seen = image.grad.abs().sum((0, 1, 3, 4)).nonzero()
        reach.append(int(seen.max() - seen.min()))
    assert reach[1] > reach[0] + 16


def test_it_learns_what_no_threshold_can_tell() -> None:
    torch.manual_seed(1)
    network = SegmentNetwork(SMALL)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    truth = torch.zeros(1, 1, 16, 16, 16)
    truth[..., 4:12, 4:12, :] = 1
    image = truth.clone()
    image[..., 8] = 0  # a missing section
    for _ in range(60):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(image)[0][:, :1], truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(((network(image)[0][:, :1] > 0) != (truth > 0)).float().mean()) < 0.005
    assert float(((image > 0.5) != (truth > 0)).float().mean()) > 0.01


def test_batch_norms_are_shared_where_several_gpus_train_and_group_norms_stay() -> None:
    def shared(norm: str) -> int:
        network = synchronised(SegmentNetwork(NetworkSettings((8, 8), norm=norm)))  # type: ignore[arg-type]
        return sum(isinstance(one, torch.nn.SyncBatchNorm) for one in network.modules())

    assert shared("batch") > 4 and shared("group") == 0
    assert set(synchronised(SegmentNetwork(NetworkSettings((8, 8), norm="batch"))).state_dict()) == set(
        SegmentNetwork(NetworkSettings((8, 8), norm="batch")).state_dict()
    )


def test_what_scans_are_like_goes_with_the_weights() -> None:
    network, other = SegmentNetwork(SMALL), SegmentNetwork(SMALL)
    spectrum = np.geomspace(1, 1e-6, len(network.usual))
    network.learn_usual(0.08, [spectrum, spectrum])
    other.load_state_dict({name: value.half().float() for name, value in network.state_dict().items()})
    assert float(other.voxel) == pytest.approx(0.08, rel=1e-3)
    assert other.usual_spectrum == pytest.approx(spectrum, rel=0.01)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filters", (12,)),
        ("stem", 3),
        ("blocks", 0),
        ("dilations", (0,)),
        ("norm", "none"),
        ("heads", "x"),
        ("deep", 2),
    ],
)
def test_sizes_that_are_not_allowed(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} is "):
        NetworkSettings(**{"filters": (8, 8), field: value})  # type: ignore[arg-type]


def test_patches_that_do_not_suit() -> None:
    with pytest.raises(ValueError, match="give multiples of 4"):
        SegmentNetwork(SMALL)(torch.rand(1, 1, 8, 8, 6))
