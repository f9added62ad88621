"""An analysis of shapes on the page: the worst first, colours and threshold, the true surface, a vertex."""

import shutil

import numpy as np
import pytest
from analyses import STRETCHED, write_analysis

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.web.actions import Actions
from craniomark.web.bars import BINS
from craniomark.web.heat import true_beside
from craniomark.web.shown import shown


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_analysis(tmp_path_factory.mktemp("shapes"))


@pytest.fixture
def analysis(made, tmp_path):
    return shutil.copytree(made, tmp_path / "analysis")


@pytest.fixture
def desk(make_desk, analysis, until):
    """Show the worst specimen."""
    desk = make_desk(analysis)
    desk.begin()
    until(desk, lambda: desk.current)
    return desk


def test_the_worst_is_first_and_one_walks_to_the_better(desk, until):
    assert [entry.id for entry in desk.specimens.entries] == ["worst", "middle", "good"]
    assert desk.current == desk.heat.name == "worst" and shown(desk)["heat_position"].startswith("1 of 3")
    for name in ("middle", "good"):
        desk.beside(1)
        until(desk, lambda name=name: desk.current == name)
    desk.go_on()
    assert desk.current == "good" and not desk.loading and not shown(desk)["heat_better"]


def test_the_figures_are_those_of_the_analysis(desk, analysis):
    rows = shown(desk)["heat_figures"]
    row = next(line for line in (analysis / "test_distances.csv").read_text().splitlines()
               if line.startswith("worst"))  # fmt: skip
    assert [one["side"] for one in rows] == ["both ways", "predicted to true", "true to predicted"]
    assert any(round(float(cell), 3) == float(rows[0]["cells"][0]) for cell in row.split(",")[1:])


def test_errors_with_signs_have_colours_to_both_sides(desk):
    display = desk.heat.view.node.GetDisplayNode()
    low, high = display.GetScalarRange()
    assert display.GetActiveScalarName() == "signed_error_mm" and low == -high < 0
    assert len(desk.heat.bar_colours) == BINS and sum(desk.heat.counts.counts) == len(desk.heat.values)
    desk.heat.choose(signed=False)
    assert display.GetActiveScalarName() == "error_mm" and display.GetScalarRange()[0] == 0.0


def test_small_errors_are_grey_and_their_share_is_told(desk):
    before = desk.heat.bar_colours
    desk.heat.choose(threshold=0.1, most=0.5)
    middle = desk.heat.bar_colours[BINS // 2 - 1 : BINS // 2 + 1]
    assert len(set(middle)) == 1 and before != desk.heat.bar_colours
    assert desk.heat.share == pytest.approx((np.abs(desk.heat.values) > 0.1).mean())
    assert desk.heat.view.node.GetDisplayNode().GetScalarRange() == (-0.5, 0.5)


def test_the_true_surface_is_over_or_beside(desk):
    true = desk.heat.view.true_node
    assert true.GetTransformNodeID() is None and true.GetDisplayNode().GetOpacity() < 1
    desk.heat.choose(beside=True)
    assert true.GetTransformNodeID() is not None and true.GetDisplayNode().GetOpacity() == 1


@pytest.mark.parametrize("wrong", [{"most": -1.0}, {"threshold": np.inf}, {"opacity": 2.0}])
def test_numbers_that_make_no_sense_are_refused(desk, wrong):
    before = desk.heat.chosen
    with pytest.raises(InputError, match="worst"):
        desk.heat.choose(**wrong)
    assert desk.heat.chosen == before


def test_a_vertex_is_read_and_follows_what_is_shown(desk):
    surface = desk.heat.view.surface
    number = int(np.argmax(np.abs(surface.scalars["signed_error_mm"])))
    desk.pick(surface.vertices[number] * (-1, -1, 1))
    assert desk.heat.picked.vertex == number and shown(desk)["picked"]["vertex"] == number
    desk.heat.choose(signed=False)
    assert desk.heat.picked.value == surface.scalars["error_mm"][number] > 0


def test_nothing_is_left_when_another_is_opened(desk, scene, until):
    desk.heat.choose(beside=True)
    desk.pick(np.zeros(3))
    count = scene.GetNumberOfNodesByClass("vtkMRMLModelNode")
    desk.open("good")
    until(desk, lambda: desk.current == "good")
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == count == 2
    assert not shown(desk)["picked"] and desk.heat.chosen.beside, "it is shown as the last one was"


def test_buttons_tell_what_is_wrong(desk, views):
    actions = Actions(desk, views)
    actions.heat("signed", value=False)
    assert not views.asked
    actions.heat("beside", value=True)
    assert views.asked == ["reset"], "both are in sight"
    actions.heat_number("most", "0,4")
    assert not desk.heat.signed and desk.heat.most == 0.4
    actions.heat_number("most", "much")
    assert "write a number" in desk.message.words and desk.heat.most == 0.4


def test_a_surface_without_errors_is_told(make_desk, analysis, until):
    path = analysis / "meshes" / "worst.ply"
    surface = read_surface(path)
    write_surface(Surface(surface.vertices, surface.faces), path)
    desk = make_desk(analysis)
    desk.begin()
    until(desk, lambda: desk.message.words)
    assert "errors at the vertices" in desk.message.words and not desk.current


def test_an_analysis_without_one_of_its_meshes_is_refused(make_desk, analysis):
    (analysis / "meshes" / "good.ply").unlink()
    with pytest.raises(InputError, match=r"good\.ply"):
        make_desk(analysis)


def test_other_surfaces_have_no_true_one(analysis):
    assert true_beside(analysis / "meshes" / "good.ply") == analysis / "true" / "good.ply"
    assert true_beside(analysis / "true" / "good.ply") is None
    assert set(STRETCHED) == {"good", "middle", "worst"}
