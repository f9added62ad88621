import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import bent_node, few, linear_node, lps, nested, put_under, seeds, world_ras

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, write_landmarks
from craniomark.mrml import add_landmarks, landmarks_of, put_landmarks

FLAGGED = Annotation(
    0.12, "review", "predicted", (1.0, -2.0, 3.5), "ann", "2026-11-21T10:00:00", "by the eye"
)


def some(seed=0, labels=("Bregma", "Lambda", "3", "Äußere Naht")):
    points = np.random.default_rng(seed).uniform(-20, 20, (len(labels), 3))
    return LandmarkSet(tuple(labels), points, {labels[0]: FLAGGED})


def told(node):
    """Label, RAS position in the node's frame and status of each point, from the node itself."""
    return [
        (
            node.GetNthControlPointLabel(number),
            node.GetNthControlPointPosition(number),
            node.GetNthControlPointPositionStatus(number),
        )
        for number in range(node.GetNumberOfControlPoints())
    ]


def assert_alike(found, expected, atol=1e-6):
    assert found.labels == expected.labels
    np.testing.assert_allclose(found.points, expected.points, atol=atol)
    for label in expected.labels:
        one, other = found.annotation(label), expected.annotation(label)
        np.testing.assert_allclose(one.predicted, other.predicted, atol=max(atol, 1e-6))
        np.testing.assert_allclose(one.error90_mm, other.error90_mm, atol=1e-6)
        for name in ("flag", "status", "observer", "time", "description"):
            assert getattr(one, name) == getattr(other, name), name


def json_storage(slicer, scene):
    """The class is not registered in a bare scene, so that it can't be made by its name."""
    storage = slicer.vtkMRMLMarkupsJsonStorageNode()
    scene.AddNode(storage)
    return storage


def empty(scene):
    return scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")


@few
@given(seeds)
def test_the_node_holds_ras_with_labels_and_states(slicer, seed):
    landmarks = some(seed)
    node = add_landmarks(slicer.vtkMRMLScene(), landmarks, "points")
    assert [label for label, *_ in told(node)] == list(landmarks.labels)
    np.testing.assert_allclose(lps([at for _, at, _ in told(node)]), landmarks.points, atol=1e-12)
    assert {status for *_, status in told(node)} == {node.PositionDefined}


words = st.text("aÉ1 ,;|%=\"'漢-_", max_size=12).map(str.strip)


@few
@given(
    st.lists(words.filter(bool), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from(["predicted", "refined", "corrected", "accepted", ""]), min_size=6, max_size=6),
    st.lists(st.sampled_from(["review", "ok", ""]), min_size=6, max_size=6),
    st.lists(st.floats(0, 5), min_size=6, max_size=6),
    words,
    seeds,
)
def test_any_landmarks_survive(slicer, labels, statuses, flags, errors, text, seed):
    landmarks = some(seed, labels)
    told = zip(labels, statuses, flags, errors, strict=False)
    annotations = {
        label: Annotation(error, flag, status, (1.0, 2.0, -3.0), text, "2026-11-21", text)
        for label, status, flag, error in told
    }
    landmarks = LandmarkSet(landmarks.labels, landmarks.points, annotations)
    assert_alike(landmarks_of(add_landmarks(slicer.vtkMRMLScene(), landmarks, "points")), landmarks)


def test_missing_landmarks_are_missing_points_and_back(scene):
    landmarks = some()
    landmarks.points[1] = np.nan
    node = add_landmarks(scene, landmarks, "points")
    assert told(node)[1][2] == node.PositionMissing
    back = landmarks_of(node)
    assert back.present.tolist() == [True, False, True, True]
    assert back.annotation("Lambda").status == "missing"
    assert not back.notes


def test_points_that_were_never_placed_are_missing_with_a_note(scene):
    node = add_landmarks(scene, some(), "points")
    node.UnsetNthControlPointPosition(0)
    node.UnsetNthControlPointPosition(2)
    back = landmarks_of(node)
    assert back.present.tolist() == [False, True, False, True]
    assert back.annotation("Bregma").status == "missing"
    assert back.annotation("Bregma").flag == ""
    assert back.notes == ("Points without a position are taken as missing: Bregma, 3.",)


