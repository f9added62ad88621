"""Real specimens come first from where they lie, and it is said which the model has seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from craniomark.flows.bundle import Manifest, TrainingSpecimen
from craniomark.flows.datasets.registry import SampleData, SampleFile, sample_set
from craniomark.flows.demonstration import samples
from craniomark.flows.demonstration.samples import find_samples


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no sample data in reach."""
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))


def test_offline_without_data_says_so(manifest: Manifest, tmp_path: Path) -> None:
    found = find_samples(manifest, tmp_path / "in", 2, offline=True)
    assert found.samples == ()
    assert "offline" in found.sentence


def test_no_network_is_said_and_stops_nothing(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_port_url: str
) -> None:
    data = replace(sample_set("mmllm"), base_url=unused_port_url)
    monkeypatch.setattr(samples, "sample_set", lambda _name: data)
    found = find_samples(manifest, tmp_path / "in", 2, offline=False)
    assert found.samples == ()
    assert "not reachable" in found.sentence


def fake(folder: Path) -> SampleData:
    from hashlib import sha256

    files = {}
    folder.mkdir(parents=True)
    for name in ("a.nii.gz", "a-LM.nii.gz", "b.nii.gz", "b-LM.nii.gz"):
        (folder / name).write_text(name)
        files[name] = SampleFile(name, sha256(name.encode()).hexdigest(), len(name))
    return replace(sample_set("mmllm"), files=files, base_url=folder.as_uri() + "/")


def test_those_not_seen_in_training_come_first(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fake(tmp_path / "data" / "mmllm")
    monkeypatch.setattr(samples, "sample_set", lambda _name: data)
    monkeypatch.setenv("CRANIOMARK_DATA", str(tmp_path / "data"))
    seen = replace(manifest, training=(TrainingSpecimen("b", data.files["b.nii.gz"].sha256),))
    found = find_samples(seen, tmp_path / "in", 2, offline=True).samples
    assert [(one.id, one.trained_on) for one in found] == [("a", False), ("b", True)]
    assert all(one.scan.is_file() and one.labels.is_file() for one in found)


def test_they_are_fetched_with_their_sums(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fake(tmp_path / "web")
    monkeypatch.setattr(samples, "sample_set", lambda _name: data)
    found = find_samples(manifest, tmp_path / "in", 1, offline=False)
    assert [one.id for one in found.samples] == ["b"]
    assert "Licence" in found.sentence


def test_a_changed_download_is_refused_and_said(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fake(tmp_path / "web")
    (tmp_path / "web" / "b.nii.gz").write_text("another")
    monkeypatch.setattr(samples, "sample_set", lambda _name: data)
    found = find_samples(manifest, tmp_path / "in", 1, offline=False)
    assert found.samples == ()
    assert "SHA-256" in found.sentence


@pytest.mark.parametrize("count", [1, 2])
def test_real_scans_are_known_by_their_sums(
    mouse_ct_folder: Path, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setenv("CRANIOMARK_DATA", str(mouse_ct_folder.parent))
    assert len(find_samples(manifest, tmp_path / "in", count, offline=True).samples) == count
