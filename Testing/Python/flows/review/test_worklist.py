"""A folder of specimens: states, order, what comes next, and a data set of what is done."""

import json

import numpy as np
import pytest
from small_review import given_landmarks

from craniomark.flows.pipeline.record import Record, write_record
from craniomark.flows.pipeline.source import Source, look_at
from craniomark.flows.review import Listener, Worklist
from craniomark.flows.review.training_set import LIST
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, write_landmarks
from craniomark.ground.specimens import find_specimens
from craniomark.ground.volumes import Volume, write_volume

LABELS = tuple("abcdefg")
BASE = np.random.default_rng(0).uniform(2, 8, (7, 3))


def predicted(seed: int, flagged: int) -> LandmarkSet:
    points = BASE + np.random.default_rng(seed).normal(0, 0.05, BASE.shape)
    notes = {
        label: Annotation(0.1, "review" if i < flagged else "ok", "predicted")
        for i, label in enumerate(LABELS)
    }
    return LandmarkSet(LABELS, points, notes)


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    rng = np.random.default_rng(0)
    for name in "uvwxyz":
        image = rng.integers(0, 255, (20, 20, 20)).astype(np.uint8)
        write_volume(Volume(image, np.diag([0.5, 0.5, 0.5, 1])), folder / f"{name}.nii.gz")
    return folder


@pytest.fixture
def outputs(tmp_path, scans):
    """Specimens with 1, 0, 3 and 2 flagged points, a refused one and one that was not predicted."""
    out = tmp_path / "out"
    for name, flagged in (("u", 1), ("v", 0), ("w", 3), ("x", 2)):
        write_landmarks(predicted(ord(name), flagged), out / f"{name}.csv")
        write_record(Record(name, "done", look_at(scans / f"{name}.nii.gz"), {}, group="lab"), out)
    refused = Record("y", "refused", look_at(scans / "y.nii.gz"), {}, reason="no skull found")
    write_record(refused, out)
    return out


@pytest.fixture
def worklist(outputs, scans):
    return Worklist(outputs, find_specimens([scans]))


def review(worklist, id_, desk, *labels):
    with worklist.open(id_, desk) as session:
        session.accept(*(labels or session.labels))


def test_the_most_doubtful_specimens_come_first_and_those_without_points_last(worklist):
    told = [(entry.id, entry.state, entry.doubtful) for entry in worklist.entries]
    assert told[:4] == [("w", "doubtful", 3), ("x", "doubtful", 2), ("u", "doubtful", 1), ("v", "done", 0)]
    assert told[4:] == [("z", "unpredicted", 0), ("y", "refused", 0)]
    assert worklist["y"].why == "no skull found"


def test_counts_tell_how_many_are_in_each_state(worklist):
    counts = worklist.counts
    assert (counts["doubtful"], counts["done"], counts["unpredicted"], counts["refused"]) == (3, 1, 1, 1)


def test_next_goes_through_doubtful_specimens_and_round_the_end(worklist):
    assert [worklist.next().id, worklist.next("w").id, worklist.next("u").id] == ["w", "x", "w"]
    assert worklist.next("w", step=-1).id == "u"


def test_a_specimen_whose_doubtful_points_are_done_is_done(worklist, desk):
    review(worklist, "u", desk, "a")
    entry = worklist["u"]
    assert (entry.state, entry.reviewed, entry.doubtful, entry.begun) == ("done", 1, 0, True)
    assert worklist.next("x").id == "w"


def test_a_specimen_with_every_point_decided_on_is_complete(worklist, desk):
    review(worklist, "u", desk)
    assert worklist["u"].state == "complete"


def test_next_is_none_when_nothing_is_left(worklist, desk):
    for id_ in "uwx":
        review(worklist, id_, desk)
    assert worklist.next() is None


def test_the_order_stays_while_one_works(worklist, desk):
    before = [entry.id for entry in worklist.entries]
    review(worklist, "w", desk)
    worklist.refresh()
    assert [entry.id for entry in worklist.entries] == before


def test_lines_follow_the_open_session(worklist, desk):
    heard = []
    worklist.listen(Listener(points=heard.append))
    with worklist.open("w", desk) as session:
        assert worklist["w"].begun and heard == [("w",)]
        heard.clear()
        session.accept("a")
        assert (worklist["w"].doubtful, heard) == (2, [("w",)])
        session.undo()
        assert worklist["w"].doubtful == 3


def test_refresh_sees_new_predictions_and_other_peoples_work(worklist, outputs, scans, desk):
    write_landmarks(predicted(1, 2), outputs / "z.csv")
    write_record(Record("z", "done", look_at(scans / "z.nii.gz"), {}), outputs)
    review(Worklist(outputs), "u", desk)
    worklist.refresh()
    assert (worklist["z"].state, worklist["u"].state) == ("doubtful", "complete")


