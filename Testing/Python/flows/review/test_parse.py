"""Session files that are not what they should be: one sentence each, and nothing believed."""

import copy
import json

import pytest

from craniomark.flows.review.content import text_of
from craniomark.flows.review.parse import NewerError, parse_session
from craniomark.ground.checks import InputError


@pytest.fixture
def good(session):
    session.move("b", (1, 2, 3))
    session.note("e", "a note")
    session.undo()
    return json.loads(session.path.read_text())


def refused(values, path):
    with pytest.raises(InputError) as error:
        parse_session(json.dumps(values).encode(), path)
    return str(error.value)


def test_what_is_written_is_read_as_it_was(session):
    session.move("b", (0.1, 2 / 3, 1e-9))
    session.accept("e", "d")
    session.undo()
    content = parse_session(session.path.read_bytes(), session.path)
    assert text_of(content) == session.path.read_text()


def test_the_file_holds_a_line_for_each_point_and_change(session):
    session.move("b", (1, 2, 3))
    lines = session.path.read_text().splitlines()
    assert sum(line.startswith(' "left, inner": ') for line in lines) == 2
    assert sum('"verb": "move"' in line for line in lines) == 1


WRONG = [
    (["schema"], "craniomark-result", "schema is craniomark-result"),
    (["schema_version"], 0, "schema_version is 0"),
    (["schema_version"], "1", "schema_version"),
    (["id"], "", "id"),
    (["id"], "a\nb", "id"),
    (["kind"], "other", "kind is other"),
    (["key"], "", "key"),
    (["revision"], -1, "revision is -1"),
    (["round"], 0, "round is 0"),
    (["round"], True, "round is True"),
    (["observer"], 7, "observer is 7"),
    (["created"], "yesterday", "created is yesterday"),
    (["start"], {}, "start is empty"),
    (["start"], [], "start"),
    (["start", "b", "position"], [1, 2], "start.b.position"),
    (["start", "b", "position"], [1, 2, "3"], "start.b.position"),
    (["start", "b", "position"], [1e30, 2, 3], "start.b.position"),
    (["start", "b", "status"], "good", "start.b.status is good"),
    (["start", "b", "flag"], "x", "start.b.flag is x"),
    (["start", "b", "error90_mm"], -1, "start.b.error90_mm is -1"),
    (["start", "b", "time"], 5, "start.b.time is 5"),
    (["start", "b", "surprise"], 1, "start.b.surprise is 1"),
    (["start", "b"], 7, "start.b is 7"),
    (["start", "d", "position"], [1, 2, 3], "start.d.status is missing beside a position"),
    (["start", " e"], {}, "label is ' e'"),
    (["points", "b", "position"], [1, 2, 4], "points is not what start and changes make"),
    (["points", "b", "observer"], "Berta", "points is not what start and changes make"),
    (["done"], 5, "done is 5"),
    (["done"], 0, "points is not what start and changes make"),
    (["changes"], {}, "changes"),
    (["changes", 0], "x", "changes"),
    (["changes", 0, "verb"], "fly", "changes[0].verb is fly"),
    (["changes", 0, "points"], {"x": {}}, "changes[0].points is x"),
    (["changes", 0, "what"], "", "changes[0].what"),
    (["current"], "x", "current is x"),
    (["order"], ["b"], "order is not a list of all landmarks"),
    (["seconds"], -2, "seconds is -2"),
    (["seconds"], "long", "seconds is long"),
    (["point_seconds"], {"b": "x"}, "point_seconds.b is x"),
    (["scan"], {"path": "a"}, "scan.size is missing"),
    (["scan"], {"path": "a", "size": 1, "modified": 1, "sha256": "zz"}, "scan.sha256 is zz"),
    (["scan"], "a.nii", "scan is a.nii"),
    (["model"], [1], "model is [1]"),
    (["notes"], "x", "notes is x"),
]


@pytest.mark.parametrize(
    ("where", "value", "told"), WRONG, ids=[f"{'.'.join(map(str, w))}={v!r}" for w, v, _ in WRONG]
)
def test_a_wrong_value_is_named_with_its_place(good, tmp_path, where, value, told):
    values = copy.deepcopy(good)
    inner = values
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    sentence = refused(values, tmp_path / "skull.session.json")
    assert "skull.session.json: " in sentence and told in sentence and sentence.endswith(".")


def test_every_key_is_needed(good, tmp_path):
    for key in good:
        values = {name: value for name, value in good.items() if name != key}
        assert f"{key} is " in refused(values, tmp_path / "x.session.json")


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100000, b"\xff", b"3", b"null"]
)
def test_text_that_is_no_session_is_refused(tmp_path, data):
    with pytest.raises(InputError):
        parse_session(data, tmp_path / "x.session.json")


def test_a_file_of_a_newer_version_is_not_damaged_but_newer(good, opened, session):
    session.close()
    newer = json.dumps(good | {"schema_version": 2, "points": "unheard of"})
    session.path.write_text(newer)
    with pytest.raises(NewerError, match="update CranioMark"):
        opened()
    assert session.path.read_text() == newer


def test_a_session_under_the_name_of_another_specimen_is_refused(session, opened, folder):
    session.accept("b")
    session.close()
    (folder / "other.session.json").write_bytes(session.path.read_bytes())
    with pytest.raises(InputError, match=r"other\.session\.json: specimen is 'skull'"):
        opened("other")


def test_any_byte_that_is_changed_is_refused_or_harmless(session):
    """No crash and no half-belief, whatever byte of the file is another one."""
    session.move("b", (1, 2, 3))
    data = session.path.read_bytes()
    for at in range(0, len(data), 7):
        for byte in b'\0 9"{':
            spoilt = data[:at] + bytes([byte]) + data[at + 1 :]
            try:
                parse_session(spoilt, session.path)
            except InputError:
                continue
