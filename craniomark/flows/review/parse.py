"""From the text of a session file to its content, or one sentence that says what is wrong."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from craniomark.flows.pipeline.source import Source
from craniomark.flows.review.content import KINDS, SCHEMA, SCHEMA_VERSION, Content
from craniomark.flows.review.history import VERBS, Change, History
from craniomark.flows.review.point import Place, Point
from craniomark.ground.checks import InputError, limits
from craniomark.ground.landmarks.landmark_set import FLAGS, STATUSES
from craniomark.ground.landmarks.names import check_name

if TYPE_CHECKING:
    from craniomark.flows.bundle.fields import Fields

LONGEST_NOTE_BYTES = 500
_DAMAGED = "the file was changed or damaged; take the copy beside it, or move it away to begin anew"
_KEYS = (
    "schema", "schema_version", "id", "kind", "key", "revision", "observer", "round", "program", "created",
    "saved", "scan", "model", "notes", "order", "current", "seconds", "point_seconds", "start", "points",
    "done", "changes",
)  # fmt: skip
_POINT_KEYS = {"position", "status", "flag", "error90_mm", "predicted", "observer", "time", "note"}


class NewerError(InputError):
    """The file is of a version of CranioMark that is newer than this one; it is not damaged."""


def parse_session(data: bytes, file: Path) -> Content:
    """Read and check a session file.

    Raises
    ------
    NewerError
        If it is of a schema version to come.
    InputError
        Naming the field, its value and the remedy; also where points and changes do not agree.
    """
    from craniomark.flows.bundle.fields import Fields

    fields = Fields(file, _object(data, file))
    if fields.values.get("schema") != SCHEMA:
        raise fields.refuse("schema", fields.values.get("schema"), "give a review session (ID.session.json)")
    _need(fields, "schema_version")
    version = fields.whole("schema_version", least=1)
    if version > SCHEMA_VERSION:
        remedy = f"update CranioMark; this one reads versions up to {SCHEMA_VERSION}"
        raise NewerError(file, "schema_version", version, remedy)
    _need(fields, *_KEYS)
    start = _points(fields.inner("start"))
    if not start:
        raise fields.refuse("start", "empty", _DAMAGED)
    changes = tuple(_change(one, start) for one in fields.objects("changes"))
    done = fields.whole("done")
    if done > len(changes):
        raise fields.refuse("done", done, f"there are {len(changes)} changes; {_DAMAGED}")
    points = _points(fields.inner("points"))
    if list(points) != list(start) or dict(History(start, changes, done).points) != points:
        raise fields.refuse("points", "not what start and changes make", _DAMAGED)
    return Content(
        id=check_name(fields.text("id"), file, "id"),
        kind=_one_of(fields, "kind", KINDS),
        key=fields.text("key"),
        revision=fields.whole("revision"),
        observer=fields.text("observer", empty=True),
        round=fields.whole("round", least=1),
        program=fields.text("program", empty=True),
        created=_time(fields, "created"),
        saved=_time(fields, "saved"),
        scan=_scan(fields),
        model=_model(fields),
        start=start,
        changes=changes,
        done=done,
        points=points,
        order=_order(fields, start),
        current=_one_of(fields, "current", ("", *start)),
        seconds=_seconds(fields, "seconds"),
        point_seconds=_point_seconds(fields.inner("point_seconds"), start),
        notes=fields.texts("notes"),
    )


def check_points(points: Mapping[str, Point], file: Path) -> None:
    """Whether points will be believed when they are read again; else InputError naming what is wrong."""
    from craniomark.flows.bundle.fields import Fields

    plain = json.dumps({label: point.as_json() for label, point in points.items()}, allow_nan=False)
    _points(Fields(file, json.loads(plain)))


def check_place(place: Any, file: Path, where: str) -> Place:
    """Three numbers, LPS mm, that a scan can hold; else InputError naming `where`."""
    try:
        x, y, z = (float(value) for value in place)
    except (TypeError, ValueError) as error:
        raise InputError(file, where, repr(place)[:60], "give three numbers in mm") from error
    if not all(abs(value) <= limits.LARGEST_ORIGIN_MM for value in (x, y, z)):
        raise InputError(file, where, [x, y, z], "give three finite numbers in mm")
    return x, y, z


def check_note(note: str, file: Path, where: str) -> str:
    """A note without the spaces around it, if every format can hold it; else InputError."""
    note = note.strip()
    if not note:
        return ""
    if len(note.encode()) > LONGEST_NOTE_BYTES:
        remedy = f"shorten it to {LONGEST_NOTE_BYTES} bytes"
        raise InputError(file, where, f"{len(note.encode())} bytes long", remedy)
    return check_name(note, file, where)


def _object(data: bytes, file: Path) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        if twice:
            raise InputError(file, "key", f"{twice[0][:60]!r} given twice", _DAMAGED)
        return dict(pairs)

    def constant(name: str) -> Any:
        raise InputError(file, "a number", name, _DAMAGED)

    try:
        values = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=constant)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(file, "content", "no readable JSON", _DAMAGED) from error
    if not isinstance(values, dict):
        raise InputError(file, "content", "no JSON object", _DAMAGED)
    return values


def _need(fields: "Fields", *keys: str) -> None:
    for key in keys:
        if key not in fields.values:
            raise fields.refuse(key, "missing", _DAMAGED)


def _one_of(fields: "Fields", key: str, allowed: tuple[str, ...]) -> str:
    value = fields.text(key, empty=True)
    if value not in allowed:
        raise fields.refuse(key, value, _DAMAGED)
    return value


def _time(fields: "Fields", key: str) -> str:
    value = fields.text(key, empty=True)
    try:
        if value:
            datetime.fromisoformat(value)
    except ValueError as error:
        raise fields.refuse(key, value, "write a time such as 2026-01-31T12:00:00+00:00") from error
    return value


def _seconds(fields: "Fields", key: str) -> float:
    value = fields.number(key)
    if value < 0:
        raise fields.refuse(key, value, _DAMAGED)
    return value


def _points(fields: "Fields") -> dict[str, Point]:
    for label in fields.values:
        check_name(label, Path(fields.file), f"{fields.place}label")
    return {label: _point(fields.inner(label)) for label in fields.values}


def _point(fields: "Fields") -> Point:
    values = dict(fields.values)
    if unknown := [key for key in values if key not in _POINT_KEYS]:
        raise fields.refuse(unknown[0], values[unknown[0]], _DAMAGED)
    for key in ("position", "predicted"):
        if key in values:
            values[key] = check_place(fields.numbers(key, 3), Path(fields.file), fields.place + key)
    for key in ("observer", "time", "note"):  # any text: tables of other programs hold any
        if key in values:
            fields.text(key, empty=True)
    if "error90_mm" in values:
        values["error90_mm"] = _seconds(fields, "error90_mm")
    for key, allowed in (("status", STATUSES), ("flag", FLAGS)):
        if key in values:
            _one_of(fields, key, allowed)
    point = Point(**values)
    if point.status == "missing" and point.position:
        raise fields.refuse("status", "missing beside a position", _DAMAGED)
    return point


def _change(fields: "Fields", start: Mapping[str, Point]) -> Change:
    _need(fields, "verb", "what", "points")
    points = _points(fields.inner("points"))
    if unknown := [label for label in points if label not in start]:
        raise fields.refuse("points", unknown[0], f"no such landmark at the start; {_DAMAGED}")
    who, when = (str(fields.values.get(key, "")) for key in ("observer", "time"))
    return Change(_one_of(fields, "verb", VERBS), fields.text("what"), points, who, when)


def _scan(fields: "Fields") -> Source | None:
    if fields.values.get("scan") is None:
        return None
    scan = fields.inner("scan")
    _need(scan, "path", "size", "modified", "sha256")
    sha256 = scan.text("sha256", empty=True) and scan.sha256("sha256")
    return Source(scan.text("path"), scan.whole("size"), scan.whole("modified"), sha256)


def _model(fields: "Fields") -> dict[str, str] | None:
    if fields.values.get("model") is None:
        return None
    model = fields.inner("model")
    return {key: model.text(key, empty=True) for key in model.values}


def _order(fields: "Fields", start: Mapping[str, Point]) -> tuple[str, ...]:
    order = fields.texts("order")
    if order and sorted(order) != sorted(start):
        raise fields.refuse("order", "not a list of all landmarks", _DAMAGED)
    return order


def _point_seconds(fields: "Fields", start: Mapping[str, Point]) -> dict[str, float]:
    return {label: _seconds(fields, label) for label in fields.values if label in start}
