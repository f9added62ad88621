"""Light and dark, zoom, small windows; pictures to look at where CRANIOMARK_SCREENSHOTS names a folder."""

import pytest
from balls import write_ball
from desk import Tab
from harness import Server

LOST = """() => [...document.querySelectorAll('button, input, [role=tab]')].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || e.type === 'file' || !e.checkVisibility()) return false;
    let around = e.parentElement, seen = true;
    while (around) {
        if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return false;
        around = around.parentElement;
    }
    return box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1;
}).map((e) => e.getAttribute('aria-label') || e.innerText)"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("balls")
    write_ball(folder, "ball")
    server = Server(folder).start()
    yield server
    server.stop()


def brightness(page):
    colour = page.evaluate("getComputedStyle(document.querySelector('.v-application')).backgroundColor")
    return sum(int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]) / 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_system(shared, open_tab, scheme):
    tab = Tab(open_tab(shared.address, color_scheme=scheme), shared)
    tab.open("ball")
    tab.page.wait_for_function(f"window.trame.state.get('theme') === '{scheme}'")
    tab.page.wait_for_timeout(500)
    assert (brightness(tab.page) > 128) == (scheme == "light")
    tab.keep(scheme)


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 800, 1), (640, 400, 2), (1000, 700, 1)])
def test_every_button_is_within_the_window(shared, open_tab, width, height, scale):
    """640x400 at twice the scale is a window of 1280x800 at 200 % zoom."""
    page = open_tab(shared.address, width=width, height=height, device_scale_factor=scale)
    tab = Tab(page, shared)
    tab.wait(lambda s: s["specimen"] == "ball" and s["reviewing"], "it is open")
    page.wait_for_timeout(1500)
    tab.keep(f"{width}x{height}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert page.evaluate(LOST) == []
