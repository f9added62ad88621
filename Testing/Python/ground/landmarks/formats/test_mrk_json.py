"""Slicer's markups files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.landmarks.formats import mrk_json

Maker = Callable[..., Path]


@pytest.fixture
def markups(tmp_path: Path) -> Maker:
    """Return a maker of files with one point list, whose fields are given."""

    def make(
        points: list[dict[str, Any]] | None = None, schema: str | None = "v1.0.3", **fields: Any
    ) -> Path:
        points = [{"label": "A", "position": [1, 2, 3]}] if points is None else points
        markup = {"type": "Fiducial", "controlPoints": points, **fields}
        content: dict[str, Any] = {"markups": [markup]}
        if schema:
            content["@schema"] = f"https://example.org/Schema/markups-schema-{schema}.json#"
        path = tmp_path / "s.mrk.json"
        path.write_text(json.dumps(content))
        return path

    return make


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (None, [1, 2, 3]),
        ("LPS", [1, 2, 3]),
        ("RAS", [-1, -2, 3]),
        ("1", [1, 2, 3]),
        (1, [1, 2, 3]),
        ("0", [-1, -2, 3]),
        (0, [-1, -2, 3]),
    ],
)
def test_coordinate_system_is_obeyed(markups: Maker, system: object, expected: list[float]) -> None:
    fields = {} if system is None else {"coordinateSystem": system}
    np.testing.assert_array_equal(mrk_json.read(markups(**fields)).points, [expected])


@pytest.mark.parametrize("schema", ["v1.0.0", "v1.0.4", "v1.12.3", None])
def test_every_schema_1_is_read(markups: Maker, schema: str | None) -> None:
    assert mrk_json.read(markups(schema=schema)).labels == ("A",)


def test_micrometres_become_millimetres_with_a_note(markups: Maker) -> None:
    found = mrk_json.read(markups(coordinateUnits=["um", "UCUM", "micrometer"]))
    np.testing.assert_allclose(found.points, [[0.001, 0.002, 0.003]])
    assert "micrometres" in found.notes[0]


@pytest.mark.parametrize("status", ["missing", "undefined", "preview"])
def test_points_without_a_defined_position_are_missing(markups: Maker, status: str) -> None:
    points = [
        {"label": "A", "position": [1, 2, 3], "positionStatus": status},
        {"label": "B", "position": "", "positionStatus": status},
        {"label": "C", "position": [1, 2, 3], "positionStatus": "defined"},
    ]
    found = mrk_json.read(markups(points))
    assert found.present.tolist() == [False, False, True]
    assert found.annotation("A").status == "missing"
    assert bool(found.notes) == (status != "missing")


def test_point_without_position_is_missing_with_a_note(markups: Maker) -> None:
    found = mrk_json.read(markups([{"label": "A"}, {"label": "B", "position": [0, 0, 0]}]))
    assert found.present.tolist() == [False, True]
    assert "A" in found.notes[0]


def test_other_markups_are_left_out_with_a_note(markups: Maker) -> None:
    path = markups()
    content = json.loads(path.read_text())
    content["markups"].insert(0, {"type": "Line", "controlPoints": []})
    path.write_text(json.dumps(content))
    found = mrk_json.read(path)
    assert found.labels == ("A",)
    assert found.notes == ("Left out beside the point list: Line.",)


def test_two_point_lists_are_refused(markups: Maker) -> None:
    path = markups()
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "markups": content["markups"] * 2}))
    with pytest.raises(InputError, match="2 point lists"):
        mrk_json.read(path)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"coordinateSystem": "IJK"}, "coordinateSystem is 'IJK'"),
        ({"coordinateUnits": "in"}, "coordinateUnits is 'in'"),
        ({"coordinateUnits": []}, "coordinateUnits is []"),
        ({"type": "Curve"}, "0 point lists"),
        ({"schema": "v2.0.0"}, "@schema"),
        ({"controlPoints": None}, "controlPoints is not a list"),
        ({"points": []}, "landmarks is none"),
        ({"points": [{"position": [1, 2, 3]}]}, "control point 1, label is empty"),
        ({"points": [{"label": 3, "position": [1, 2, 3]}]}, "control point 1, label is empty"),
        ({"points": [{"label": "A", "position": [1, 2]}]}, "control point 1, position is [1, 2]"),
        ({"points": [{"label": "A", "position": [1, 2, "3"]}]}, "control point 1, position"),
        ({"points": [{"label": "A", "position": [1, 2, True]}]}, "control point 1, position"),
        ({"points": [{"label": "A", "position": [1, 2, float("nan")]}]}, "number is NaN"),
        ({"points": [{"label": "A", "positionStatus": "lost"}]}, "positionStatus is 'lost'"),
        ({"points": [{"label": "A", "position": [1, 2, 3]}] * 2}, "label is 'A' twice"),
    ],
)
def test_bad_fields_are_named(markups: Maker, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as error:
        mrk_json.read(markups(**fields))
    assert told in str(error.value)


@pytest.mark.parametrize("text", ["[]", "{}", '{"markups": 3}', "3", '{"markups": []}', "[" * 100_000])
def test_json_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(InputError):
        mrk_json.read(tmp_path / "s.json")


def test_every_cut_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.mrk.json"
    mrk_json.write(LandmarkSet(("A", "B"), [[1, 2, 3], [4, 5, 6]]), path)
    data = path.read_bytes().rstrip()
    for length in range(0, len(data), 37):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            mrk_json.read(path)


def test_file_has_what_slicer_expects(tmp_path: Path) -> None:
    annotation = Annotation(0.123, "ok", "refined")
    landmarks = LandmarkSet(("Größe", "B"), [[1, -2, 3], [np.nan] * 3], {"Größe": annotation})
    mrk_json.write(landmarks, tmp_path / "s.mrk.json")
    content = json.loads((tmp_path / "s.mrk.json").read_text(encoding="utf-8"))
    (markup,) = content["markups"]
    assert content["@schema"].endswith("/markups-schema-v1.0.3.json#")
    assert (markup["type"], markup["coordinateSystem"], markup["coordinateUnits"]) == (
        "Fiducial",
        "LPS",
        "mm",
    )
    first, second = markup["controlPoints"]
    assert first["position"] == [1, -2, 3]
    assert first["positionStatus"] == "defined"
    assert first["description"] == "status=refined; error90_mm=0.123000; flag=ok"
    # Slicer refuses a point whose position is no array of three; without one it keeps the status.
    assert "position" not in second
    assert second["positionStatus"] == "missing"
    assert len({point["id"] for point in markup["controlPoints"]}) == 2
    assert all(len(point["orientation"]) == 9 for point in markup["controlPoints"])
