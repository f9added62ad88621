"""The review by mouse and keys, each test on a specimen of its own."""

import itertools
import json
import re

import numpy as np
import pytest
from balls import LABELS, SHAPE, VOXEL_MM, frame, write_ball
from desk import SLICES, Tab
from harness import Server, until

from craniomark.desktop.cohorts import format_words
from craniomark.ground.landmarks import read_landmarks

COUNT = 24
NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][-+]?\d+)?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("balls")
    for number in range(COUNT):
        write_ball(made, f"ball{number:02d}")
    return made


@pytest.fixture(scope="module")
def shared(folder):
    server = Server(folder).start()
    yield server
    server.stop()


_numbers = itertools.count()


@pytest.fixture
def work(shared, open_tab):
    """Open a tab, and in it a specimen that no test has touched."""

    def opened(**how):
        tab = Tab(open_tab(shared.address, **how), shared)
        tab.id = f"ball{next(_numbers):02d}"
        tab.open(tab.id)
        return tab

    return opened


@pytest.fixture
def tab(work):
    return work()


def moved(tab, label, before):
    return np.subtract(tab.state["scene_points"][label], before["scene_points"][label])


def status(tab, label):
    return tab.row(label)["status"]


def test_points_of_the_file_stand_in_scene_session_and_table(tab, folder):
    state = tab.state
    points = read_landmarks(folder / "craniomark" / f"{tab.id}.csv")
    for label, place in zip(points.labels, points.points, strict=True):
        assert np.allclose(state["scene_points"][label], place, atol=1e-6)
        assert np.allclose(state["session_points"][label], place, atol=1e-6)
        assert label in tab.shown_row(label)
    assert [row["label"] for row in state["rows"]] == list("FEDCBA"), "the most doubtful first"


def test_the_slices_jump_to_the_point(tab):
    for label in ("A", "C", "E"):
        tab.go(label)
        place = tab.state["scene_points"][label]
        for view, axis in (("Yellow", 0), ("Green", 1), ("Red", 2)):
            near = lambda s, v=view, p=place[axis]: abs(abs(s["slices"][v]) - abs(p)) <= VOXEL_MM  # noqa: E731
            tab.wait(near, f"{view} shows {label}")


def test_slices_show_the_whole_scan_also_after_the_window_changed(tab):
    ends = np.array(list(itertools.product((0, 1), repeat=3))) * (np.array(SHAPE) - 1)
    corners = ends @ frame()[:3, :3].T + frame()[:3, 3]
    for width, height in ((1280, 800), (900, 720)):
        tab.page.set_viewport_size({"width": width, "height": height})
        for view in SLICES:

            def whole(state, view=view):
                box = tab.box(view)
                if not np.allclose(state["views"][view]["size"], (box["width"], box["height"]), atol=1):
                    return False
                first = next(iter(state["scene_points"]))
                onto = tab.pixels_per_mm(view)
                at = (corners - state["scene_points"][first]) @ onto.T + tab.at(view, first)
                low = (box["x"], box["y"])
                return (at >= low).all() and (at <= np.add(low, (box["width"], box["height"]))).all()

            tab.wait(whole, f"{view} shows all of the scan at {width}x{height}")


@pytest.mark.parametrize(("size", "scale"), [((1280, 800), 1), ((1600, 1000), 2)])
@pytest.mark.parametrize("view", SLICES)
def test_a_point_is_dragged_in_a_slice(work, view, size, scale):
    tab = work(width=size[0], height=size[1], device_scale_factor=scale)
    tab.go("F")
    before, shown = tab.state, tab.pixels_per_mm(view)
    tab.drag(view, "F", 24, -16)
    tab.wait(lambda s: s["rows"][0]["status"] == "corrected", "the point is corrected")
    change = moved(tab, "F", before)
    assert np.allclose(shown @ change, (24, -16), atol=1.5)
    across = np.cross(*shown)
    assert abs(change @ across / np.linalg.norm(across)) < 1e-6, "it stays in the slice"
    for label in "ABCDE":
        assert np.array_equal(moved(tab, label, before), (0, 0, 0)), "no other point moves"
    assert np.allclose(tab.state["session_points"]["F"], tab.state["scene_points"]["F"])


