"""What the page is told: plain values that follow the desk."""

import json

import pytest

from craniomark.web.actions import Actions
from craniomark.web.curves import drawn
from craniomark.web.shown import choices, shown


@pytest.fixture
def actions(opened, views):
    return Actions(opened, views)


def test_everything_that_is_shown_is_plain(opened):
    json.dumps({**shown(opened), **choices([])}, allow_nan=False)


def test_the_page_tells_point_table_and_list(opened):
    told = shown(opened)
    assert (told["point"], told["point_at"], told["points"], told["doubtful"]) == ("b", 1, 3, 1)
    assert [row["label"] for row in told["rows"]] == ["b", "c", "a"]
    assert "0.50 mm" in told["point_words"] and told["counts"] == "2 doubtful, 1 not predicted"
    assert [line["current"] for line in told["specimens"]] == [True, False, False]


def test_decisions_are_shown_at_once(opened, actions):
    actions.key("a")
    told = shown(opened)
    assert (told["reviewed"], told["doubtful"], told["point"]) == (1, 0, "c")
    assert "b" in told["undo_words"] and told["specimens"][0]["words"] == "1 of 3 reviewed"
    actions.key("u")
    told = shown(opened)
    assert told["reviewed"] == 0 and told["point"] == "b" and told["redo_words"]


def test_a_point_is_moved_by_keys_in_the_slice_that_was_chosen(opened, actions, views, slicer):
    node = slicer.vtkMRMLSliceNode()
    node.SetOrientationToAxial()
    views.slice_node = node
    for key in ("ArrowUp", "PageUp"):
        actions.key(key)
    # the axial slice: up is anterior, which is -y in LPS; towards the viewer is inferior or superior
    x, y, z = opened.landmark.review.session.points["b"].position
    assert (x, y) == (4.0, -0.5) and abs(z) == pytest.approx(0.5)
    assert views.asked[-1] == pytest.approx((x, y, z))


def test_what_fails_is_told_and_not_raised(opened, actions):
    actions.do("redo")
    assert not opened.message.words
    actions.open("nothing")
    assert opened.message.kind == "fault" and "choose one of the list" in opened.message.words
    actions.surface_range("two", 3)
    assert "write a number" in opened.message.words
    actions.clear_message()
    assert not opened.message.words


@pytest.mark.parametrize("format_", [item["value"] for item in choices([])["formats"]])
def test_each_format_is_a_download_below_the_results(opened, actions, format_):
    actions.export(format_, False)
    ((name, address),) = actions.downloads
    assert address == f"download/exports/one/{name}"
    assert (opened.specimens.results / "exports" / "one" / name).stat().st_size > 20
    actions.key("a")  # begins the review, by which the specimen is listed
    actions.export(format_, True)
    assert opened.message.kind == "note" and actions.downloads[0][1].startswith("download/exports/all/")


def test_results_are_written_back(actions):
    actions.key("a")
    actions.do("results")
    assert [name for name, _ in actions.downloads] == ["one.csv", "one.mrk.json"]


def test_training_stays_in_the_folder_of_results(opened, actions):
    actions.train_on("reviewed", "../../my model", "quick", "all")
    assert opened.train.choices.out == str(opened.specimens.results / "trainings" / "my model")


def test_curves_fill_their_picture():
    told = drawn({"loss": [(0, 100.0), (10, 1.0)]}).shown()
    assert told["lines"][0]["points"] == "0.0,0.0 320.0,150.0" and told["svg"].startswith("<svg")
    assert drawn({"loss": [(0, float("nan"))]}).svg == ""


def test_layout_keys_reach_the_views(actions, views, opened):
    actions.key("2")
    assert views.asked == ["solid"] and opened.landmark.review.session.current == "b"
