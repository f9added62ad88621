import json
import math

import pytest

from craniomark.flows.pipeline.record import ModelIdentity, Record, found_record, read_record, write_record
from craniomark.flows.pipeline.source import Source
from craniomark.ground.checks import InputError

RECORD = Record(
    "Maus 7 ü", "done", Source("/scans/Maus 7 ü.nrrd", 10, 20, "ab"), {"model": None},
    model=ModelIdentity("mouse", "1", "cd"), notes=("One.",), counts={"median_error90_mm": 0.2},
)  # fmt: skip


def test_record_survives_the_file(tmp_path):
    write_record(RECORD, tmp_path)
    assert read_record(tmp_path / "Maus 7 ü.json") == RECORD


def test_unknown_numbers_become_null_since_json_has_no_nan(tmp_path):
    write_record(Record("a", "done", Source("a", 1, 1), {}, counts={"x": math.nan}), tmp_path)
    assert json.loads((tmp_path / "a.json").read_text())["counts"] == {"x": None}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "craniomark-result", "schema_version": 1}', '{"schema": "other"}']
)
def test_what_is_no_record_is_refused(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"a\.json"):
        read_record(tmp_path / "a.json")
    assert found_record(tmp_path, "a") is None


def test_record_under_another_name_is_refused(tmp_path):
    write_record(RECORD, tmp_path)
    (tmp_path / "Maus 7 ü.json").rename(tmp_path / "b.json")
    with pytest.raises(InputError, match="id is Maus 7 ü"):
        read_record(tmp_path / "b.json")
