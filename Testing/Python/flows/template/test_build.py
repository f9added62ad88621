"""A bundle from a folder of scans: what it says, what it holds, and that it is made the same again."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic_cohort import LABELS, SIDES, SPACING, write_cohort

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.pipeline.model import load_model
from craniomark.flows.template import TemplateSettings, build_template
from craniomark.flows.template.crossfit import SOURCES
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks, write_landmarks

pytestmark = pytest.mark.usefixtures("coarse_deformation")
SETTINGS = TemplateSettings(
    name="animal",
    version="0.3",
    species="made up",
    licence="CC0-1.0",
    citation="none",
    spacing=SPACING,
    modes=1,
    rounds=1,
    seed=7,
    definitions={"point 3": "the third blob"},
    command="craniomark template animals -o animal",
)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four scans, one of which lacks a landmark."""
    folder = tmp_path_factory.mktemp("animals")
    truths = write_cohort(folder, 4)
    points = truths[1].points.copy()
    points[4] = np.nan
    write_landmarks(LandmarkSet(LABELS, points), folder / "animal_1.mrk.json")
    return folder


Told = list[tuple[str, float]]


@pytest.fixture(scope="module")
def made(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Told]:
    """The bundle, and what was told on the way."""
    from functools import partial

    from skull_bundle import COARSE

    from craniomark.engine.diffeo.register import flow_between
    from craniomark.flows.template import average, crossfit

    told: Told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(average, "flow_between", partial(flow_between, recipe=COARSE))
        patch.setattr(crossfit, "STARTS", 1)
        out = tmp_path_factory.mktemp("made") / "animal"
        build_template([cohort], out, SETTINGS, lambda *step: told.append(step))
    return load_bundle(out), told


@pytest.fixture
def bundle(made: tuple[Bundle, Told]) -> Bundle:
    return made[0]


def test_the_manifest_says_what_it_was_made_of(bundle: Bundle, cohort: Path) -> None:
    manifest = bundle.manifest
    assert (manifest.name, manifest.version, manifest.kind) == ("animal", "0.3", "ct")
    assert manifest.parts == ("orient", "landmark")
    assert (manifest.species, manifest.licence, manifest.citation) == ("made up", "CC0-1.0", "none")
    assert manifest.commands == (SETTINGS.command,)
    assert (manifest.seed, manifest.device) == (7, "cpu")
    assert 0 <= manifest.minutes < 5
    expected = {
        f"animal_{n}": hashlib.sha256((cohort / f"animal_{n}.nii.gz").read_bytes()).hexdigest()
        for n in range(4)
    }
    assert {specimen.id: specimen.sha256 for specimen in manifest.training} == expected


def test_the_manifest_tells_the_landmarks(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert manifest.labels == LABELS
    words = {landmark.label: landmark.definition for landmark in manifest.landmarks}
    assert words["point 3"] == "the third blob"
    assert all(words.values())
    found = {frozenset(pair) for pair in manifest.pairs}
    assert found == {frozenset({LABELS[n], LABELS[n + SIDES]}) for n in range(SIDES)}
    assert set(manifest.midline) == set(LABELS[2 * SIDES :])
    assert manifest.template.spacing_mm == (SPACING,) * 3


def test_the_manifest_tells_the_ranges_that_inputs_should_have(bundle: Bundle, cohort: Path) -> None:
    low, high = bundle.manifest.intensity_range
    assert low == 0
    assert 100 < high <= 255
    spans = [np.ptp(read_landmarks(cohort / f"animal_{n}.mrk.json").points, axis=0) for n in (0, 2, 3)]
    smallest, largest = bundle.manifest.size_range_mm
    assert smallest < min(s.max() for s in spans) <= max(s.max() for s in spans) < largest


def test_figures_are_told_for_both_sources(bundle: Bundle) -> None:
    told = bundle.manifest.figures["out_of_fold"]
    assert set(told) == set(SOURCES)
    for source in SOURCES:
        assert set(told[source]) == {"mean_mm", "median_mm", "p95_mm", "max_mm", "coverage_90"}
        assert 0 < told[source]["median_mm"] <= told[source]["p95_mm"] <= told[source]["max_mm"]
        assert told[source]["mean_mm"] < 0.3
        assert 0.5 < told[source]["coverage_90"] <= 1
    assert len(bundle.manifest.figures["average_changes"]) == 1


def test_the_parts_fit_together(bundle: Bundle) -> None:
    model = load_model(bundle, device="cpu")
    assert len(model.shape.modes) == SETTINGS.modes
    np.testing.assert_allclose(bundle.landmarks().points, model.shape.mean, atol=1e-3)
    template = bundle.template()
    np.testing.assert_allclose(template.spacing, SPACING, atol=1e-5)
    index = template.to_index(model.shape.mean)
    assert ((index > 2) & (index < np.array(template.shape) - 3)).all()
    assert 0.9 < np.quantile(template.array, 0.995) < 2.5
    assert model.errors.weights.min() >= 0


def test_steps_are_told(made: tuple[Bundle, Told]) -> None:
    steps = [step for step, _ in made[1]]
    assert list(dict.fromkeys(steps)) == ["read", "average", "calibrate"]
    assert all(0 <= fraction <= 1 for _, fraction in made[1])


def test_the_same_command_makes_the_same_bytes(bundle: Bundle, cohort: Path, tmp_path: Path) -> None:
    again = load_bundle(build_template([cohort], tmp_path / "animal", SETTINGS))
    assert again.manifest.files == bundle.manifest.files
    assert replace(again.manifest, minutes=0.0) == replace(bundle.manifest, minutes=0.0)


def test_another_seed_changes_the_calibration_alone(bundle: Bundle, cohort: Path, tmp_path: Path) -> None:
    other = load_bundle(build_template([cohort], tmp_path / "animal", replace(SETTINGS, seed=8)))
    files, before = other.manifest.files, bundle.manifest.files
    assert {name for name in files if files[name] != before[name]} == {"calibration.json"}


def test_what_cannot_become_a_bundle_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    nowhere = [tmp_path / "no scans here"]
    with pytest.raises(InputError, match=r"name of the bundle is 'my mouse'"):
        build_template(nowhere, tmp_path / "my mouse", replace(SETTINGS, name="my mouse"))
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="in use by other files"):
        build_template(nowhere, tmp_path / "used", SETTINGS)
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(InputError, match="not writable"):
        build_template(nowhere, tmp_path / "file" / "animal", SETTINGS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "used"]


def test_stopping_leaves_nothing(cohort: Path, tmp_path: Path) -> None:
    def stop(step: str, _: float) -> None:
        if step == "average":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_template([cohort], tmp_path / "animal", SETTINGS, stop)
    assert list(tmp_path.iterdir()) == []


def test_calibration_is_plain_numbers(bundle: Bundle) -> None:
    text = bundle.path("calibration.json").read_text(encoding="utf-8")
    assert set(json.loads(text)) == set(SOURCES)
    for model in json.loads(text).values():
        assert len(model["typical_mm"]) == len(LABELS)
