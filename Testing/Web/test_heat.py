"""An analysis of shapes in the browser: colours of errors, threshold, true surface, a vertex, the next."""

import sys
from pathlib import Path

import pytest
from desk import Tab
from harness import Server

sys.path.insert(0, str(Path(__file__).parents[1] / "Python" / "web"))

from analyses import write_analysis


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    server = Server(write_analysis(tmp_path_factory.mktemp("shapes"))).start()
    yield server
    server.stop()


def test_errors_are_walked_through_and_read(shared, open_tab):
    tab = Tab(open_tab(shared.address), shared)
    state = tab.wait(lambda s: s["heat"] == "worst" and s["layout"] == "solid", "the worst is shown first")
    tab.sees("1 of 3, the worst first")
    for words in ("Hausdorff", "predicted to true", "outside +, inside -, mm"):
        tab.sees(words)
    assert tab.page.locator(".cm-bars:visible > div").count() == len(state["heat_colours"])
    box = tab.box("ThreeD")
    tab.page.wait_for_timeout(1500)
    tab.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    picked = tab.wait(lambda s: s["picked"], "a vertex is read")["picked"]
    assert float(picked["value"]) > 0.2, "the front was predicted too far out"
    tab.sees(f"Vertex {picked['vertex']}")
    tab.keep("heat")
    field = tab.page.get_by_label("Grey below, mm", exact=True)
    field.fill("0.1")
    field.press("Enter")
    tab.wait(lambda s: s["heat_threshold"] == 0.1, "small errors are grey")
    tab.sees("of the vertices are above 0.100 mm.")
    tab.page.get_by_label("With signs: outside and inside").click()
    tab.wait(lambda s: not s["heat_signed"] and s["heat_low"] == "0.000", "sizes alone are shown")
    tab.press("Beside")
    tab.wait(lambda s: s["heat_beside"], "the true surface stands beside")
    tab.keep("heat-beside")
    tab.page.get_by_role("button", name="Better specimen").click()
    tab.wait(lambda s: s["heat"] == "middle" and s["heat_worse"] == "worst", "the next is shown")
    tab.sees("2 of 3, the worst first")