def test_a_missing_point_that_is_placed_by_hand_is_no_longer_missing(scene):
    landmarks = LandmarkSet(("A",), np.full((1, 3), np.nan))
    node = add_landmarks(scene, landmarks, "points")
    node.SetNthControlPointPosition(0, 1, 2, 3)
    back = landmarks_of(node)
    np.testing.assert_array_equal(back.points, [[-1, -2, 3]])
    assert back.annotation("A").status == ""


def test_a_landmark_can_go_missing_and_come_back(scene):
    node, landmarks = add_landmarks(scene, some(), "points"), some(1)
    landmarks.points[0] = np.nan
    put_landmarks(landmarks, node)
    assert not landmarks_of(node).present[0]
    put_landmarks(some(2), node)
    assert_alike(landmarks_of(node), some(2))


@few
@given(seeds, st.booleans())
def test_nested_parents_are_honoured_in_reading(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = add_landmarks(scene, some(seed), "points")
    put_under(node, nested(scene, seed, bent))
    expected = world_ras(node, np.array([at for _, at, _ in told(node)]))
    by_mrml = [node.GetNthControlPointPositionWorld(number) for number in range(4)]
    np.testing.assert_allclose(landmarks_of(node).points, lps(expected), atol=1e-6)
    np.testing.assert_allclose(landmarks_of(node).points, lps(by_mrml), atol=1e-6)


@few
@given(seeds, st.booleans())
def test_nested_parents_are_honoured_in_writing(slicer, seed, bent):
    scene, landmarks = slicer.vtkMRMLScene(), some(seed)
    landmarks.points[2] = np.nan
    node = add_landmarks(scene, some(1), "points")
    put_under(node, nested(scene, seed, bent))
    put_landmarks(landmarks, node)
    by_mrml = [node.GetNthControlPointPositionWorld(number) for number in (0, 1, 3)]
    np.testing.assert_allclose(lps(by_mrml), landmarks.points[[0, 1, 3]], atol=1e-6)
    assert told(node)[2][2] == node.PositionMissing


def test_predictions_are_in_the_world_like_the_points(scene):
    node = add_landmarks(scene, some(), "points")
    put_under(node, nested(scene, 4))
    put_landmarks(some(), node)
    np.testing.assert_allclose(
        landmarks_of(node).annotation("Bregma").predicted, FLAGGED.predicted, atol=1e-5
    )
    node.GetParentTransformNode().SetAndObserveTransformNodeID(None)
    moved = landmarks_of(node).annotation("Bregma").predicted
    assert np.abs(np.subtract(moved, FLAGGED.predicted)).max() > 1


def test_points_keep_their_ids_and_states_when_landmarks_are_put_again(scene):
    node = add_landmarks(scene, some(), "points")
    node.SetNthControlPointLocked(1, True)
    node.SetNthControlPointVisibility(2, False)
    node.SetNthControlPointSelected(3, False)
    ids = {label: node.GetNthControlPointID(number) for number, (label, *_) in enumerate(told(node))}
    changed = some(5, ("new", "Äußere Naht", "3", "Lambda"))
    put_landmarks(changed, node)
    assert [label for label, *_ in told(node)] == list(changed.labels)
    assert [node.GetNthControlPointID(number) for number in (1, 2, 3)] == [
        ids[label] for label in changed.labels[1:]
    ]
    assert [bool(node.GetNthControlPointLocked(number)) for number in range(4)] == [False, False, False, True]
    assert [bool(node.GetNthControlPointVisibility(n)) for n in range(4)] == [True, True, False, True]
    assert [bool(node.GetNthControlPointSelected(n)) for n in range(4)] == [True, False, True, True]
    assert_alike(landmarks_of(node), changed)


@few
@given(st.permutations("abcde"), st.permutations("cdefg"), seeds)
def test_any_list_becomes_any_other(slicer, before, after, seed):
    node = add_landmarks(slicer.vtkMRMLScene(), some(seed, before), "points")
    put_landmarks(some(seed + 1, after), node)
    assert_alike(landmarks_of(node), some(seed + 1, after))


def test_doubled_and_nameless_points_of_a_list_go(scene):
    node = empty(scene)
    for label in ("A", "A", "", " B "):
        node.AddControlPoint((1.0, 2.0, 3.0), label)
    put_landmarks(some(0, ("A", "B")), node)
    assert_alike(landmarks_of(node), some(0, ("A", "B")))


def test_a_list_whose_number_of_points_is_fixed_stays_so(scene):
    node = add_landmarks(scene, some(), "points")
    node.SetFixedNumberOfControlPoints(True)
    put_landmarks(some(1, ("a", "b")), node)
    assert node.GetFixedNumberOfControlPoints()
    assert landmarks_of(node).labels == ("a", "b")


@few
@given(seeds)
def test_slicers_file_is_read_by_the_library_as_the_bridge_reads_the_node(slicer, tmp_path_factory, seed):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("points") / "skull.mrk.json"
    landmarks = some(seed)
    landmarks.points[seed % 4] = np.nan
    node = add_landmarks(scene, landmarks, "skull")
    storage = json_storage(slicer, scene)
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    assert_alike(read_landmarks(path), landmarks_of(node))


@few
@given(seeds)
def test_the_librarys_file_is_read_by_slicer_as_the_bridge_writes_the_node(slicer, tmp_path_factory, seed):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("points") / "skull.mrk.json"
    landmarks = some(seed)
    landmarks.points[seed % 4] = np.nan
    write_landmarks(landmarks, path)
    node = empty(scene)
    storage = json_storage(slicer, scene)
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    assert_alike(landmarks_of(node), landmarks_of(add_landmarks(scene, landmarks, "skull")))


def test_files_of_a_node_under_a_parent_are_in_its_own_frame(slicer, scene, tmp_path):
    """Slicer writes points without their parents: points and predictions must agree there."""
    path = tmp_path / "skull.mrk.json"
    node = add_landmarks(scene, some(), "skull")
    shift = np.eye(4)
    shift[0, 3] = 5
    put_under(node, linear_node(scene, shift))
    put_landmarks(some(), node)
    storage = json_storage(slicer, scene)
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    read = read_landmarks(path)
    np.testing.assert_allclose(read.points, some().points + np.array([5, 0, 0]), atol=1e-6)
    np.testing.assert_allclose(read.annotation("Bregma").predicted, np.add(FLAGGED.predicted, [5, 0, 0]))
    assert json.loads(path.read_text(encoding="utf-8"))["markups"][0]["coordinateSystem"] == "LPS"


def test_free_text_of_a_user_is_kept(scene):
    node = empty(scene)
    node.AddControlPoint((1.0, 2.0, 3.0), "A")
    node.SetNthControlPointDescription(0, "chipped; check")
    assert landmarks_of(node).annotation("A").description == "chipped; check"
    put_landmarks(landmarks_of(node), node)
    assert node.GetNthControlPointDescription(0) == "chipped; check"


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ((), "points: points is none"),
        (("A", "A"), "points: label is 'A' twice"),
        (("A", " "), "control point 2, label is empty"),
        (("A\nB",), "control point 1, label is 'A"),
    ],
)
def test_lists_that_are_no_landmarks_are_refused_by_name(scene, labels, told):
    node = empty(scene)
    for label in labels:
        node.AddControlPoint((1.0, 2.0, 3.0), label)
    with pytest.raises(InputError, match=told):
        landmarks_of(node)


def test_nothing_is_written_where_something_is_wrong(scene):
    node = add_landmarks(scene, some(), "points")
    before = told(node)
    with pytest.raises(InputError, match="label"):
        put_landmarks(some(1, ("A\tB",)), node)
    wrong = LandmarkSet(("A",), np.zeros((1, 3)), {"A": Annotation(status="missing")})
    with pytest.raises(ValueError, match="has a position"):
        put_landmarks(wrong, node)
    put_under(node, linear_node(scene, np.diag([1.0, 1, 0, 1]), bent_node(scene)))
    with pytest.raises(InputError, match="not invertible"):
        put_landmarks(some(1), node)
    assert told(node) == before


def test_no_node_and_a_wrong_one_are_refused(scene):
    with pytest.raises(InputError, match="point list: selection is none"):
        landmarks_of(None)
    with pytest.raises(InputError, match="choose a point list"):
        landmarks_of(scene.AddNewNodeByClass("vtkMRMLMarkupsCurveNode", "curve"))


def test_the_new_list_can_be_shown(scene):
    assert add_landmarks(scene, some(), "points").GetDisplayNode() is not None