@pytest.mark.parametrize(("size", "scale"), [((1280, 800), 1), ((1600, 1000), 2)])
def test_a_point_is_dragged_in_3d(work, size, scale):
    """C lies at the same place of the picture, on the back of the ball, and is locked."""
    tab = work(width=size[0], height=size[1], device_scale_factor=scale)
    tab.go("D")
    x, y = tab.at("ThreeD", "D")
    assert np.allclose(tab.at("ThreeD", "C"), (x, y), atol=12)
    before = tab.state
    tab.drag("ThreeD", "D", 20, 14)
    tab.wait(lambda s: s["point_status"]["D"] == "corrected", "the point is corrected")
    assert 0.2 < np.linalg.norm(moved(tab, "D", before)) < 8
    assert np.allclose(tab.at("ThreeD", "D"), (x + 20, y + 14), atol=2)
    for label in "ABCEF":
        assert np.array_equal(moved(tab, label, before), (0, 0, 0))


def test_other_points_are_locked(tab):
    tab.go("F")
    before = tab.state
    tab.drag("Green", "A", 20, 20)
    tab.page.wait_for_timeout(1000)
    assert tab.state["session_points"] == before["session_points"]


def test_changes_are_undone_and_made_again(tab):
    tab.go("F")
    start = tab.state["session_points"]
    tab.drag("Red", "F", 20, 0)
    tab.wait(lambda s: s["undo_words"], "there is something to undo")
    there = tab.state["session_points"]
    tab.go("E")
    tab.press("Accept")
    tab.wait(lambda s: "accepted" in [r["status"] for r in s["rows"]], "the point is accepted")
    for _ in range(2):
        tab.key("u")
    state = tab.wait(lambda s: not s["undo_words"], "all is undone")
    assert np.allclose(state["scene_points"]["F"], start["F"], atol=1e-9)
    tab.press("Redo")
    tab.wait(lambda s: s["session_points"] == there, "the drag is made again")
    tab.key("Control+z")
    tab.wait(lambda s: s["session_points"] == start, "Ctrl+Z undoes too")


def test_accept_and_missing_go_to_the_table_and_to_the_file(tab, folder):
    tab.go("F")
    tab.key("a")
    tab.wait(lambda s: s["reviewed"] == 1, "one is reviewed")
    tab.go("E")
    tab.press("Missing")
    tab.wait(lambda s: s["reviewed"] == 2, "two are reviewed")
    assert (status(tab, "F"), status(tab, "E")) == ("accepted", "missing")
    assert "missing" in tab.shown_row("E")
    assert "E" not in tab.state["scene_points"]
    kept = json.loads((folder / "craniomark" / f"{tab.id}.session.json").read_text())
    assert kept["points"]["F"]["status"] == "accepted"
    assert "position" not in kept["points"]["E"]


def test_to_bone_puts_a_point_onto_bone(tab):
    tab.go("F")
    tab.drag("Green", "F", 0, 14)
    tab.wait(lambda s: s["undo_words"], "it is off the bone")
    tab.press("To bone")
    state = tab.wait(lambda s: "onto the bone" in s["message"], "it says how far it went")
    centre = np.mean([state["scene_points"][label] for label in "ABCD"], axis=0)
    assert abs(np.linalg.norm(np.subtract(state["scene_points"]["F"], centre)) - 8) < 0.6


def test_a_page_that_is_loaded_again_shows_the_same(tab):
    tab.go("E")
    tab.key("a")
    before = tab.wait(lambda s: s["reviewed"] == 1, "one is reviewed")
    tab.page.reload()
    tab.page.locator("#row-E").wait_for()
    assert "accepted" in tab.shown_row("E")
    assert tab.state["session_points"] == before["session_points"]
    tab.go("D")
    tab.key("m")
    tab.wait(lambda s: s["reviewed"] == 2, "the page works as before")


