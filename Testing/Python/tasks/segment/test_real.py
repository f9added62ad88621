"""Real skulls: spectra undo blur and noise better than thresholds bear them; shifted sections are found."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from craniomark.ground.volumes import read_volume
from craniomark.tasks.segment.prepare import prepared
from craniomark.tasks.segment.sections.align import AlignSettings, align
from craniomark.tasks.segment.sections.pairs import shifted
from craniomark.tasks.segment.sharpness import BINS, changes, spectrum
from craniomark.tasks.segment.thresholds import median_otsu, otsu
from craniomark.tasks.segment.zoom import Index

PART = np.s_[24:152, 24:152, 24:152]


@pytest.fixture(scope="module")
def skulls(mouse_ct_folder: Path) -> list[np.ndarray]:
    paths = [path for path in sorted(mouse_ct_folder.glob("*.nii.gz")) if "-LM" not in path.name][:4]
    return [np.ascontiguousarray(read_volume(path).array[PART]) for path in paths]


@pytest.fixture(scope="module")
def usual(skulls: list[np.ndarray]) -> np.ndarray:
    """Spectrum of all but the first."""

    def of(skull: np.ndarray) -> np.ndarray:
        def read(start: Index, shape: Index) -> np.ndarray:
            return skull[tuple(slice(a, a + n) for a, n in zip(start, shape, strict=True))].astype(np.float32)

        return spectrum(read, skull.shape)

    return np.mean([of(skull) for skull in skulls[1:]], 0)


def dice(one: np.ndarray, two: np.ndarray) -> float:
    return float(2 * (one & two).sum() / (one.sum() + two.sum()))


@pytest.mark.parametrize("fault", ["blur", "noise"])
def test_sharpness_as_usual_gives_better_masks_than_thresholds(
    skulls: list[np.ndarray], usual: np.ndarray, fault: str
) -> None:
    clean = skulls[0].astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 16, clean.shape).astype(np.float32)
    spoilt = gaussian_filter(clean, 1.0) if fault == "blur" else clean + noise
    truth = otsu(clean)

    def masked(spectrum_of_others: np.ndarray) -> np.ndarray:
        scan = prepared(spoilt, (1, 1, 1), 1.0, spectrum_of_others)
        return scan.part((0, 0, 0), spoilt.shape).numpy() >= 0.5

    ours = dice(masked(usual), truth)
    best = max(dice(one(spoilt), truth) for one in (otsu, median_otsu))
    assert ours > best + 0.01


def test_another_clean_skull_is_left_alone(skulls: list[np.ndarray], usual: np.ndarray) -> None:
    assert not changes(prepared(skulls[0], (1, 1, 1), 1.0, usual).gain)
    assert changes(prepared(skulls[0], (1, 1, 1), 1.0, np.ones(BINS)).gain)


def test_shifted_sections_are_found_and_labels_come_back(skulls: list[np.ndarray]) -> None:
    sections = skulls[0][:, :, 40:64]
    moves = np.zeros((24, 2), dtype=int)
    moves[7:], moves[15:] = (5, -4), (-3, 6)
    cuts = [shifted(sections[:, :, k], (int(a), int(b))) for k, (a, b) in enumerate(moves)]
    stack = np.stack(cuts, -1).astype(sections.dtype)
    found = align(stack, AlignSettings())
    left = np.array([one.shift for one in found.sections]) + moves
    assert np.abs(left - left[0]).max() <= 1 and np.abs(moves - moves[0]).max() > 4
    labels = np.random.default_rng(0).integers(0, 200, stack.shape).astype(np.uint8)
    assert np.array_equal(found.restored(found.aligned(labels, labels=True)), labels)
