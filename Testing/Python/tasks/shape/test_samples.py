import numpy as np

from craniomark.tasks.shape.intensity import IntensitySettings
from craniomark.tasks.shape.samples import Shapes, rows_of_step, sample_batch, steps_of_epoch

RNG = np.random.default_rng(0)
SHAPES = Shapes(
    RNG.normal(size=(5, 4, 4, 4)).astype(np.float16), RNG.normal(size=(5, 2)).astype(np.float32),
    RNG.normal(size=(5, 3, 3)).astype(np.float32), tuple("abcde"),
)  # fmt: skip


def test_an_epoch_shows_each_sample_once_in_an_order_of_its_own():
    epochs = [np.concatenate([rows_of_step(5, 2, 0, 3 * e + s) for s in range(3)]) for e in range(2)]
    assert steps_of_epoch(5, 2) == 3
    assert all(sorted(one) == [0, 1, 2, 3, 4] for one in epochs) and not np.array_equal(*epochs)


def test_batches_follow_from_seed_and_step():
    look = IntensitySettings(True)
    one, names = sample_batch(SHAPES, 2, look, 1, 4)
    same, _ = sample_batch(SHAPES, 2, look, 1, 4)
    assert all((one[key] == same[key]).all() for key in one) and len(names) == 2
    assert one["images"].shape == (2, 1, 4, 4, 4)


def test_intensities_are_changed_where_that_is_asked_for():
    plain, _ = sample_batch(SHAPES, 2, IntensitySettings(), 1, 0)
    live, _ = sample_batch(SHAPES, 2, IntensitySettings(True), 1, 0)
    assert not plain["images"].equal(live["images"]) and plain["particles"].equal(live["particles"])