def test_the_keyboard_alone_is_enough(tab):
    """From the list to a moved, an accepted and a missing point, without the mouse."""
    first = tab.wait(lambda s: s["point"], "a point is under review")["point"]
    before = tab.state
    tab.key("ArrowRight")
    state = tab.wait(lambda s: s["undo_words"], "the point is moved")
    assert np.isclose(np.linalg.norm(moved(tab, first, before)), VOXEL_MM)
    tab.key("a")
    tab.wait(lambda s: s["reviewed"] >= 1, "it is accepted")
    tab.key("n")
    state = tab.wait(lambda s: s["point"] != first, "the next one is shown")
    tab.key("m")
    tab.wait(lambda s: "missing" in [r["status"] for r in s["rows"]], "it is missing")
    tab.key("p")
    tab.wait(lambda s: s["point"] != state["point"], "the one before is shown")
    tab.key("?")
    tab.page.get_by_role("dialog").wait_for()
    tab.key("Escape")
    tab.page.get_by_role("dialog").wait_for(state="hidden")
    focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
    reached = ""
    for _ in range(70):
        tab.key("Tab")
        reached += f"{tab.page.evaluate(focused)}\n".lower()
    for name in ("accept", "missing", "undo", "next specimen", "keys (?)", "four views"):
        assert name in reached, f"{name} is not reached by Tab"


FOCUSED = """() => {
    const e = document.activeElement;
    if (e === document.body) return '';
    return [e.getAttribute('aria-label'), e.innerText, e.getAttribute('role')].join(' ').toLowerCase();
}"""


def reach(tab, name):
    """Press Tab until something is reached whose name holds a word."""
    for _ in range(90):
        tab.key("Tab")
        if name in tab.page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_a_specimen_is_opened_a_point_chosen_and_a_file_exported_without_a_mouse(tab, tmp_path):
    before = tab.state["session_points"]
    reach(tab, "ball00")
    for key, name in (("ArrowDown", "ball01"), ("ArrowUp", "ball00")):  # through the list, and no point moves
        tab.key(key)
        until(lambda name=name: name in tab.page.evaluate(FOCUSED), f"{name} is reached")
    assert tab.state["session_points"] == before
    tab.key("Enter")
    tab.wait(lambda s: s["specimen"] == "ball00" and s["reviewing"], "another specimen is open")
    tab.page.locator("#row-F").wait_for()
    reach(tab, "c\t0.30")
    tab.key("Enter")
    tab.wait(lambda s: s["point"] == "C", "a point is chosen from the table")
    reach(tab, "review tab")
    for _ in range(2):
        tab.key("ArrowRight")
    tab.key("Enter")
    reach(tab, "export")
    tab.key("Enter")
    reach(tab, "landmarks-long.csv")
    with tab.page.expect_download() as coming:
        tab.key("Enter")
    assert set(read_landmarks(_saved(coming.value, tmp_path)).labels) == set(LABELS)


def _saved(download, folder):
    file = folder / download.suggested_filename
    download.save_as(file)
    return file


def test_letters_in_a_remark_are_no_keys(tab):
    tab.go("F")
    field = tab.page.get_by_label("Remark on this point")
    field.fill("amu broken tip")
    field.press("Enter")
    tab.wait(lambda s: s["noted"] == "amu broken tip", "the remark is kept")
    assert tab.state["reviewed"] == 0


def test_every_format_is_downloaded_with_what_was_done(tab, tmp_path):
    tab.go("F")
    tab.drag("Red", "F", 18, 12)
    tab.wait(lambda s: s["undo_words"], "the point is moved")
    tab.go("E")
    tab.key("m")
    points = tab.wait(lambda s: s["reviewed"] == 2, "two are reviewed")["session_points"]
    for format_, _words in format_words():
        tab.page.evaluate("(f) => window.trame.state.set('format', f)", format_)
        file = tab.exported(tmp_path, format_)
        numbers = np.array([float(one) for one in NUMBER.findall(file.read_text())])
        threes = np.abs(np.lib.stride_tricks.sliding_window_view(numbers, 3))
        for label, place in points.items():  # some formats have neither names nor signs of a frame
            assert np.isclose(threes, np.abs(place), atol=1e-3).all(axis=1).any(), (format_, label)
        if format_ in ("csv-long", "mrk.json", "fcsv"):
            found = read_landmarks(file)
            assert set(found.labels) == set(LABELS)
            for label, place in zip(found.labels, found.points, strict=True):
                wanted = points.get(label, np.full(3, np.nan))
                assert np.allclose(place, wanted, atol=1e-5, equal_nan=True), (format_, label)
