"""Fields of view: points and images end at the same planes."""

import numpy as np
import pytest
import torch

from craniomark.parts.augment.fieldofview import FieldRange, cut_away, sample_planes, within

torch.set_num_threads(1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def cloud(count: int = 3) -> np.ndarray:
    return rng(7).uniform(-5, 5, (count, 400, 3))


def test_without_cuts_every_point_is_in_view() -> None:
    for oblique in (0.0, 1.0):
        assert within(cloud(), sample_planes(cloud(), FieldRange(oblique=oblique), rng())).all()


@pytest.mark.parametrize("oblique", [0.0, 1.0])
def test_each_side_takes_at_most_its_share(oblique: float) -> None:
    planes = sample_planes(cloud(40), FieldRange(1.0, 0.3, 0.0, oblique), rng())
    along = np.einsum("npi,nsi->nps", cloud(40), planes[..., :3])
    length = along.max(1) - along.min(1)
    gone = (along.max(1) - planes[..., 3]) / length
    assert 0 <= gone.min() < 0.05
    assert 0.25 < gone.max() <= 0.3
    np.testing.assert_allclose(np.linalg.norm(planes[..., :3], axis=-1), 1)


def test_planes_stand_along_the_axes_unless_oblique() -> None:
    straight = sample_planes(cloud(), FieldRange(), rng())[..., :3]
    np.testing.assert_array_equal(straight, np.tile(np.vstack([np.eye(3), -np.eye(3)]), (3, 1, 1)))
    assert np.abs(sample_planes(cloud(), FieldRange(oblique=1.0), rng())[..., :3]).max() < 1


def test_images_and_points_are_cut_alike() -> None:
    to_mm = np.diag([0.5, 0.6, 0.7, 1.0])
    to_mm[:3, 3] = [-6, -7, -8]
    planes = sample_planes(cloud(4), FieldRange(0.7, 0.4, 1.0, 0.5), rng(2))
    kept = cut_away(torch.ones(4, 2, 25, 24, 23), to_mm, planes)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (25, 24, 23)), indexing="ij"), -1).reshape(-1, 3)
    places = np.tile(index @ to_mm[:3, :3].T + to_mm[:3, 3], (4, 1, 1))
    seen = within(places, planes).reshape(4, 25, 24, 23)
    np.testing.assert_array_equal(kept[:, 0].numpy() >= 0.5, seen)
    np.testing.assert_array_equal(kept[:, 1], kept[:, 0])
    assert 0.05 < seen.mean() < 0.9


def test_missing_points_do_not_matter_and_are_never_in_view() -> None:
    points = cloud()
    points[:, ::2] = np.nan
    planes = sample_planes(points, FieldRange(), rng())
    seen = within(points, planes)
    assert seen[:, 1::2].all()
    assert not seen[:, ::2].any()


@pytest.mark.parametrize(
    ("name", "value"), [("share", 1.5), ("probability", -0.1), ("padding", float("nan"))]
)
def test_ranges_are_checked(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        FieldRange(**{name: value})
