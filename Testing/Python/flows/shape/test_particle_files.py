import numpy as np
import pytest

from craniomark.flows.shape.particle_files import particle_files, read_particles, read_sets, write_particles
from craniomark.ground.checks import InputError

POINTS = np.random.default_rng(0).normal(size=(6, 3))


def test_particles_are_read_as_written_and_as_numpy_writes_them(tmp_path):
    write_particles(tmp_path / "a.particles", POINTS)
    np.savetxt(tmp_path / "b.particles", POINTS)
    for name in "ab":
        assert np.allclose(read_particles(tmp_path / f"{name}.particles"), POINTS, atol=1e-7)


def test_world_sets_go_before_local_ones(tmp_path):
    for name in ("x_world", "x_local", "y_local"):
        write_particles(tmp_path / f"{name}.particles", POINTS)
    found = particle_files([tmp_path])
    assert {name: path.name for name, path in found.items()} == {
        "x": "x_world.particles", "y": "y_local.particles"
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "1 2\n3 4\n", "1 2 3\n", "1 2 a\n" * 5, "1 2 nan\n" * 5, "1 2 3\n1 2\n" * 4]
)
def test_what_are_no_particles_is_refused(tmp_path, text):
    path = tmp_path / "a.particles"
    path.write_text(text)
    with pytest.raises(InputError, match=r"a\.particles: content"):
        read_particles(path)


def test_sets_of_unequal_length_are_refused(tmp_path):
    for name, count in (("a", 6), ("b", 6), ("c", 5)):
        write_particles(tmp_path / f"{name}.particles", POINTS[:count])
    with pytest.raises(InputError, match=r"c\.particles: number of particles is 5, while a\.particles has 6"):
        read_sets(particle_files([tmp_path]))


def test_too_few_sets_are_refused(tmp_path):
    write_particles(tmp_path / "a.particles", POINTS)
    with pytest.raises(InputError, match="number of shapes is 1: give at least 3"):
        read_sets(particle_files([tmp_path]))
    with pytest.raises(InputError, match="particle files is none"):
        particle_files([tmp_path / "nothing"] if (tmp_path / "nothing").mkdir() is None else [])
