"""Real specimens for the demonstration, where they can be had."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.bundle import Manifest
from craniomark.flows.datasets.fetch import data_folder, fetch_data
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.datasets.registry import SampleData, sample_set
from craniomark.ground.checks import InputError, written_whole

DATA_SET = "mmllm"
_SUFFIX, _LABELS = ".nii.gz", "-LM.nii.gz"


@dataclass(frozen=True)
class Sample:
    """A real specimen: its scan, its label image, and whether the bundle was made from it."""

    id: str
    scan: Path
    labels: Path
    trained_on: bool


@dataclass(frozen=True)
class Samples:
    """What was found, and a sentence about it for the user."""

    samples: tuple[Sample, ...]
    sentence: str


def find_samples(manifest: Manifest, folder: Path, count: int, *, offline: bool) -> Samples:
    """Copy real CTs with true landmarks into `folder`.

    Those that the bundle was not made from come first: only these tell what to expect of one's own scans.

    Parameters
    ----------
    manifest : Manifest
        Of the bundle that will be used.
    folder : Path
        Where the copies go.
    count : int
        How many at most.
    offline : bool
        Download nothing.

    Returns
    -------
    Samples
        Empty where there are none; the sentence says why.
    """
    data = sample_set(DATA_SET)
    ids = _ordered(data, manifest)[:count]
    try:
        source = _source(data, ids, offline)
    except InputError as error:
        return Samples((), f"No real scans: {error}")
    if source is None:
        return Samples((), "No real scans: none are here, and --offline downloads nothing.")
    here = [name for name in _ordered(data, manifest) if (source / f"{name}{_LABELS}").is_file()]
    samples = []
    for name in [one for one in here if (source / f"{one}{_SUFFIX}").is_file()][:count]:
        for ending in (_SUFFIX, _LABELS):
            _copy(source / f"{name}{ending}", folder / f"{name}{ending}")
        scan = folder / f"{name}{_SUFFIX}"
        samples.append(
            Sample(name, scan, folder / f"{name}{_LABELS}", manifest.trained_on(file_sha256(scan)))
        )
    told = f"Real scans: {data.title} ({data.homepage}). {data.attribution}. Licence: {data.licence}."
    return Samples(tuple(samples), told)


def _source(data: SampleData, ids: list[str], offline: bool) -> Path | None:
    there = data_folder(data)
    if there is not None or offline:
        return there
    return fetch_data(data, [f"{name}{ending}" for name in ids for ending in (_SUFFIX, _LABELS)])


def _ordered(data: SampleData, manifest: Manifest) -> list[str]:
    """Ids of the data set, those that the bundle has not seen first, then the last ones first."""
    ids = [name.removesuffix(_LABELS) for name in data.files if name.endswith(_LABELS)]
    ids = [name for name in sorted(ids, reverse=True) if f"{name}{_SUFFIX}" in data.files]
    return sorted(ids, key=lambda name: manifest.trained_on(data.files[f"{name}{_SUFFIX}"].sha256))


def _copy(source: Path, target: Path) -> None:
    with written_whole(target) as part:
        shutil.copyfile(source, part)