def test_a_list_of_earlier_work_is_opened_as_it_was_left(worklist, outputs, desk, clock):
    with worklist.open("u", desk) as session:
        clock.seconds += 30
        session.accept(*LABELS)
    again = Worklist(outputs)
    assert (again["u"].state, again["u"].seconds, again["u"].group) == ("complete", 30.0, "lab")


def test_a_broken_session_is_told_and_stops_no_other(outputs):
    (outputs / "u.session.json").write_text("broken")
    worklist = Worklist(outputs)
    assert worklist["u"].state == "broken" and "u.session.json" in worklist["u"].why
    assert worklist["w"].state == "doubtful"


def test_a_folder_without_specimens_is_refused(tmp_path):
    with pytest.raises(InputError, match="specimens is none"):
        Worklist(tmp_path / "nowhere")


def test_specimens_that_are_not_listed_are_refused(worklist):
    with pytest.raises(InputError, match="'q'"):
        worklist.open("q")


def test_landmarks_of_all_specimens_are_exported_as_reviewed(worklist, desk):
    review(worklist, "u", desk)
    found = worklist.landmarks()
    assert list(found) == ["u", "v", "w", "x"]
    assert found["u"].annotation("a").status == "accepted"
    assert list(worklist.landmarks(("complete",))) == ["u"]


def test_complete_specimens_become_a_data_set_that_is_sound(worklist, tmp_path, desk):
    from craniomark.flows.datasets.check import check_data
    from craniomark.flows.training.data import landmarked_specimens

    for id_ in "uvw":
        review(worklist, id_, desk)
    with worklist.open("w", desk) as session:
        session.set_missing("c")
    made = worklist.write_training_set(tmp_path / "train")
    assert made.specimens == ("u", "v", "w")
    assert made.left_out == (("x", "7 points are not reviewed"),)
    report = check_data(made.list)
    assert (report.specimens, report.labels, report.problems) == (3, LABELS, 0)
    assert any(one.specimen == "w" and "missing: c" in one.what for one in report.findings)
    trained_on = landmarked_specimens(str(made.list))
    assert [(one.id, one.group) for one in trained_on] == [("u", "lab"), ("v", "lab"), ("w", "lab")]


def test_the_data_set_holds_the_points_as_reviewed(worklist, tmp_path, desk):
    with worklist.open("u", desk) as session:
        session.move("a", (4.5, 4.25, 4.125))
        session.accept(*LABELS)
    made = worklist.write_training_set(tmp_path / "train")
    assert read_landmarks(made.list.parent / "u.mrk.json").points[0].tolist() == [4.5, 4.25, 4.125]


def test_a_data_set_of_nothing_is_refused(worklist, tmp_path):
    with pytest.raises(InputError, match="fully reviewed specimens is none"):
        worklist.write_training_set(tmp_path / "train")
    assert not (tmp_path / "train").exists()


def test_a_data_set_that_is_there_is_replaced_only_where_that_was_allowed(worklist, tmp_path, desk):
    review(worklist, "u", desk)
    worklist.write_training_set(tmp_path / "train")
    with pytest.raises(InputError, match=LIST):
        worklist.write_training_set(tmp_path / "train")
    review(worklist, "v", desk)
    assert worklist.write_training_set(tmp_path / "train", replace=True).specimens == ("u", "v")


def rewrite(outputs, **changes):
    path = outputs / "u.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_mirrored_scan_is_left_out_with_its_reason(worklist, outputs, tmp_path, desk):
    for id_ in "uv":
        review(worklist, id_, desk)
    rewrite(outputs, options={"mirror": True})
    made = worklist.write_training_set(tmp_path / "train")
    assert ("u", "the scan is mirrored: save it the right way round first") in made.left_out


def test_the_voxel_size_that_the_user_gave_goes_along(worklist, outputs, tmp_path, desk):
    review(worklist, "u", desk)
    rewrite(outputs, options={"spacing": [20, 20, 40], "unit": "um"})
    made = worklist.write_training_set(tmp_path / "train")
    (specimen,) = find_specimens([made.list])
    assert specimen.spacing == (0.02, 0.02, 0.04)


def test_a_specimen_whose_scan_is_gone_is_left_out(outputs, tmp_path, desk):
    write_landmarks(given_landmarks(), outputs / "gone.csv")
    write_record(Record("gone", "done", Source(str(tmp_path / "no.nrrd"), 1, 1), {}), outputs)
    worklist = Worklist(outputs)
    for id_ in ("gone", "u"):
        with worklist.open(id_, desk) as session:
            session.accept(*session.labels)
    made = worklist.write_training_set(tmp_path / "train")
    assert ("gone", "the scan is not where it was") in made.left_out
