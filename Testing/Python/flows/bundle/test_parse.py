"""What is refused of a manifest, and how it is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from craniomark.flows.bundle import FileEntry, Manifest, as_json
from craniomark.flows.bundle.parse import file_name_problem, parse_manifest
from craniomark.ground.checks import InputError

SUM = "0" * 64


def text(manifest: Manifest, **changes: object) -> str:
    return json.dumps(as_json(manifest) | changes)


def refused(manifest: Manifest, **changes: object) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_manifest(text(manifest, **changes), "mine/bundle.json")
    assert str(caught.value).startswith("mine/bundle.json: ")
    return caught.value


def test_what_is_written_is_read_back(manifest: Manifest) -> None:
    assert as_json(parse_manifest(text(manifest), "b")) == as_json(manifest)


def test_unknown_keys_are_kept(manifest: Manifest) -> None:
    parsed = parse_manifest(text(manifest, holds_atlases=True), "b")
    assert parsed.extra == {"holds_atlases": True}
    assert as_json(parsed)["holds_atlases"] is True


@pytest.mark.parametrize("version", [0, 2, 99, "1", None, True])
def test_other_schema_versions_are_refused(manifest: Manifest, version: object) -> None:
    assert refused(manifest, schema_version=version).field == "schema_version"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../up"),
        ("name", ""),
        ("kind", "mri"),
        ("parts", "orient"),
        ("species", 3),
        ("landmarks", []),
        ("landmarks", [{"label": "1", "definition": ""}, {"label": "1", "definition": ""}]),
        ("pairs", [["1"]]),
        ("pairs", [["1", "nowhere"]]),
        ("pairs", [["1", "1"]]),
        ("midline", ["1", "1"]),
        ("template", {"frame": "x", "spacing_mm": [1, 1]}),
        ("template", {"frame": "x", "spacing_mm": [1, 1, 0]}),
        ("intensity_range", [5, 5]),
        ("size_range_mm", [-1, 5]),
        ("training", [{"id": "a", "sha256": "short"}]),
        ("training", [{"id": "a", "sha256": SUM}, {"id": "a", "sha256": SUM}]),
        ("seed", 1.5),
        ("minutes", -1),
        ("figures", []),
        ("files", {"a.npz": {"sha256": SUM, "bytes": -1}}),
    ],
)
def test_wrong_values_are_named(manifest: Manifest, key: str, value: object) -> None:
    assert key in refused(manifest, **{key: value}).field


@pytest.mark.parametrize("key", ["name", "landmarks", "files", "licence", "citation", "schema_version"])
def test_a_missing_key_is_named(manifest: Manifest, key: str) -> None:
    values = as_json(manifest)
    del values[key]
    with pytest.raises(InputError, match=f"{key} is missing"):
        parse_manifest(json.dumps(values), "b")


@pytest.mark.parametrize("broken", ["", "[]", "{", "nonsense", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 9999])
def test_what_is_no_json_object_is_refused(broken: str) -> None:
    with pytest.raises(InputError):
        parse_manifest(broken, "b")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="not valid JSON"):
        parse_manifest(b"\xff\xfe\x00{", "b")


def test_code_named_anywhere_is_refused(manifest: Manifest) -> None:
    figures = {"deep": [{"_target_": "os.system"}]}
    assert "_target_" in str(refused(manifest, figures=figures))


@pytest.mark.parametrize(
    "name",
    [
        "../a.npz",
        "/a.npz",
        "a/../../b.npz",
        "C:/a.npz",
        "a\\b.npz",
        "~/a.npz",
        ".hidden.npz",
        "a//b.npz",
        "./a.npz",
        "",
        "bundle.json",
        "model.pkl",
        "model.pt",
        "run.py",
        "a.npz/",
        "a\n.npz",
        "dir./a.npz",
    ],
)
def test_names_that_escape_or_run_are_refused(manifest: Manifest, name: str) -> None:
    assert refused(manifest, files={name: {"sha256": SUM, "bytes": 1}}).field.startswith("files")


def test_names_that_differ_by_case_only_are_refused(manifest: Manifest) -> None:
    entry = {"sha256": SUM, "bytes": 1}
    assert refused(manifest, files={"a.npz": entry, "A.npz": entry}).field == "files"


def test_a_bundle_that_swells_is_refused(manifest: Manifest) -> None:
    assert refused(manifest, files={"a.npz": {"sha256": SUM, "bytes": 2**50}}).field == "files"


@given(st.text(max_size=30))
def test_accepted_names_stay_inside_the_folder(name: str) -> None:
    from pathlib import Path

    if not file_name_problem(name + ".npz"):
        inside = (Path("/folder") / (name + ".npz")).resolve()
        assert Path("/folder") in inside.parents


@given(
    st.dictionaries(
        st.sampled_from([*"abc", "name", "files", "pairs", "seed"]), st.none() | st.text() | st.floats()
    )
)
def test_no_object_raises_anything_but_input_errors(values: dict[str, object]) -> None:
    with pytest.raises(InputError):
        parse_manifest(json.dumps({"schema_version": 1} | values), "b")


def test_training_specimens_are_known_by_their_sum(manifest: Manifest) -> None:
    assert manifest.trained_on("ab" * 32)
    assert not manifest.trained_on(SUM)


def test_total_counts_every_file(manifest: Manifest) -> None:
    files = {"a.npz": FileEntry(SUM, 3), "b.npz": FileEntry(SUM, 4)}
    assert Manifest(**{**vars(manifest), "files": files}).total_bytes == 7
