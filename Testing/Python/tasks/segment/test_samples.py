"""Patches: drawn from seed and step alone, where they are wanted, and with faults that the mask follows."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.ranges import DefectRange, Recipe, SlipRange
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.sections import SectionMoves
from craniomark.tasks.segment.objective import LOSSES, ObjectiveSettings, segment_losses
from craniomark.tasks.segment.samples import Samples, SampleSettings, Specimen, learnt_defects, whole_voxels
from craniomark.tasks.segment.validate import figures, picture

PLAIN = SampleSettings(batch=3, patch=16, margin=2, recipe=Recipe())


@pytest.fixture(scope="module")
def specimens() -> list[Specimen]:
    found = []
    for seed in range(2):
        mask = np.zeros((40, 36, 44), dtype=bool)
        mask[5:12, 6:20, 8 + seed : 30] = True
        voxels = np.where(mask, 200, 20).astype(np.uint8)
        found.append(Specimen(f"s{seed}", voxels, mask, np.array([0.1, 0.12, 0.08]), 20.0, 200.0))
    return found


def test_a_batch_is_a_function_of_seed_and_step(specimens: list[Specimen]) -> None:
    settings = replace(PLAIN, recipe=learnt_defects())
    one, names = Samples(specimens, settings).draw(3, 7)
    two, _ = Samples(specimens, settings).draw(3, 7)
    other, _ = Samples(specimens, settings).draw(3, 8)
    assert {key: tuple(value.shape) for key, value in one.items()} == dict.fromkeys(
        ("images", "masks", "distances"), (3, 1, 16, 16, 16)
    )
    assert all(torch.equal(one[key], two[key]) for key in one) and not torch.equal(
        one["images"], other["images"]
    )
    assert set(names) <= {"s0", "s1"}


def test_images_have_air_0_and_bone_1_and_distances_the_sign_of_masks(specimens: list[Specimen]) -> None:
    found, _ = Samples(specimens, PLAIN).draw(0, 0)
    assert torch.equal((found["images"] > 0.5).byte(), found["masks"]) and found["images"].max() <= 1
    assert torch.equal((found["distances"] > 0).byte(), found["masks"])


@pytest.mark.parametrize("sampling", ["ratio", "probability"])
def test_patches_lie_where_bone_is_as_often_as_told(specimens: list[Specimen], sampling: str) -> None:
    def share(foreground: float) -> float:
        settings = replace(PLAIN, sampling=sampling, foreground=foreground)  # type: ignore[arg-type]
        samples, rng = Samples(specimens, settings), np.random.default_rng(0)
        places = np.array([samples.place(0, rng) for _ in range(400)])
        near = (places >= [0, 0, 8]).all(1) & (places < [16, 24, 32]).all(1)
        return float(near.mean())

    even = 16 * 24 * 24 / (40 * 36 * 44)
    assert share(0.0) == pytest.approx(even, abs=0.08)
    assert share(1.0) > 0.98
    assert share(0.6) == pytest.approx(0.6 + 0.4 * even, abs=0.08)


def test_missing_sections_hide_bone_from_the_image_and_not_from_the_mask(specimens: list[Specimen]) -> None:
    recipe = Recipe(sections=2, defects=DefectRange(missing=0.4, fill="zero"))
    found, _ = Samples(specimens, replace(PLAIN, batch=8, foreground=1.0, recipe=recipe)).draw(0, 1)
    hidden = (found["masks"] > 0) & (found["images"] < 0.5)
    assert 0.1 < float(hidden.float().sum() / (found["masks"] > 0).float().sum()) < 0.6


def test_sections_slip_by_whole_voxels() -> None:
    recipe = Recipe(sections=0, slips=SlipRange(misaligned=1.0, jitter=0.3))
    grid = Grid.of((6, 20, 20), (0.3, 0.1, 0.2))
    drawn = whole_voxels(sample(recipe, grid.shape, np.array(grid.matrix), np.random.default_rng(0)))
    moves = next(step for step in drawn.steps if isinstance(step, SectionMoves))
    voxels = np.array(moves.shifts) / [0.1, 0.2]
    assert np.abs(voxels).max() > 1 and voxels == pytest.approx(np.rint(voxels), abs=1e-9)


def test_what_is_learnt_leaves_the_faults_out_that_are_tried() -> None:
    recipe = learnt_defects()
    assert recipe.defects.fold == recipe.defects.artefact == recipe.resolution.probability == 0
    looks = recipe.looks.intensity
    assert looks.noise == looks.blur == looks.shading == 0
    assert min(recipe.defects.missing, recipe.defects.low_contrast, recipe.slips.shift) > 0


def test_patches_beyond_a_small_scan_are_air(specimens: list[Specimen]) -> None:
    small = replace(specimens[0], voxels=specimens[0].voxels[:9, :9, :9], mask=specimens[0].mask[:9, :9, :9])
    found, _ = Samples([small], PLAIN).draw(0, 0)
    assert bool(found["images"].isfinite().all()) and float((found["images"] == 0).float().mean()) > 0.5


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("target", ["mask", "distance"])
def test_right_answers_cost_less_and_every_term_has_its_weight(
    specimens: list[Specimen], loss: str, target: str
) -> None:
    batch, _ = Samples(specimens, PLAIN).draw(0, 2)
    settings = ObjectiveSettings(target=target, loss=loss, far=2.0)  # type: ignore[arg-type]
    right = torch.cat(
        [20 * (2 * batch["masks"].float() - 1), torch.atanh(batch["distances"].clamp(-0.999, 0.999))], 1
    )
    terms = [
        segment_losses([answer, torch.nn.functional.avg_pool3d(answer, 2)], batch, settings, "both")
        for answer in (right, -right)
    ]
    assert set(terms[0]) == {"mask", "distance", "mask1", "distance1"}
    assert all(bool(one.isfinite()) for one in terms[0].values())
    assert sum(terms[0].values()) < 0.5 * sum(terms[1].values())
    alone = segment_losses([right], batch, replace(settings, auxiliary=0.0, deep=0.0), "both")
    assert set(alone) == {target}


def test_figures_count_all_patches_and_pictures_show_them(specimens: list[Specimen]) -> None:
    samples = Samples(specimens, PLAIN)
    assert figures(lambda images: images, samples, samples) == {"changed": 0.0, "clean": 0.0}
    nothing = figures(torch.zeros_like, samples, samples)
    assert nothing == {"changed": 1.0, "clean": 1.0}
    assert picture(lambda images: images, samples).shape == (48, 48, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [("batch", 0), ("patch", 4), ("margin", -1), ("sampling", "x"), ("foreground", 2.0), ("width", 0.0)],
)
def test_settings_that_are_not_allowed(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} is "):
        replace(PLAIN, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [("target", "x"), ("loss", "x"), ("bce", 2.0), ("positive", 0.0), ("far", -1.0), ("auxiliary", -1.0)],
)
def test_objectives_that_are_not_allowed(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} is "):
        ObjectiveSettings(**{field: value})  # type: ignore[arg-type]
