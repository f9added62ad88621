"""The page of an evaluation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.evaluation import Resampling, evaluate, statistics_of
from craniomark.flows.report import write_evaluation_page
from craniomark.flows.report.template import chance, fixed, short
from craniomark.ground.landmarks import LandmarkSet

pytest.importorskip("jinja2")
EVIL = "<b>1 & 2</b>"


def cohorts(specimens: int, labels: tuple[str, ...]) -> tuple[dict[str, LandmarkSet], dict[str, LandmarkSet]]:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(len(labels), 3)) * 5
    truth = {f"s{i}": LandmarkSet(labels, base + rng.normal(size=base.shape) * 0.3) for i in range(specimens)}
    noisy = {n: LandmarkSet(labels, s.points + rng.normal(size=base.shape) * 0.1) for n, s in truth.items()}
    return noisy, truth


def page_of(specimens: int, labels: tuple[str, ...], folder: Path) -> str:
    metrics = evaluate(*cohorts(specimens, labels))
    statistics = statistics_of(metrics, Resampling(99))
    written = [folder / "metrics.json", folder / "errors.png"]
    path = write_evaluation_page(metrics, statistics, written, folder / "evaluation.html")
    return path.read_text(encoding="utf-8")


def test_page_needs_no_other_place_and_escapes_names(tmp_path: Path) -> None:
    text = page_of(6, (EVIL, *"abcdefgh"), tmp_path)
    assert EVIL not in text and "&lt;b&gt;1 &amp; 2" in text
    assert not re.search(r"https?://|@import|url\(", text)
    assert text.count("<table") == text.count("</table>")
    HTMLParser().feed(text)


def test_figures_stand_with_their_intervals(tmp_path: Path) -> None:
    metrics = evaluate(*cohorts(6, tuple("abcdefgh")))
    text = page_of(6, tuple("abcdefgh"), tmp_path)
    low, high = (statistics_of(metrics, Resampling(99)).intervals or {})["mean_mm"]
    assert f"{low:.3f} to {high:.3f}" in text and f"{metrics.mean_mm:.3f}" in text


@pytest.mark.parametrize(("specimens", "labels"), [(1, tuple("abcdef")), (2, tuple("abcdef")), (3, ("a",))])
def test_small_samples_have_a_page_that_says_what_is_missing(
    specimens: int, labels: tuple[str, ...], tmp_path: Path
) -> None:
    text = page_of(specimens, labels, tmp_path)
    assert 'class="note"' in text and "nan" not in text.lower().split("<script>")[0]


def test_numbers_that_are_not_there_are_dashes() -> None:
    assert [fixed(None), chance(float("nan")), short(None)] == ["–"] * 3
    assert chance(0.0004) == "< 0.001" and chance(0.04) == "0.040"
