"""Landmarks of surface models: predicted, reviewed, snapped and refined like those of scans."""

import os
from pathlib import Path

import numpy as np
import pytest
from craniomark.flows.pipeline.record import read_record, record_path
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import Surface, distances_to_surface, read_surface
from craniomark.mrml import add_surface
from watching import finished, message, session

import double

FOLDER = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mouse_models"
LONGEST_SECONDS = 560
QUADS = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * 3.0


@pytest.fixture
def model(scene):
    faces = [[q[0], q[i], q[i + 1]] for q in QUADS for i in (1, 2)]
    return add_surface(scene, Surface(CORNERS, faces), "skull surface")


@pytest.fixture
def predicted_surface(panel, model):
    panel.ui.inputSelector.pick(model)
    panel.ui.predictButton.click()
    assert finished(panel)
    return panel


def test_a_surface_can_be_chosen(panel, model):
    panel.ui.inputSelector.pick(model)
    assert message(panel) == ("", "")
    assert panel.ui.predictButton.enabled and panel.ui.openButton.enabled


def test_models_that_read_the_kind_are_offered(panel, model, volume):
    box = panel.ui.modelBox
    panel.ui.inputSelector.pick(volume)
    assert box.findText("mouse-skull") > 0 and box.findText("mouse-strains") < 0
    box.setCurrentIndex(box.findText("mouse-skull"))
    panel.ui.inputSelector.pick(model)
    assert box.findText("mouse-skull") < 0 and box.findText("mouse-strains") > 0
    assert panel.widget._parameters.model == "" and box.currentIndex == 0
    assert "mouse-strains" in panel.ui.modelCard.text


def test_a_model_without_triangles_is_refused(panel, scene):
    panel.ui.inputSelector.pick(scene.AddNewNodeByClass("vtkMRMLModelNode", "empty"))
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault"
    assert "empty: triangles is none: choose a surface model" in message(panel)[1]


def test_its_points_are_under_review_and_its_mesh_lies_beside_them(predicted_surface, model, tmp_path):
    assert session(predicted_surface).id == "skull surface"
    kept = read_surface(tmp_path / "results" / "skull surface.ply")
    np.testing.assert_allclose(np.sort(kept.vertices, 0), np.sort(CORNERS, 0), atol=1e-5)
    assert kept.left_right_known
    record = read_record(record_path(tmp_path / "results", "skull surface"))
    assert record.source.path.endswith("skull surface.ply")
    points = predicted_surface.widget.desk.review.points.node
    assert points.GetNumberOfControlPoints() == 4
    assert points.GetTransformNodeID() == model.GetTransformNodeID()


def test_it_is_handed_over_in_its_own_frame(panel, model, scene, slicer, tmp_path):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    turn = np.array([[0.0, -1, 0, 5], [1, 0, 0, 0], [0, 0, 1, 2], [0, 0, 0, 1]])
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(turn))
    model.SetAndObserveTransformNodeID(transform.GetID())
    panel.ui.inputSelector.pick(model)
    panel.ui.predictButton.click()
    assert finished(panel)
    kept = read_surface(tmp_path / "results" / "skull surface.ply")
    np.testing.assert_allclose(np.sort(kept.vertices, 0), np.sort(CORNERS, 0), atol=1e-5)
    assert panel.widget.desk.review.points.node.GetTransformNodeID() == transform.GetID()


def test_a_point_snaps_onto_the_mesh(predicted_surface):
    review = predicted_surface.widget.desk.review
    review.go("1")
    assert review.snap() == pytest.approx(1.0, abs=1e-4)
    place = np.array(review.session.points["1"].position)
    assert np.isclose(np.minimum(place, 3 - place).min(), 0, atol=1e-5)


def test_points_are_refined_on_the_mesh_that_was_kept(predicted_surface):
    review = predicted_surface.widget.desk.review
    before = np.array(review.session.points["2"].position)
    predicted_surface.widget.desk.refine.refine(("2",), None)
    assert finished(predicted_surface)
    moved = np.array(review.session.points["2"].position) - before
    np.testing.assert_allclose(moved, [0.25, 0, 0], atol=1e-6)


def test_its_review_is_opened_again(predicted_surface, model):
    review = predicted_surface.widget.desk.review
    review.close()
    predicted_surface.ui.openButton.click()
    assert finished(predicted_surface)
    assert review.session is not None and review.volume is model


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="CRANIOMARK_DATA has no meshes of mice")
def test_a_real_mesh_is_landmarked_and_refined_by_the_child(panel, scene, real_board, tmp_path):
    mesh = sorted(FOLDER.glob("*.ply"))[0]
    panel.ui.inputSelector.pick(add_surface(scene, read_surface(mesh), mesh.stem))
    panel.ui.predictButton.click()
    assert double.settle(lambda: not panel.widget.desk.busy, LONGEST_SECONDS), message(panel)
    review, truth = panel.widget.desk.review, read_landmarks(mesh.with_name(f"{mesh.stem}.mrk.json"))
    found = review.session.landmarks.ordered(truth.labels).points
    assert np.linalg.norm(found - truth.points, axis=1).mean() < 0.14
    surface = read_surface(tmp_path / "results" / f"{mesh.stem}.ply")
    assert distances_to_surface(found, surface).max() < 1e-3
    label = truth.labels[0]
    review.session.move(label, tuple(found[0] + 0.2))
    panel.widget.desk.refine.refine((label,), None)
    assert double.settle(lambda: not panel.widget.desk.busy, LONGEST_SECONDS), message(panel)
    moved = np.array(review.session.points[label].position)
    assert np.linalg.norm(moved - found[0]) < 0.2
    assert distances_to_surface(moved[None], surface)[0] < 1e-3
