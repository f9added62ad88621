# ruff: noqa: ARG005 - stand-ins take what the real ones take
import csv
import re
import shutil
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest
from fake_predictor import FakePredictor, write_scan

from craniomark.flows.pipeline.record import found_record, write_record
from craniomark.flows.pipeline.request import Request
from craniomark.flows.pipeline.specimen_run import refuse, run_specimen
from craniomark.flows.report import build_report
from craniomark.flows.report.build import IN_TABLE, PER_PAGE
from craniomark.flows.report.collect import collect
from craniomark.flows.report.figures import histogram
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_cohort, read_landmarks, write_landmarks
from craniomark.ground.specimens import find_specimens

EVIL = "<script>alert(1)<script> & 50% #1 ü"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of a sound, an odd and a refused specimen; copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    request = Request(folder / "out")
    for name in ("sound", "odd one"):
        specimen = find_specimens([write_scan(folder / f"{name}.nii.gz")])[0]
        run_specimen(specimen, request, FakePredictor(), lambda step, part: None)
    specimen = find_specimens([write_scan(folder / "torn.nii.gz")])[0]
    refuse(specimen, request, "torn.nii.gz: <b>file</b> is cut off: copy it again.")
    return request.out


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out put")


def add_copy(out, name, **changes):
    """Another specimen with the landmarks of the sound one."""
    write_record(replace(found_record(out, "sound"), id=name, **changes), out)
    for ending in (".csv", ".png", ".tfm", ".mrk.json"):
        shutil.copy(out / f"sound{ending}", out / f"{name}{ending}")


