"""Patches about disturbed starts: the offset leads to the truth, and all is a function of the step."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from craniomark.engine.example import Example
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.pose import PoseRange
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.focus.network import FocusSettings
from craniomark.tasks.landmark.focus.samples import FocusSamples, FocusSampleSettings, starts_away

SMALL = FocusSettings(size=16, spacing=0.15, unet=UNetSettings((8, 16)))
PLAIN = FocusSampleSettings(patches=20, intensity=IntensityRange())


def test_the_same_seed_and_step_give_the_same_patches_and_others_do_not(examples: list[Example]) -> None:
    samples = FocusSamples(examples, SMALL, FocusSampleSettings(patches=6))
    first, again = samples.draw(3, 7)[0], samples.draw(3, 7)[0]
    for name, tensor in first.items():
        torch.testing.assert_close(again[name], tensor, rtol=0, atol=0)
    for seed, step in ((3, 8), (4, 7)):
        assert not torch.equal(samples.draw(seed, step)[0]["patches"], first["patches"])


def test_the_value_at_the_offset_is_that_of_the_image_at_the_landmark(examples: list[Example]) -> None:
    settings = replace(PLAIN, pose=PoseRange(40.0, 0.1), specimens=2)
    tensors, names = FocusSamples(examples, SMALL, settings).draw(1, 0)
    assert len(names) == 2
    middle = (SMALL.size - 1) / 2
    errors, levels = [], []
    for patch, offset, landmark, which in zip(
        *(tensors[n] for n in ("patches", "offsets", "landmarks", "specimens")), strict=True
    ):
        index = offset / SMALL.spacing + middle
        grid = (2 * index / (SMALL.size - 1) - 1).flip(-1).view(1, 1, 1, 1, 3)
        found = float(torch.nn.functional.grid_sample(patch[None], grid, align_corners=True))
        example = examples[int(which)]
        wanted = float(example.image.at(torch.from_numpy(example.points[int(landmark)]).float()[None]))
        if float(index.min()) > 0 and float(index.max()) < SMALL.size - 1:
            errors.append(abs(found - wanted))
            levels.append(wanted)
    assert len(errors) > 20
    assert np.mean(errors) < 0.03 < np.std(levels)


def test_starts_are_off_by_as_much_as_told() -> None:
    away = starts_away(4000, replace(PLAIN, off=0.2, farthest=0.5), np.random.default_rng(1))
    lengths = np.linalg.norm(away, axis=1)
    assert lengths.max() <= 0.5 + 1e-9
    assert 0.2 < lengths.mean() < 0.4
    np.testing.assert_allclose(away.mean(0), 0, atol=0.02)
    assert np.abs(starts_away(5, replace(PLAIN, off=0.0), np.random.default_rng(1))).max() == 0


def test_missing_landmarks_are_not_shown_and_all_others_are(examples: list[Example]) -> None:
    points = examples[0].points.copy()
    points[[2, 5]] = np.nan
    count = len(points) - 2
    samples = FocusSamples([Example(examples[0].image, points)], SMALL, replace(PLAIN, patches=2 * count))
    shown = samples.draw(1, 0)[0]["landmarks"].tolist()
    assert sorted(shown) == sorted(2 * [i for i in range(len(points)) if i not in (2, 5)])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"specimens": 0}, "specimens is 0"),
        ({"patches": 0}, "patches is 0"),
        ({"off": -1.0}, "off is -1"),
        ({"farthest": float("nan")}, "farthest is nan"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        FocusSampleSettings(**wrong)


def test_no_example_is_no_patch() -> None:
    with pytest.raises(ValueError, match="no example"):
        FocusSamples([], SMALL, PLAIN)
