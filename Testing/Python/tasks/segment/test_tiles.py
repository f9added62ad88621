"""Masks tile by tile: the same as at once, on finer and coarser voxels, with little in memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.parts.augment.averages import symmetries
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork
from craniomark.tasks.segment.predict import probabilities
from craniomark.tasks.segment.prepare import Prepared, prepared
from craniomark.tasks.segment.sharpness import BINS, spectrum
from craniomark.tasks.segment.tiles import Tiling, line, write_mask
from craniomark.tasks.segment.zoom import Index, Zoom

LOCAL = NetworkSettings((8,), stem=1, dilations=(), squeeze=False, norm="batch", deep=0)


@pytest.fixture(scope="module")
def network() -> SegmentNetwork:
    """With random weights that look around; batch norms, so that a voxel's answer has a finite reach."""
    torch.manual_seed(3)
    made = SegmentNetwork(LOCAL).eval()
    for head in made.heads:
        torch.nn.init.normal_(head[-1].weight, std=0.3)  # type: ignore[index]
    with torch.no_grad():
        made.slope.fill_(1.0)
    return made


def mask_of(scan: Prepared, network: SegmentNetwork, folder: Path, tiling: Tiling) -> np.ndarray:
    out = np.full(scan.array.shape, 7, dtype=np.uint8)
    write_mask(scan, network, out, folder, tiling)
    assert not list(folder.iterdir())
    return out


def test_tiles_give_what_the_whole_gives(network: SegmentNetwork, tmp_path: Path) -> None:
    image = np.random.default_rng(0).random((70, 52, 61)).astype(np.float32)
    whole = probabilities(network, torch.from_numpy(image)[None, None])[0, 0].numpy()
    found = mask_of(Prepared(image), network, tmp_path, Tiling(32, 16))
    sure = np.abs(whole - 0.5) > 0.1  # near the ends of tiles less is seen around
    assert sure.mean() > 0.2 and 0.1 < (whole >= 0.5).mean() < 0.9
    assert ((found > 0) == (whole >= 0.5))[sure].mean() > 0.999
    assert np.array_equal(mask_of(Prepared(image), network, tmp_path, Tiling(96, 16)), whole >= 0.5)


def test_shares_of_tiles_sum_to_one_at_every_voxel() -> None:
    for count in (20, 33, 96, 97, 250):
        found = line(count, Tiling(32, 8), 1, 4)
        total = np.zeros(count)
        for start, weights in zip(found.starts, found.weights, strict=True):
            total[start : start + found.edge] += weights
        assert total == pytest.approx(1, abs=1e-6) and found.weights.min() > 0


@pytest.mark.parametrize("zoom", [Zoom((2, 1, 3)), Zoom((1, 1, 1), (2, 1, 2))])
def test_finer_and_coarser_voxels_come_back_to_their_own_grid(zoom: Zoom, tmp_path: Path) -> None:
    threshold = SegmentNetwork(LOCAL).eval()
    i, j, k = np.meshgrid(*(np.arange(n) for n in (50, 41, 67)), indexing="ij")
    image = (((i - 25) ** 2 + (j - 20) ** 2 + (k - 30) ** 2) < 15**2).astype(np.float32)
    found = mask_of(Prepared(image, zoom), threshold, tmp_path, Tiling(32, 8))
    assert 2 * (found * image).sum() / (found.sum() + image.sum()) > 0.95


def test_voxels_are_worked_on_at_about_the_size_that_was_learnt() -> None:
    assert Zoom.between((0.02, 0.08, 0.4), 0.08) == Zoom((4, 1, 1), (1, 1, 5))
    assert Zoom.between((0.077, 0.125, 0.065), 0.0855) == Zoom()
    assert Zoom((4, 1, 1), (1, 1, 5)).shape((10, 7, 3)) == (3, 7, 15)


def test_sixteen_mirror_images_are_averaged(network: SegmentNetwork) -> None:
    image = torch.rand(1, 1, 12, 12, 10, generator=torch.Generator().manual_seed(1))
    among = symmetries()
    mean = probabilities(network, image, among)
    assert len(among) == 16
    turned = among[11].image(image)
    assert torch.allclose(probabilities(network, turned, among), among[11].image(mean), atol=1e-5)
    assert not torch.allclose(probabilities(network, image), mean, atol=1e-3)


def test_memory_does_not_grow_with_the_scan(tmp_path: Path) -> None:
    threshold = SegmentNetwork(NetworkSettings((8,), dilations=(), squeeze=False, deep=0)).eval()
    most = []
    for slices in (128, 640):
        folder = tmp_path / str(slices)
        (folder / "scratch").mkdir(parents=True)
        shape = (40, 40, slices)
        scan = np.memmap(folder / "scan", np.uint8, "w+", shape=shape, order="F")
        scan[10:30, 10:30, ::2] = 200
        out = np.memmap(folder / "out", np.uint8, "w+", shape=shape, order="F")
        tracemalloc.start()  # hears of numpy's arrays; torch's are of single tiles
        found = prepared(scan, (1, 1, 1), 1.0, spectrum_of(scan))
        write_mask(found, threshold, out, folder / "scratch", Tiling(32, 8))
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert out.sum() == 20 * 20 * slices // 2
    assert most[1] < 1.1 * most[0]


def spectrum_of(scan: np.ndarray) -> np.ndarray:
    def read(start: Index, shape: Index) -> np.ndarray:
        return scan[tuple(slice(first, first + n) for first, n in zip(start, shape, strict=True))]

    return spectrum(read, scan.shape)


def test_a_scan_is_looked_over_before(tmp_path: Path) -> None:
    del tmp_path
    image = np.zeros((40, 40, 40), dtype=np.int16)
    image[10:30, 10:30, 10:30] = 900
    scan = prepared(image, (1, 1, 1), 1.0, np.full(BINS, 1.0))
    assert scan.dark < scan.bright
    with pytest.raises(ValueError, match="all 0"):
        prepared(np.zeros((20, 20, 20)), (1, 1, 1), 1.0, np.ones(BINS))
    bad = np.random.default_rng(0).random((20, 20, 20))
    bad[3, 3, 3] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        prepared(bad, (1, 1, 1), 1.0, np.ones(BINS))


@pytest.mark.parametrize(("edge", "overlap", "field"), [(8, 0, "edge"), (32, 17, "overlap")])
def test_tiles_that_are_not_allowed(edge: int, overlap: int, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} is "):
        Tiling(edge, overlap)