class Page(HTMLParser):
    """Links, pictures, ids and text of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.sources, self.ids, self.text, self.tags = [], [], set(), "", []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.links += [found["href"]] if "href" in found else []
        self.sources += [found["src"]] if "src" in found else []
        self.ids |= {found["id"]} if "id" in found else set()

    def handle_data(self, data):
        self.text += data


def test_pages_need_no_other_place_than_their_folder(out):
    build_report(out)
    text = (out / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|//[a-z]|@import|url\(", text)
    page = Page(out / "report.html")
    assert page.sources and "link" not in page.tags
    for link in page.links + page.sources:
        assert link.startswith("#") or (out / unquote(link.split("#")[0])).is_file(), link


def test_most_doubtful_comes_first_and_refused_are_named_with_reason(out):
    report = build_report(out)
    assert report.refused == ("torn",) and report.done == 2
    text = Page(out / "report.html").text
    assert text.index("odd one", text.index("Pictures")) < text.index("sound", text.index("Pictures"))
    assert "<b>file</b> is cut off" in text
    assert "Pose doubtful: odd one" in text


def test_names_are_escaped_in_text_and_links(out):
    name = EVIL.replace("<", "_").replace(">", "_") if shutil.os.name == "nt" else EVIL
    add_copy(out, name, notes=("<img src=x onerror=alert(1)>",))
    build_report(out)
    page = Page(out / "report.html")
    assert name in page.text and "alert(1)" not in "".join(page.ids)
    assert page.tags.count("script") == 1 and "x" not in page.sources
    assert any(unquote(source) == f"{name}.png" for source in page.sources)


def test_large_cohorts_are_paged_and_every_row_leads_to_its_picture(out):
    for number in range(PER_PAGE):
        add_copy(out, f"n{number}")
    report = build_report(out)
    assert [page.name for page in report.pages] == ["report.html", "report-2.html"]
    first, second = (Page(page) for page in report.pages)
    assert len(first.sources) == PER_PAGE and len(second.sources) == 2
    anchors = {"": first.ids, "report-2.html": second.ids}
    for link in first.links:
        if "#" in link:
            page, anchor = link.split("#")
            assert anchor in anchors[page]


def test_pages_of_a_larger_earlier_run_are_taken_away_but_no_other_file(out):
    (out / "report-7.html").write_text("old")
    (out / "report-of-mine.html").write_text("kept")
    build_report(out)
    assert not (out / "report-7.html").exists() and (out / "report-of-mine.html").exists()


def test_landmarks_table_holds_all_and_can_be_read_back(out):
    build_report(out)
    cohort = read_cohort(out / "landmarks.csv")
    assert sorted(cohort) == ["odd one", "sound"]
    truth = read_landmarks(out / "sound.csv")
    assert np.allclose(cohort["sound"].points, truth.points, equal_nan=True)


def test_summary_has_one_row_each_with_reason_and_handedness(out):
    add_copy(out, "stack", left_right="unverified")
    build_report(out)
    with (out / "summary.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    assert rows["torn"]["outcome"] == "refused" and "cut off" in rows["torn"]["reason"]
    assert rows["stack"]["left_right"] == "unverified" and rows["sound"]["left_right"] == "verified"
    told = [rows["odd one"][column] for column in ("verdict", "review", "missing")]
    assert told == ["doubtful", "1", "1"]
    assert "Left/right unverified: stack" in Page(out / "report.html").text


def test_report_follows_a_review_of_the_landmarks(out):
    landmarks = read_landmarks(out / "sound.csv")
    notes = dict(landmarks.annotations) | {"2": replace(landmarks.annotation("2"), status="accepted")}
    write_landmarks(LandmarkSet(landmarks.labels, landmarks.points, notes), out / "sound.csv")
    counted = {one.record.id: one.record.counts["review"] for one in collect(out) if one.landmarks}
    assert counted == {"sound": 0, "odd one": 1}


def test_specimen_without_its_landmarks_is_refused_and_not_lost(out):
    (out / "sound.csv").unlink()
    report = build_report(out)
    assert report.refused == ("sound", "torn")


def test_folder_of_refused_ones_only_still_gets_a_report(out):
    for name in ("sound", "odd one"):
        (out / f"{name}.json").unlink()
    assert build_report(out).done == 0
    assert "cut off" in Page(out / "report.html").text


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_folder_without_results_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "other.json").write_text("{}")
    with pytest.raises(InputError, match="craniomark process"):
        build_report(tmp_path / name)


@pytest.fixture(scope="module")
def large(made, tmp_path_factory):
    """Three thousand specimens as four shards leave them in one folder, 100 refused; and their report."""
    folder = tmp_path_factory.mktemp("large")
    texts = {name: (made / f"{name}.json").read_text(encoding="utf-8") for name in ("sound", "torn")}
    landmarks = (made / "sound.csv").read_bytes()
    for shard in range(4):
        for number in range(shard, 3000, 4):
            like, name = "sound" if number % 30 else "torn", f"n{number:04}"
            text = texts[like].replace(f'"id": "{like}"', f'"id": "{name}"')
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
            if number % 30:
                (folder / f"{name}.csv").write_bytes(landmarks)
    start = time.process_time()
    return folder, build_report(folder), time.process_time() - start


def test_three_thousand_specimens_of_four_shards_are_merged_in_seconds(large):
    folder, report, seconds = large
    assert seconds < 60
    assert (report.done, len(report.refused), len(report.pages)) == (2900, 100, 58)
    with (folder / "summary.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row["id"] for row in csv.DictReader(stream)]
    assert rows == [f"n{number:04}" for number in range(3000)], "each once"
    with (folder / "landmarks.csv").open(encoding="utf-8", newline="") as stream:
        counts = Counter(row["id"] for row in csv.DictReader(stream))
    assert len(counts) == 2900 and len(set(counts.values())) == 1


def test_no_page_of_a_large_cohort_is_long_and_each_leads_to_all_others(large):
    report = large[1]
    names, seen = {page.name for page in report.pages}, []
    for path in report.pages:
        page = Page(path)
        assert page.tags.count("tr") <= IN_TABLE
        assert names - {path.name} <= set(page.links)
        own = [link for link in page.links if link.startswith("#")]
        assert len(own) == PER_PAGE and {link[1:] for link in own} <= page.ids
        seen += [unquote(source).removesuffix(".png") for source in page.sources]
    assert sorted(seen) == [f"n{number:04}" for number in range(3000) if number % 30]


def test_many_refusals_are_told_in_part(out, monkeypatch):
    from craniomark.flows.report import build

    torn = next(one for one in collect(out) if one.landmarks is None)
    many = [replace(torn, record=replace(torn.record, id=f"n{number:04}")) for number in range(500)]
    monkeypatch.setattr(build, "collect", lambda folder: many)
    build_report(out)
    page = Page(out / "report.html")
    assert page.tags.count("tr") == IN_TABLE + 1 and "And 300 more" in page.text


def cohort_of_asymmetric_skulls(out, mirrored):
    """Twelve specimens with a shared asymmetry; the scans named in `mirrored` are reflected."""
    random = np.random.default_rng(4)
    right = np.abs(random.normal(0, 1, (12, 3))) * [4, 8, 4] + [1, 0, 0]
    middle = random.normal(0, 1, (6, 3)) * [0, 8, 4]
    mean = np.concatenate([right, right * [-1, 1, 1], middle])
    shared = random.normal(0, 0.15, mean.shape)
    partner = [*range(12, 24), *range(12), *range(24, 30)]
    labels = tuple(f"p{number}" for number in range(len(mean)))
    record = replace(found_record(out, "sound"), specimen_to_template=np.eye(4).tolist())
    for number in range(12):
        points = mean + shared + random.normal(0, 0.05, mean.shape)
        if f"s{number}" in mirrored:
            points = (points * [-1, 1, 1])[partner]
        write_record(replace(record, id=f"s{number}"), out)
        write_landmarks(
            LandmarkSet(labels, points, {"p0": Annotation(0.1, "ok", "refined")}), out / f"s{number}.csv"
        )
    for name in ("sound", "odd one"):
        (out / f"{name}.json").unlink()


def test_mirrored_scans_are_named(out):
    cohort_of_asymmetric_skulls(out, {"s3", "s8"})
    assert build_report(out).suspects == ("s3", "s8")
    assert "Perhaps mirrored: the left/right asymmetry of s3, s8" in Page(out / "report.html").text


def test_nobody_is_suspected_in_a_sound_cohort(out):
    cohort_of_asymmetric_skulls(out, set())
    assert build_report(out).suspects == ()


def test_histogram_counts_all_known_values():
    found = histogram([0.1, 0.2, float("nan"), 0.2, 5.0])
    assert sum(int(bar.told.split(": ")[1]) for bar in found.bars) == 4
    assert all(bar.height >= 0 and bar.y >= 0 for bar in found.bars)


def test_histogram_of_nothing_is_none():
    assert histogram([float("nan")]) is None
