"""mrk.json, Slicer's markups file: schema 1.x is read, 1.0.3 is written."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.building import built, written_annotation
from craniomark.ground.landmarks.descriptions import annotation_of, description_of
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_name
from craniomark.ground.landmarks.text import DECIMALS, NOT_A_POINT, Point, read_text

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
READABLE_SCHEMA = re.compile(r".*markups-schema-v1\.\d+\.\d+\.json#*", re.IGNORECASE)
TO_LPS = {"LPS": (1.0, 1.0, 1.0), "1": (1.0, 1.0, 1.0), "RAS": (-1.0, -1.0, 1.0), "0": (-1.0, -1.0, 1.0)}
UNITS = {"mm": 1.0, "um": 0.001}
POSITION_STATUSES = ("defined", "undefined", "preview", "missing")
# Slicer writes the identity of its RAS frame with the signs of LPS.
ORIENTATION = [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0]
DISPLAY = {
    "visibility": True,
    "opacity": 1.0,
    "color": [0.4, 1.0, 1.0],
    "selectedColor": [1.0, 0.5, 0.5],
    "activeColor": [0.4, 1.0, 0.0],
    "propertiesLabelVisibility": False,
    "pointLabelsVisibility": True,
    "textScale": 3.0,
    "glyphType": "Sphere3D",
    "glyphScale": 1.0,
    "glyphSize": 1.0,
    "useGlyphScale": True,
}


def read(path: Path) -> LandmarkSet:
    """Landmarks of the one point list of a markups file.

    Lines, curves, planes and boxes beside it are left out, with a note. Coordinates in RAS are turned to LPS
    and micrometres to mm. Points whose position is missing, undefined or a preview are missing landmarks.

    Raises
    ------
    InputError
        If it is no markups file of schema 1.x, holds no or several point lists, has another coordinate
        system or unit, or a position or label is not what it should be.
    """
    content = _content(path)
    markup, notes = _point_list(content, path)
    system = str(markup.get("coordinateSystem", "LPS")).upper()
    if system not in TO_LPS:
        raise InputError(path, "coordinateSystem", repr(system), "save the points in LPS or RAS")
    unit, unit_notes = _unit(markup.get("coordinateUnits", "mm"), path)
    controls = markup.get("controlPoints")
    if not isinstance(controls, list) or not all(isinstance(control, dict) for control in controls):
        raise InputError(path, "controlPoints", "not a list of points", "save the points in Slicer again")
    labels, points, annotations, never_placed = [], [], {}, []
    for number, control in enumerate(controls, start=1):
        where = f"control point {number}"
        label = control.get("label", "")
        label = check_name(label.strip() if isinstance(label, str) else "", path, f"{where}, label")
        point, status = _position(control, path, where)
        if status in ("undefined", "preview"):
            never_placed.append(label)
        annotation = annotation_of(str(control.get("description", "")))
        if status != "defined":
            annotation = replace(annotation, status="missing", flag="")
        elif annotation.status == "missing":
            annotation = replace(annotation, status="")
        labels.append(label)
        points.append(point)
        annotations[label] = annotation
    if never_placed:
        notes += (f"Points without a position are taken as missing: {', '.join(never_placed)}.",)
    scale = unit * np.array(TO_LPS[system])
    return built(path, labels, np.array(points).reshape(-1, 3) * scale, annotations, notes + unit_notes)


def _content(path: Path) -> dict[str, Any]:
    def refuse(name: str) -> float:
        raise InputError(path, "number", name, "write finite numbers only")

    try:
        content = json.loads(read_text(path), parse_constant=refuse)
    except json.JSONDecodeError as error:
        value = f"broken JSON ({error.msg})"
        remedy = "save the points again, the file is cut off or damaged"
        raise InputError(path, f"line {error.lineno}", value, remedy) from error
    except RecursionError as error:
        raise InputError(path, "content", "nested too deeply", "give a markups file of Slicer") from error
    if not isinstance(content, dict) or not isinstance(content.get("markups"), list):
        raise InputError(path, "content", "no list of markups", "give a markups file (.mrk.json) of Slicer")
    return content


def _point_list(content: dict[str, Any], path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    schema = content.get("@schema")
    if schema is not None and not READABLE_SCHEMA.fullmatch(str(schema)):
        raise InputError(path, "@schema", repr(schema), "save the points as a markups file of schema 1.x")
    markups = content["markups"]
    types = [markup.get("type") if isinstance(markup, dict) else None for markup in markups]
    at = [number for number, kind in enumerate(types) if kind == "Fiducial"]
    if len(at) != 1:
        remedy = "save exactly one point list (type Fiducial) in a file"
        raise InputError(path, "markups", f"{len(at)} point lists among {types}", remedy)
    others = [str(kind) for kind in types if kind != "Fiducial"]
    notes = (f"Left out beside the point list: {', '.join(others)}.",) if others else ()
    return markups[at[0]], notes


def _unit(units: object, path: Path) -> tuple[float, tuple[str, ...]]:
    name = units[0] if isinstance(units, list) and units else units
    if not isinstance(name, str) or name not in UNITS:
        raise InputError(path, "coordinateUnits", repr(units), "save the points in millimetres")
    return UNITS[name], () if name == "mm" else ("Coordinates in micrometres were turned to millimetres.",)


def _position(control: dict[str, Any], path: Path, where: str) -> tuple[Point, str]:
    status = control.get("positionStatus", "defined")
    if status not in POSITION_STATUSES:
        remedy = f"write one of {', '.join(POSITION_STATUSES)}"
        raise InputError(path, f"{where}, positionStatus", repr(status), remedy)
    position = control.get("position")
    if status != "defined":
        return NOT_A_POINT, status
    if position is None or position == "":
        return NOT_A_POINT, "undefined"
    if not isinstance(position, list) or len(position) != 3 or not all(map(_is_number, position)):
        raise InputError(path, f"{where}, position", repr(position)[:60], "write three finite numbers")
    x, y, z = (float(value) for value in position)
    return (x, y, z), status


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def write(landmarks: LandmarkSet, path: Path) -> None:
    """Write one specimen as a point list of schema 1.0.3, LPS mm, that Slicer loads as it is.

    Error and status stand in each description. A missing point has the positionStatus "missing" and no
    position, as Slicer's reader takes it.

    Raises
    ------
    InputError
        If a label can't be held by a text file.
    """
    controls = []
    for number, (label, point) in enumerate(zip(landmarks.labels, landmarks.points, strict=True), start=1):
        missing = math.isnan(point[0])
        position = {} if missing else {"position": [round(float(value), DECIMALS) + 0.0 for value in point]}
        controls.append(
            {
                "id": str(number),
                "label": check_name(label, path, "label"),
                "description": description_of(written_annotation(landmarks, label, missing)),
                "associatedNodeID": "",
                **position,
                "orientation": ORIENTATION,
                "selected": True,
                "locked": False,
                "visibility": True,
                "positionStatus": "missing" if missing else "defined",
            }
        )
    markup = {
        "type": "Fiducial",
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": False,
        "fixedNumberOfControlPoints": False,
        "labelFormat": "%N-%d",
        "lastUsedControlPointNumber": len(controls),
        "controlPoints": controls,
        "measurements": [],
        "display": DISPLAY,
    }
    text = json.dumps({"@schema": SCHEMA, "markups": [markup]}, indent=1, ensure_ascii=False, allow_nan=False)
    with written_whole(path) as part:
        part.write_text(text + "\n", encoding="utf-8", newline="\n")
