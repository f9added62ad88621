import csv

import numpy as np
import pytest
from ellipsoids import COUNT, axes_of

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.shape.augment import AugmentSettings, augment
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume


def rows_of(folder):
    with (folder / "TotalData.csv").open(newline="") as stream:
        return list(csv.reader(stream))


def test_the_table_holds_real_shapes_then_new_ones(augmented):
    rows = rows_of(augmented)
    assert len(rows) == 10 and {len(row) for row in rows} == {5}
    assert rows[7][0].endswith("Generated-Images/Generated_sample_0000.nrrd")
    assert len(list((augmented / "PCA_Particle_Info").glob("pcamode*.particles"))) == 3
    assert (augmented / "scores.png").stat().st_size > 1000


def test_the_image_of_a_new_shape_shows_that_shape(augmented):
    for image, particles, *_ in rows_of(augmented)[7:]:
        volume, points = read_volume(image), read_particles(augmented / particles)
        axes = np.abs(points).max(axis=0) / np.abs(read_unit()).max(axis=0)
        inside, outside = volume.to_index(points * 0.9), volume.to_index(points * 1.1)
        values = [volume.array[tuple(np.round(p).astype(int).T)].mean() for p in (inside, outside)]
        assert values[0] > 70 > 30 > values[1], axes


def read_unit():
    from ellipsoids import sphere

    return sphere()


def test_what_is_made_again_is_the_same(ellipsoids, augmented, tmp_path):
    inputs = [ellipsoids / "images"], [ellipsoids / "particles"]
    augment(*inputs, tmp_path, AugmentSettings(3, modes=3))
    again, before = ([row[2:] for row in rows_of(f)] for f in (tmp_path, augmented))
    assert again == before


def test_it_goes_on_where_it_was_stopped(ellipsoids, tmp_path):
    inputs = [ellipsoids / "images"], [ellipsoids / "particles"]
    stop = tmp_path / "stop"
    out = tmp_path / "out"

    def told(name, fraction):
        if name == "augment" and fraction > 0.3:
            stop.touch()

    with pytest.raises(Stopped):
        augment(*inputs, out, AugmentSettings(2, modes=2), told, stop_file=stop)
    first = out / "Generated-Images" / "Generated_sample_0000.nrrd"
    made = first.stat().st_mtime_ns
    stop.unlink()
    augment(*inputs, out, AugmentSettings(2, modes=2))
    assert len(rows_of(out)) == 9 and first.stat().st_mtime_ns == made
    augment(*inputs, out, AugmentSettings(2, modes=2, seed=1))
    assert first.stat().st_mtime_ns != made


def test_modes_without_variance_are_refused(ellipsoids, tmp_path):
    with pytest.raises(InputError, match="have no variance: ask for at most"):
        augment([ellipsoids / "images"], [ellipsoids / "particles"], tmp_path, AugmentSettings(1, modes=30))


def test_particles_beside_the_image_are_refused(ellipsoids, tmp_path):
    for number in range(4):
        shift = 500.0 if number == 2 else 0.0
        points = np.random.default_rng(0).normal(size=(COUNT, 3)) + axes_of(number).mean() * 0.1 + shift
        write_particles(tmp_path / "particles" / f"e{number:02d}.particles", points)
    images = [ellipsoids / "images" / f"e{number:02d}.nrrd" for number in range(4)]
    with pytest.raises(InputError, match=r"e02\.particles: particles is outside of e02\.nrrd \(0%"):
        augment(images, [tmp_path / "particles"], tmp_path / "out", AugmentSettings(1))


def test_an_image_without_particles_is_refused(ellipsoids, tmp_path):
    particles = sorted((ellipsoids / "particles").glob("*"))[:-1]
    with pytest.raises(InputError, match="partner is missing"):
        augment([ellipsoids / "images"], particles, tmp_path, AugmentSettings(1))


@pytest.mark.parametrize(
    ("values", "words"),
    [({"percent": 0}, "percent is 0"), ({"num_samples": -1}, "num_samples is -1"),
     ({"sampler": "uniform"}, "Gaussian, Mixture, KDE")],
)  # fmt: skip
def test_wrong_settings_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        AugmentSettings(**values)
