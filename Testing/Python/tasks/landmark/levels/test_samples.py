"""Samples: a function of seed and step; image and points change alike; the curriculum grows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.samples import (
    Samples,
    SampleSettings,
    bone_centre,
    contrast,
    level_brightness,
)

PLAIN = SampleSettings(
    batch=3, pose=PoseRange(), intensity=IntensityRange(), field=FieldRange(), first=1.0, grown_after=0
)


def grid_of(examples: list[Example], spacing: float = 0.5) -> Grid:
    return Grid.around(examples[0].points, spacing, 1.5, 4)


def drawn(examples: list[Example], settings: SampleSettings, step: int = 0, seed: int = 1) -> dict[str, Any]:
    return Samples(examples, grid_of(examples), settings).draw(seed, step)[0]


def test_the_same_seed_and_step_give_the_same_samples_and_others_do_not(examples: list[Example]) -> None:
    samples = Samples(examples, grid_of(examples), SampleSettings(batch=2))
    first, again = samples.draw(3, 7)[0], samples.draw(3, 7)[0]
    for name, tensor in first.items():
        torch.testing.assert_close(again[name], tensor, equal_nan=True, rtol=0, atol=0)
    for seed, step in ((3, 8), (4, 7)):
        assert not torch.equal(samples.draw(seed, step)[0]["images"], first["images"])


def test_each_specimen_is_shown_once_before_any_is_shown_again(examples: list[Example]) -> None:
    samples = Samples(examples, grid_of(examples), replace(PLAIN, batch=1))
    shown = [int(samples.draw(5, step)[0]["specimens"]) for step in range(3 * len(examples))]
    for start in range(0, len(shown), len(examples)):
        assert sorted(shown[start : start + len(examples)]) == list(range(len(examples)))


def test_points_stay_on_what_they_mark_in_the_image(examples: list[Example]) -> None:
    """Where the image was bright at a landmark, the sample is as bright at the moved landmark."""
    settings = replace(PLAIN, pose=PoseRange(60.0, 0.1, 0.05, 0.5))
    grid = grid_of(examples, 0.3)
    tensors, _ = Samples(examples, grid, settings).draw(2, 0)
    for image, points, which in zip(tensors["images"], tensors["points"], tensors["specimens"], strict=True):
        seen = torch.isfinite(points).all(-1)
        found = Image(image[0], grid.matrix).at(points[seen])
        example = examples[int(which)]
        wanted = example.image.at(torch.from_numpy(example.points[seen.numpy()]).float())
        assert int(seen.sum()) > 10
        assert float((found - wanted).abs().mean()) < 0.1
        assert float((found - wanted).abs().mean()) < 0.4 * float((found - wanted.flip(0)).abs().mean())


def test_the_pose_takes_the_specimen_to_the_sample(examples: list[Example]) -> None:
    tensors = drawn(examples, replace(PLAIN, pose=PoseRange(30.0, 0.1, 0.0, 0.3)))
    for points, pose, which in zip(tensors["points"], tensors["poses"], tensors["specimens"], strict=True):
        wanted = examples[int(which)].points @ pose[:3, :3].numpy().T + pose[:3, 3].numpy()
        seen = torch.isfinite(points).all(-1).numpy()
        np.testing.assert_allclose(points[seen], wanted[seen], atol=1e-4)


def test_poses_grow_over_the_steps() -> None:
    settings = SampleSettings(pose=PoseRange(10.0, 0.1), first=0.3, grown_after=400)
    assert settings.pose_at(0).degrees == pytest.approx(3.0)
    assert settings.pose_at(200).degrees == pytest.approx(6.5)
    assert settings.pose_at(4000) == settings.pose


def test_landmarks_that_are_cut_away_or_missing_are_nan(examples: list[Example]) -> None:
    gone = examples[0].points.copy()
    gone[3] = np.nan
    one = [Example(examples[0].image, gone, "one")]
    whole = drawn(one, PLAIN)["points"]
    assert bool(torch.isnan(whole[:, 3]).all())
    assert int(torch.isnan(whole).any(-1).sum()) == len(whole)
    halved = drawn(one, replace(PLAIN, field=FieldRange(1.0, 0.7, 0.0)))
    assert int(torch.isnan(halved["points"]).any(-1).sum()) > 2 * len(whole)
    assert float(halved["images"].sum()) < 0.9 * float(drawn(one, PLAIN)["images"].sum())


def test_groups_are_told_but_for_the_share_that_is_dropped(examples: list[Example]) -> None:
    def groups(unknown: float) -> list[int]:
        settings = replace(PLAIN, batch=len(examples), unknown=unknown)
        samples = Samples(examples, grid_of(examples), settings, groups=[1, 2, 1, 2])
        return sorted(samples.draw(1, 0)[0]["groups"].tolist())

    assert groups(0.0) == [1, 1, 2, 2]
    assert groups(1.0) == [0, 0, 0, 0]


def test_the_bones_centre_follows_the_image_whatever_gain_and_padding(examples: list[Example]) -> None:
    image = examples[0].image
    moved = np.eye(4)
    moved[:3, 3] = [5, -6, 7]
    centre = bone_centre(image)
    np.testing.assert_allclose(bone_centre(image.moved(moved).scaled(37.0)), centre + moved[:3, 3], atol=1e-3)
    padded = torch.nn.functional.pad(image.voxels, (9, 0, 0, 20, 0, 0))
    matrix = image.matrix.copy()
    matrix[:3, 3] -= matrix[:3, :3] @ [0, 0, 9]
    np.testing.assert_allclose(bone_centre(Image(padded, matrix)), centre, atol=1e-3)


def test_levelled_brightness_has_forgotten_the_gain() -> None:
    images = torch.rand(2, 1, 4, 4, 4, generator=torch.Generator().manual_seed(1))
    gains = torch.tensor([0.2, 30.0]).view(2, 1, 1, 1, 1)
    torch.testing.assert_close(level_brightness(gains * images), level_brightness(images))
    torch.testing.assert_close(contrast(level_brightness(images)), torch.ones(2))
    assert bool(torch.isfinite(level_brightness(torch.zeros(1, 1, 2, 2, 2))).all())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"batch": 0}, "batch is 0"),
        ({"first": 1.5}, "first is 1.5"),
        ({"unknown": -0.1}, "unknown is -0.1"),
        ({"grown_after": -1}, "grown_after is -1"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SampleSettings(**wrong)


def test_no_example_is_no_sample(examples: list[Example]) -> None:
    with pytest.raises(ValueError, match="no example"):
        Samples([], grid_of(examples), PLAIN)
