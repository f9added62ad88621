"""One tab as a person uses it: by its buttons, its keys and the mouse."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from harness import PATIENCE, Server, until

VIEWS = {"four": ("Red", "Green", "ThreeD", "Yellow"), "axial": ("Red",), "solid": ("ThreeD",)}
SLICES = ("Red", "Green", "Yellow")
STILL = 14
"""Looks at the views in a row that show no change."""
DRAWN = """() => [...document.querySelectorAll('.remote-controlled-area')].every(
    (area) => [...area.querySelectorAll('img')].some((image) => image.naturalWidth > 0))"""
"""Whether each view of the page shows a picture."""
HOVER_MS = 150
"""A hand's pause before and after a press."""


class Tab:
    """A page of the review."""

    def __init__(self, page: Any, server: Server) -> None:
        self.page, self.server = page, server

    @property
    def state(self) -> dict[str, Any]:
        return self.server.state()

    def wait(self, true: Any, what: str, seconds: float = PATIENCE) -> Any:
        """Wait until the server's state is as wanted; returns the state."""
        found: list[dict[str, Any]] = []

        def asked() -> bool:
            found[:] = [self.server.state()]
            return bool(true(found[0]))

        until(asked, what, seconds, pause=lambda: self.page.wait_for_timeout(80))
        return found[0]

    def open(self, id_: str) -> dict[str, Any]:
        """Open a specimen from the list."""
        self.page.locator(".v-list-item", has=self.page.get_by_text(id_, exact=True)).click()
        self.wait(lambda s: s["specimen"] == id_ and s["reviewing"], f"{id_} is open")
        return self.settle()

    def settle(self) -> dict[str, Any]:
        """Wait until the views stand still: the bone comes a little after the points."""
        seen: list[Any] = []

        def still(state: dict[str, Any]) -> bool:
            if state["layout"] in ("four", "solid") and state["scene_points"]:
                seen.append(self.server.position("ThreeD", next(iter(state["scene_points"]))))
                return len(seen) > STILL and len({tuple(one) for one in seen[-STILL:]}) == 1
            return True

        return self.wait(still, "the views stand still")

    def exported(self, folder: Path, format_: str = "csv-long") -> Path:
        """Export in the format that is chosen, and download the file."""
        self.turn_to("Export")
        self.wait(lambda s: s["format"] == format_, f"{format_} is chosen")
        self.page.evaluate("window.trame.state.set('downloads', [])")
        link = self.page.locator('a[href^="download/"]')
        link.first.wait_for(state="detached")
        self.press("Export")
        link.first.wait_for()
        with self.page.expect_download() as coming:
            link.first.click()
        file = folder / coming.value.suggested_filename
        coming.value.save_as(file)
        return file

    def button(self, name: str) -> Any:
        """The visible button that reads so, whatever key stands behind it."""
        words = re.compile(rf"^{re.escape(name)}(\s*[A-Z])?$", re.IGNORECASE)
        return self.page.get_by_role("button", name=words).locator("visible=true").first

    def press(self, name: str) -> None:
        self.button(name).click()

    def turn_to(self, tab: str) -> None:
        """Open a panel by its tab."""
        self.page.get_by_role("tab", name=tab).click()

    def choose(self, label: str, option: str) -> None:
        """Choose from a menu by its label."""
        field = self.page.locator(".v-select:visible", has=self.page.get_by_label(label, exact=True))
        field.first.click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def unfold(self) -> None:
        """Open what is folded away below the table."""
        self.button("Refine, compare, who reviews").click()
        self.button("Begin").wait_for()

    def sees(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until the page shows words."""
        self.page.get_by_text(words).locator("visible=true").first.wait_for(timeout=1000 * seconds)

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def go(self, label: str) -> None:
        """Turn to a point by the table."""
        self.page.locator(f"#row-{label}").click()
        self.wait(lambda s: s["point"] == label, f"{label} is under review")

    def row(self, label: str) -> dict[str, Any]:
        return next(row for row in self.state["rows"] if row["label"] == label)

    def shown_row(self, label: str) -> str:
        """What the table shows of a point."""
        return self.page.locator(f"#row-{label}").inner_text()

    def box(self, view: str) -> dict[str, float]:
        """Where a view lies in the page, px."""
        order = VIEWS[self.state["layout"]]
        return self.page.locator(".remote-controlled-area").nth(order.index(view)).bounding_box()

    def at(self, view: str, label: str) -> tuple[float, float]:
        """Where a point is in the page, px."""
        across, down = self.server.position(view, label)
        box = self.box(view)
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def drag(self, view: str, label: str, across: float, down: float) -> None:
        """Take a point with the mouse and put it elsewhere."""
        x, y = self.at(view, label)
        mouse = self.page.mouse
        mouse.move(x - 12, y - 12)
        mouse.move(x, y, steps=4)
        self.page.wait_for_timeout(HOVER_MS)
        mouse.down()
        self.page.wait_for_timeout(HOVER_MS)
        mouse.move(x + across, y + down, steps=6)
        self.page.wait_for_timeout(HOVER_MS)
        mouse.up()

    def pixels_per_mm(self, view: str) -> np.ndarray:
        """How a slice view shows millimetres, shape (2, 3): fitted to where it shows the points."""
        points = self.state["scene_points"]
        seen = np.array([self.at(view, label) for label in points])
        places = np.column_stack([np.array(list(points.values())), np.ones(len(points))])
        found, *_ = np.linalg.lstsq(places, seen, rcond=None)
        assert np.abs(places @ found - seen).max() < 0.01
        return found[:3].T

    def keep(self, name: str) -> None:
        """Keep a picture of the page, where CRANIOMARK_SCREENSHOTS names a folder."""
        folder = os.environ.get("CRANIOMARK_SCREENSHOTS")
        if folder:
            self.page.mouse.move(1, 60)  # off all tips
            self.page.wait_for_function(DRAWN)
            self.page.wait_for_timeout(2500)  # the views draw once more, finely
            self.page.screenshot(path=str(Path(folder) / f"browser-{name}.png"))
