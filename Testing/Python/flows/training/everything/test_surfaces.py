"""From meshes to a bundle that reads meshes, on made-up animals and with hardly any training."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_recipe import TINY

sys.path.insert(0, str(Path(__file__).parents[3] / "engine"))
from surface_animals import in_ras, mesh_of, write_meshes

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.datasets.check import check_data
from craniomark.flows.pipeline.landmark_networks import LANDMARK_PART, load_landmark_networks
from craniomark.flows.pipeline.model import load_model
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.template import TemplateSettings, build_template
from craniomark.flows.training.everything import settings as settings_module
from craniomark.flows.training.everything import train_everything
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import random_rotations
from craniomark.ground.meshes import distances_to_surface, read_surface, solid_of, write_surface
from craniomark.tasks.landmark.stages import SURFACE_STAGES

SMALL = replace(TINY, members=2, parts=4, rounds=0, orient=None, rough=None, landmark=None)


@pytest.fixture(scope="module")
def meshes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_meshes(tmp_path_factory.mktemp("meshes"), 8)


@pytest.fixture(scope="module")
def bundle(meshes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    out = tmp_path_factory.mktemp("all") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_module, "read_recipe", lambda _name: SMALL)
        yield load_bundle(
            str(train_everything([f"data={meshes}", f"out={out}", "name=animals", "device=cpu"]))
        )


@pytest.mark.slow
def test_the_bundle_is_one_of_surfaces(bundle: Bundle) -> None:
    assert bundle.manifest.kind == "surface"
    assert LANDMARK_PART in bundle.manifest.parts
    assert set(bundle.tensors("appearance.safetensors")) == {stage.name for stage in SURFACE_STAGES}
    ensembles = load_landmark_networks(bundle)
    assert ensembles is not None
    assert (len(ensembles.levels), len(ensembles.focus), ensembles.rough) == (0, 2, None)


@pytest.mark.slow
def test_networks_left_out_are_not_trained_and_errors_are_of_what_one_has_not_seen(bundle: Bundle) -> None:
    ensembles = load_landmark_networks(bundle)
    assert ensembles is not None
    left_out = [set(member.left_out) for member in ensembles.focus]
    assert not left_out[0] & left_out[1]
    assert len(left_out[0] | left_out[1]) == 4
    assert set(bundle.calibration()) == {"template", "atlases"}
    stages = bundle.folder.parents[1]
    assert not any((stages / name).exists() for name in ("orient", "rough", "landmark-0"))


@pytest.mark.slow
@pytest.mark.parametrize("atlases", [False, True])
def test_a_mesh_in_any_pose_gets_points_on_it(bundle: Bundle, meshes: Path, atlases: bool) -> None:
    model = load_model(bundle, meshes if atlases else None, device="cpu")
    surface, truth = mesh_of(9)
    moved = np.eye(4)
    moved[:3, :3] = random_rotations(1, np.random.default_rng(3))[0]
    moved[:3, 3] = [5, -3, 11]
    there = surface.moved(moved)
    found = predict(solid_of(there, "animal.ply"), model, Options(), lambda *_: None)
    assert distances_to_surface(found.landmarks.points, there).max() < 1e-4
    told = [found.landmarks.annotation(label) for label in found.landmarks.labels]
    np.testing.assert_allclose([note.predicted for note in told], found.landmarks.points)
    errors = np.linalg.norm(found.landmarks.points - truth.moved(moved).points, axis=1)
    assert np.median(errors) < 0.3


@pytest.mark.slow
def test_cts_are_no_atlases_of_meshes(bundle: Bundle, tmp_path: Path) -> None:
    from synthetic_cohort import write_cohort

    write_cohort(tmp_path, 3)
    with pytest.raises(InputError, match="atlases is 0 landmarked meshes: give at least 3 meshes"):
        load_model(bundle, tmp_path, device="cpu")


def test_a_mesh_in_another_coordinate_system_is_named(meshes: Path, tmp_path: Path) -> None:
    for path in meshes.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    write_surface(in_ras(read_surface(meshes / "animal_3.ply")), tmp_path / "animal_3.ply")
    found = [f for f in check_data(tmp_path).findings if f.severity == "problem"]
    assert "animal_3" in {f.specimen for f in found}
    assert any("RAS" in f.what for f in found)
    with pytest.raises(InputError, match=r"animal_3\.mrk\.json: distance of landmarks from the surface"):
        build_template([tmp_path], tmp_path / "bundle", TemplateSettings(name="x"))
    assert not (tmp_path / "bundle").exists()


def test_an_open_mesh_is_named_by_the_check(meshes: Path, tmp_path: Path) -> None:
    for path in meshes.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    surface = read_surface(meshes / "animal_2.ply")
    half = replace(surface, faces=surface.faces[surface.vertices[surface.faces][:, :, 0].mean(1) > 0])
    write_surface(half, tmp_path / "animal_2.ply")
    found = [f for f in check_data(tmp_path).findings if f.severity == "problem"]
    assert [f.specimen for f in found] == ["animal_2"]
    assert "mesh is open" in found[0].what
