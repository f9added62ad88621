"""``craniomark shape``: what it prints and how it ends."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.cli import exits, shape
from craniomark.flows.shape.particle_files import write_particles


def run(*arguments: object) -> int:
    return exits.run(shape.app, [str(one) for one in arguments])


@pytest.fixture
def particles(tmp_path: Path) -> Path:
    """Return a folder of five sets that differ in one number."""
    points = np.random.default_rng(0).normal(0, 5, (30, 3))
    for number in range(5):
        write_particles(
            tmp_path / "sets" / f"s{number}_world.particles", points * [1, 1, 0.9 + 0.05 * number]
        )
    return tmp_path / "sets"


def test_a_model_of_given_particles(
    particles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("model", particles, "-o", tmp_path / "out") == 0
    assert "30 particles, 1 modes, 95 % of variance in 1" in capsys.readouterr().out
    assert (tmp_path / "out" / "PCA_Particle_Info" / "mean.particles").exists()


def test_sets_of_unequal_length_end_with_a_sentence(
    particles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_particles(particles / "s9_world.particles", np.zeros((7, 3)))
    assert run("model", particles, "-o", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert "s9_world.particles: number of particles is 7, while s0_world.particles has 30" in told


def test_a_wrong_number_of_particles_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ply").write_text("ply")
    assert run("model", tmp_path / "a.ply", "-o", tmp_path / "out", "--particles", 12) == 2
    assert "particles is 12: give 256 to 4096" in capsys.readouterr().err


def test_a_bundle_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.ply").write_text("ply")
    assert run("predict", tmp_path / "a.ply", "--model", tmp_path / "nothing", "-o", tmp_path / "out") == 2
    assert capsys.readouterr().err.count("\n") == 1
