import numpy as np

from craniomark.ground.geometry import apply, random_rotations
from craniomark.tasks.shape.align import aligned

RNG = np.random.default_rng(0)


def test_shapes_in_any_pose_and_size_come_into_one_frame():
    shape = RNG.normal(0, 5, (30, 3))
    poses = []
    for turn in random_rotations(4, RNG):
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = RNG.uniform(0.8, 1.2) * turn, RNG.normal(0, 20, 3)
        poses.append(pose)
    world, to_world = aligned([apply(p, shape) for p in poses], shape)
    assert np.allclose(world, shape, atol=1e-6)
    assert np.allclose(to_world @ np.stack(poses), np.eye(4), atol=1e-6)


def test_the_mean_keeps_the_size_of_the_reference():
    shape = RNG.normal(0, 5, (30, 3))
    world, _ = aligned([shape + RNG.normal(0, 0.5, shape.shape) for _ in range(8)], shape)
    size = [np.linalg.norm(p - p.mean(0)) for p in (world.mean(0), shape)]
    assert abs(size[0] / size[1] - 1) < 0.01
