"""What stands around the review: searches, poses, observers, training, and surfaces with numbers."""

import itertools

import numpy as np
import pytest
from balls import VOXEL_MM, write_ball
from desk import Tab
from harness import Server

from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.web.bars import BINS

COUNT = 8


def write_dome(path):
    """A ball with two numbers at each vertex: how far it lies in front, and its own number."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersSources import vtkSphereSource

    made = vtkSphereSource()
    made.SetRadius(6.0)
    made.SetThetaResolution(40)
    made.SetPhiResolution(40)
    made.Update()
    points = vtk_to_numpy(made.GetOutput().GetPoints().GetData()).astype(float)
    faces = vtk_to_numpy(made.GetOutput().GetPolys().GetConnectivityArray()).reshape(-1, 3)
    scalars = {"in front": -points[:, 1], "number": np.arange(len(points), dtype=float)}
    write_surface(Surface(points, faces, scalars), path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("panels")
    for number in range(COUNT):
        write_ball(made, f"ball{number}")
    write_ball(made, "fresh")
    for file in (made / "craniomark").glob("fresh.*"):
        file.unlink()
    write_dome(made / "dome.vtp")
    return made


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """Name of a model with which the child takes long."""
    made = tmp_path_factory.mktemp("models") / "slow"
    made.mkdir()
    return str(made)


@pytest.fixture(scope="module")
def shared(folder):
    server = Server(folder, made_up=True).start()
    yield server
    server.stop()


_numbers = itertools.count()


@pytest.fixture
def tab(shared, open_tab):
    """A tab with a specimen that no test has touched."""
    shared.choose_model("")
    made = Tab(open_tab(shared.address), shared)
    made.id = f"ball{next(_numbers)}"
    made.open(made.id)
    return made


def test_a_search_is_stopped_and_made_again(shared, open_tab, slow):
    tab = Tab(open_tab(shared.address), shared)
    tab.page.locator(".v-list-item", has=tab.page.get_by_text("fresh", exact=True)).click()
    tab.wait(lambda s: s["specimen"] == "fresh", "it is read")
    shared.choose_model(slow)
    tab.press("Find landmarks")
    tab.wait(lambda s: s["busy"] and s["percent"] > 0, "it says how far it is")
    tab.page.get_by_role("progressbar", name="Progress").wait_for()
    tab.press("Stop")
    tab.wait(lambda s: not s["busy"], "it is stopped")
    tab.sees("Stopped")
    assert not tab.state["reviewing"]
    shared.choose_model("")
    tab.press("Find landmarks")
    state = tab.wait(lambda s: s["reviewing"] and not s["busy"], "landmarks are found")
    assert {row["label"] for row in state["rows"]} == {"1", "2", "3", "4"}
    assert state["rows"][0]["label"] == state["point"] == "2", "the doubtful one first"


def test_a_point_is_searched_anew_and_a_search_is_stopped(tab, shared, slow):
    tab.go("F")
    before = tab.state["session_points"]
    tab.unfold()
    tab.choose("Search anew", "This point")
    shared.choose_model(slow)
    tab.press("Refine")
    tab.wait(lambda s: s["busy"] and s["percent"] > 0, "it says how far it is")
    tab.press("Stop")
    state = tab.wait(lambda s: not s["busy"], "it is stopped")
    assert state["session_points"] == before
    shared.choose_model("")
    tab.press("Refine")
    state = tab.wait(lambda s: s["session_points"]["F"] != before["F"], "the point is found elsewhere")
    assert np.allclose(np.subtract(state["session_points"]["F"], before["F"]), (0.25, 0, 0), atol=1e-4)
    assert {k: v for k, v in state["session_points"].items() if k != "F"} == {
        k: v for k, v in before.items() if k != "F"
    }
    tab.wait(lambda s: not s["busy"], "it has ended")
    tab.key("u")
    tab.wait(lambda s: s["session_points"] == before, "it is undone")


def test_the_scan_is_shown_before_and_after_it_was_turned_upright(tab):
    before = tab.state
    tab.turn_to("Scan")
    tab.press("Turn upright")
    state = tab.wait(lambda s: s["pose"] == "after" and not s["busy"], "it is upright")
    tab.sees("Turned by 90°")
    tab.keep("upright")
    assert state["session_points"] == before["session_points"], "files stay in the frame of the scan"
    assert not np.allclose(state["scene_points"]["F"], before["scene_points"]["F"], atol=1)
    tab.press("As scanned")
    state = tab.wait(lambda s: s["pose"] == "before", "it is as it was scanned")
    assert np.allclose(state["scene_points"]["F"], before["scene_points"]["F"], atol=1e-6)
    tab.page.get_by_role("button", name="Upright", exact=True).click()
    tab.wait(lambda s: s["pose"] == "after", "it is upright again")
    tab.press("Undo")
    tab.wait(lambda s: s["pose"] == "" and not s["pose_undo"], "it was never turned")


def test_a_training_begins_tells_how_far_it_is_and_is_stopped(tab):
    tab.turn_to("Train")
    tab.choose("Data", "Scans with landmarks in the folder")
    tab.press("Train everything")
    tab.wait(lambda s: s["train"]["percent"] > 2 and s["train_curves"]["lines"], "there are curves")
    tab.page.locator("svg.cm-curves polyline").first.wait_for()
    tab.page.get_by_role("progressbar", name="Training").wait_for()
    tab.keep("train")
    tab.press("Stop")
    state = tab.wait(lambda s: not s["train_active"], "it is stopped")
    assert state["train"]["status"] == "Stopped. What was learned is kept."
    tab.press("Train everything")
    tab.wait(lambda s: s["train"]["use"], "it has gone on to its end")
    tab.press("Use this model")
    state = tab.wait(lambda s: "is chosen for new scans" in s["message"], "the model is chosen")
    assert state["model"].endswith("my-skulls")


def test_a_second_observer_sees_the_first_ones_points_beside_the_own(tab):
    tab.go("F")
    tab.key("ArrowRight")
    moved = tab.wait(lambda s: s["undo_words"], "the first one has moved a point")["session_points"]["F"]
    tab.unfold()
    tab.page.get_by_label("Your name").fill("Berta")
    tab.choose("Review as", "Second observer")
    tab.press("Begin")
    state = tab.wait(lambda s: s["mode"] == "observer" and s["reviewing"], "Berta's review is open")
    assert np.isclose(np.linalg.norm(np.subtract(state["session_points"]["F"], moved)), VOXEL_MM)
    assert state["reviewed"] == 0, "she begins with what the program gave"
    tab.choose("Show the digitising of", state["others"][1])
    tab.wait(lambda s: s["other"] == 1, "the other points are shown")
    tab.page.locator("#row-F", has_text=f"{VOXEL_MM:.2f}").wait_for()
    tab.page.get_by_text("Apart, mm").wait_for()
    tab.keep("observers")
    tab.choose("Show the digitising of", "nobody")
    tab.wait(lambda s: s["other"] == 0, "they are hidden")


def place(tab, view, across, down):
    """Put the mouse somewhere in a slice, and press the key; returns where, px."""
    box = tab.box(view)
    at = round(box["x"] + across * box["width"]), round(box["y"] + down * box["height"])
    tab.page.mouse.move(at[0] - 5, at[1] - 5)
    tab.page.mouse.move(*at, steps=3)
    there = at[0] - box["x"], box["y"] + box["height"] - at[1]
    tab.wait(
        lambda s: s["mouse"][0] == view and np.allclose(s["mouse"][1:], there, atol=1.5),
        "the server knows where the mouse is",
    )
    tab.key("d")
    return at


def test_a_missing_point_is_placed_where_the_mouse_is(tab):
    tab.go("E")
    tab.key("m")
    tab.wait(lambda s: "E" not in s["session_points"], "it is missing")
    tab.go("E")
    at = place(tab, "Red", 0.4, 0.6)
    tab.wait(lambda s: "E" in s["session_points"], "it is placed")
    assert np.allclose(tab.at("Red", "E"), at, atol=1.5)
    assert tab.row("E")["status"] == "corrected"
    tab.key("u")
    tab.wait(lambda s: "E" not in s["session_points"], "it is missing again")


def test_blind_digitising_shows_nothing_of_what_was_done(tab):
    tab.unfold()
    tab.page.get_by_label("Your name").fill("Cora")
    tab.choose("Review as", "Blind digitising")
    tab.press("Begin")
    state = tab.wait(lambda s: s["mode"] == "blind" and s["reviewing"], "Cora's digitising is open")
    assert state["scene_points"] == state["session_points"] == {}
    assert not any(row["error"] for row in state["rows"]), "nor how sure the program is"
    tab.keep("blind")
    label = state["point"]
    at = place(tab, "Green", 0.5, 0.4)
    tab.wait(lambda s: label in s["session_points"], "the point is placed")
    assert np.allclose(tab.at("Green", label), at, atol=1.5)


def test_a_surface_with_numbers_is_coloured_counted_and_read(shared, open_tab, folder):
    tab = Tab(open_tab(shared.address), shared)
    tab.page.locator(".v-list-item", has=tab.page.get_by_text("dome", exact=True)).click()
    state = tab.wait(lambda s: s["surface"] == "dome" and s["layout"] == "solid", "it is shown alone")
    surface = read_surface(folder / "dome.vtp")
    values = surface.scalars["in front"]
    assert np.allclose((state["surface_low"], state["surface_high"]), (values.min(), values.max()), atol=1e-3)
    tab.sees("in front")
    for part in (".cm-bars", ".cm-scale"):
        assert tab.page.locator(f"{part} > div:visible").count() == BINS
    assert max(state["surface_bars"]) == 100
    box = tab.box("ThreeD")
    tab.page.wait_for_timeout(1500)
    tab.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    picked = tab.wait(lambda s: s["picked"], "a vertex is read")["picked"]
    assert np.isclose(float(picked["value"]), values[picked["vertex"]], atol=1e-3)
    assert np.allclose(
        [float(one) for one in picked["place"].split(",")], surface.vertices[picked["vertex"]], atol=1e-3
    )
    assert surface.vertices[picked["vertex"]][1] < -5.5, "it is the one that faces the front"
    tab.sees(f"Vertex {picked['vertex']}")
    tab.keep("surface")
    field = tab.page.get_by_label("To", exact=True)
    field.fill("3")
    field.press("Enter")
    state = tab.wait(lambda s: s["surface_high"] == 3.0, "the scale ends at 3")
    assert state["surface_bars"][-1] == 100, "all beyond count at its end"
    tab.choose("Colour by", "number")
    tab.wait(lambda s: s["surface_array"] == "number", "other numbers are shown")
