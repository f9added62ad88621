"""Every format gives back what was written: points, labels, their order and what is missing."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import (
    FORMATS,
    Annotation,
    LandmarkSet,
    detect_format,
    read_cohort,
    read_landmarks,
    write_cohort,
    write_landmarks,
)

ENDINGS = {"csv-long": ".csv", "csv-wide": ".csv", "morphoj": ".txt", "tps": ".tps", "nts": ".nts"}
ENDINGS |= {"morphologika": ".txt"}
names = st.one_of(
    st.text(alphabet="abzAZ019 ,;'\"%[]()=_-#äßλ骨|.:/", min_size=1, max_size=12),
    st.text(min_size=1, max_size=8),
    st.sampled_from(["landmark label 1", "names", "NA", "1", "%41", "a_x", "Gruppe (links), x"]),
).filter(lambda name: name == name.strip() and name.strip() != "" and name.isprintable())
plain_ids = st.text(alphabet="abcXYZ0123456789_.-äλ", min_size=1, max_size=8).filter(
    lambda x: x.strip(".") == x
)
coordinates = st.floats(-1000, 1000, allow_nan=False)
points = st.one_of(st.tuples(coordinates, coordinates, coordinates), st.just((math.nan,) * 3))


@st.composite
def cohorts(draw: st.DrawFn) -> dict[str, LandmarkSet]:
    """Draw one to three specimens with any labels, each with a subset of them in its own order."""
    labels = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    found = {}
    for specimen in draw(st.lists(plain_ids, min_size=1, max_size=3, unique_by=str.lower)):
        own = draw(st.permutations(labels))[: draw(st.integers(1, len(labels)))]
        found[specimen] = LandmarkSet(tuple(own), np.array([draw(points) for _ in own]))
    return found


@pytest.mark.parametrize("kind", FORMATS)
@given(cohort=cohorts())
@settings(max_examples=40)
def test_cohort_comes_back_with_the_union_of_labels(kind: str, cohort: dict[str, LandmarkSet]) -> None:
    union = tuple(dict.fromkeys(label for landmarks in cohort.values() for label in landmarks.labels))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"größe 1{ENDINGS.get(kind, '')}"
        write_cohort(cohort, path, kind)
        found = read_cohort(path)
        if path.is_file():
            assert detect_format(path) == kind
    assert set(found) == set(cohort)
    for specimen, landmarks in cohort.items():
        expected = landmarks.ordered(union)
        assert found[specimen].labels == union
        assert (found[specimen].present == expected.present).all()
        np.testing.assert_allclose(found[specimen].points, expected.points, atol=1e-6, rtol=0)


texts = st.text(alphabet="abc ;|%=äλ,\"'\\/", max_size=12).map(str.strip)
numbers = st.one_of(st.just(math.nan), st.floats(0, 5).map(lambda value: round(value, 6)))


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    """Draw anything that can be known of a landmark with a position."""
    predicted = draw(st.one_of(st.just((math.nan,) * 3), st.tuples(*[st.integers(-99, 99).map(float)] * 3)))
    return Annotation(
        error90_mm=draw(numbers),
        flag=draw(st.sampled_from(["review", "ok", ""])),
        status=draw(st.sampled_from(["predicted", "refined", "corrected", "accepted", ""])),
        predicted=predicted,
        observer=draw(texts),
        time=draw(st.sampled_from(["", "2026-01-31T12:00:00Z"])),
    )


@pytest.mark.parametrize("ending", [".mrk.json", ".fcsv", ".csv"])
@given(annotation=annotations())
@settings(max_examples=40)
def test_annotation_comes_back(ending: str, annotation: Annotation) -> None:
    landmarks = LandmarkSet(("A", "B"), [[1, 2, 3], [math.nan] * 3], {"A": annotation, "B": annotation})
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write_landmarks(landmarks, path)
        found = read_landmarks(path)
    assert repr(found.annotation("A")) == repr(annotation)
    assert (found.annotation("B").status, found.annotation("B").flag) == ("missing", "")
    assert repr(found.annotation("B").predicted) == repr(annotation.predicted)


@pytest.mark.parametrize("ending", [".mrk.json", ".fcsv"])
@pytest.mark.parametrize(
    "text", ["behind the suture", "status=odd", "status=ok | x", "| x", "error90_mm=0.1"]
)
def test_free_description_comes_back(tmp_path: Path, ending: str, text: str) -> None:
    for annotation in (Annotation(description=text), Annotation(status="refined", description=text)):
        landmarks = LandmarkSet(("A",), [[1, 2, 3]], {"A": annotation})
        write_landmarks(landmarks, tmp_path / f"x{ending}")
        assert repr(read_landmarks(tmp_path / f"x{ending}").annotation("A")) == repr(annotation)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("label", ["a\nb", "a\tb", " a", "", "a\x85", "a\u2028b"])
def test_label_that_no_text_holds_is_refused(tmp_path: Path, kind: str, label: str) -> None:
    with pytest.raises(InputError, match="label"):
        write_cohort({"s": LandmarkSet((label,), [[1, 2, 3]])}, tmp_path / "out", kind)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", FORMATS)
def test_empty_cohort_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match="cohort is empty"):
        write_cohort({}, tmp_path / "out", kind)


def test_negative_zero_is_written_as_zero(tmp_path: Path) -> None:
    for kind in ("csv-wide", "tps"):
        write_cohort({"s": LandmarkSet(("A",), [[-1e-9, -0.0, 0]])}, tmp_path / kind, kind)
        assert "-0.0" not in (tmp_path / kind).read_text()
