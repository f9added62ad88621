"""From the text of ``bundle.json`` to a `Manifest`, or one sentence that says what is wrong."""

import json
from collections import Counter
from os import PathLike
from pathlib import PurePosixPath
from typing import Any

from craniomark.flows.bundle.fields import Fields, shown
from craniomark.flows.bundle.manifest import (
    KINDS,
    MANIFEST_FILE,
    NAME,
    SCHEMA_VERSION,
    FileEntry,
    LandmarkDefinition,
    Manifest,
    TemplateFrame,
    TrainingSpecimen,
    as_json,
)
from craniomark.ground.checks import InputError

# A bundle holds numbers, pictures and text only: nothing that runs when it is opened.
SUFFIXES = (".json", ".safetensors", ".nii.gz", ".npz", ".npy", ".csv", ".txt", ".md", ".png")
MAX_MANIFEST_BYTES = 16 * 2**20
MAX_BUNDLE_BYTES = 4 * 2**30
MAX_FILES = 2000


def parse_manifest(text: str | bytes, file: str | PathLike[str]) -> Manifest:
    """Read and check the text of ``bundle.json``.

    Parameters
    ----------
    text : str or bytes
        JSON in UTF-8.
    file : path
        Named in errors.

    Raises
    ------
    InputError
        Naming the field, its value and the remedy; also for a schema version that isn't known,
        for a file name that leaves the folder and for a ``_target_`` key anywhere.
    """
    values = read_json(text, file)
    fields = Fields(file, values)
    version = fields.whole("schema_version", least=1)
    if version != SCHEMA_VERSION:
        newer = "update CranioMark" if version > SCHEMA_VERSION else "make the bundle anew"
        raise fields.refuse("schema_version", version, f"this version reads {SCHEMA_VERSION}; {newer}")
    manifest = _manifest(fields)
    known = as_json(manifest)
    extra = {key: value for key, value in values.items() if key not in known}
    manifest = Manifest(**{**vars(manifest), "extra": extra})
    check_manifest(manifest, file)
    return manifest


def read_json(text: str | bytes, file: str | PathLike[str]) -> dict[str, Any]:
    """Parse a JSON object, refusing NaN, doubled keys and ``_target_``."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        if twice:
            raise InputError(file, "key", f"{shown(twice[0])} given twice", "keep one of them")
        if any(key == "_target_" for key, _ in pairs):
            remedy = "remove it: a bundle may name no code"
            raise InputError(file, "key", "_target_", remedy)
        return dict(pairs)

    def constant(name: str) -> Any:
        raise InputError(file, "a number", name, "write finite numbers only")

    try:
        values = json.loads(text, object_pairs_hook=once, parse_constant=constant)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(file, "content", "not valid JSON", f"make or fetch it anew ({error})") from error
    if not isinstance(values, dict):
        raise InputError(file, "content", "not a JSON object", "make or fetch it anew")
    return values


def _manifest(fields: Fields) -> Manifest:
    template = fields.inner("template")
    x, y, z = template.numbers("spacing_mm", 3)
    low, high = fields.range("intensity_range")
    return Manifest(
        name=fields.text("name"),
        version=fields.text("version"),
        kind=fields.text("kind"),
        parts=fields.texts("parts"),
        species=fields.text("species"),
        landmarks=tuple(
            LandmarkDefinition(one.text("label"), one.text("definition", empty=True))
            for one in fields.objects("landmarks")
        ),
        pairs=tuple(_pair(fields, pair) for pair in fields.listed("pairs")),
        midline=fields.texts("midline"),
        template=TemplateFrame(template.text("frame"), (x, y, z)),
        intensity_range=(low, high),
        size_range_mm=fields.range("size_range_mm"),
        training=tuple(
            TrainingSpecimen(one.text("id"), one.sha256("sha256")) for one in fields.objects("training")
        ),
        commands=fields.texts("commands"),
        seed=fields.whole("seed"),
        device=fields.text("device"),
        minutes=fields.number("minutes"),
        figures=fields.inner("figures").values,
        licence=fields.text("licence"),
        citation=fields.text("citation"),
        files=_files(fields.inner("files")),
    )


def _pair(fields: Fields, pair: object) -> tuple[str, str]:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(label, str) for label in pair):
        raise fields.refuse("pairs", pair, "write each pair as two labels")
    return pair[0], pair[1]


def _files(fields: Fields) -> dict[str, FileEntry]:
    entries = {}
    for name in fields.values:
        entry = fields.inner(name)
        entries[name] = FileEntry(entry.sha256("sha256"), entry.whole("bytes"))
    return entries


def check_manifest(manifest: Manifest, file: str | PathLike[str]) -> None:
    """Raise InputError where the parts of a manifest don't fit one another."""

    def refuse(field: str, value: object, remedy: str) -> InputError:
        return InputError(file, field, shown(value), remedy)

    if not NAME.fullmatch(manifest.name):
        raise refuse("name", manifest.name, "use letters, digits, dot, dash and underscore, at most 64")
    if manifest.kind not in KINDS:
        raise refuse("kind", manifest.kind, f"write {' or '.join(KINDS)}")
    if min(manifest.template.spacing_mm) <= 0:
        raise refuse("template.spacing_mm", manifest.template.spacing_mm, "write three lengths above zero")
    if manifest.size_range_mm[0] <= 0:
        raise refuse("size_range_mm", manifest.size_range_mm, "write lengths above zero, in mm")
    if manifest.minutes < 0:
        raise refuse("minutes", manifest.minutes, "write a duration")
    ids = [specimen.id for specimen in manifest.training]
    if len(set(ids)) != len(ids):
        raise refuse("training", _twice(ids), "give each specimen its own id")
    _check_labels(manifest, refuse)
    _check_files(manifest, refuse)


def _check_labels(manifest: Manifest, refuse: Any) -> None:
    labels = manifest.labels
    if not labels and set(manifest.parts) != {"shape"}:  # a shape needs none
        raise refuse("landmarks", "empty", "name at least one landmark")
    if len(set(labels)) != len(labels):
        raise refuse("landmarks", _twice(labels), "give each landmark its own label")
    structure = [label for pair in manifest.pairs for label in pair] + list(manifest.midline)
    unknown = [label for label in structure if label not in set(labels)]
    if unknown:
        raise refuse("pairs or midline", unknown[0], "use labels that stand in landmarks")
    if len(set(structure)) != len(structure):
        raise refuse("pairs or midline", _twice(structure), "name each landmark there at most once")


def _check_files(manifest: Manifest, refuse: Any) -> None:
    for name in manifest.files:
        problem = file_name_problem(name)
        if problem:
            raise refuse("files", name, problem)
    folded = [name.casefold() for name in manifest.files]
    if len(set(folded)) != len(folded):
        raise refuse("files", _twice(folded), "use names that differ by more than their case")
    if len(manifest.files) > MAX_FILES or manifest.total_bytes > MAX_BUNDLE_BYTES:
        size = f"{len(manifest.files)} files, {manifest.total_bytes} bytes"
        raise refuse("files", size, f"stay under {MAX_FILES} files and {MAX_BUNDLE_BYTES} bytes")


def file_name_problem(name: str) -> str:
    """Why `name` may not stand in a bundle, or an empty string."""
    parts = PurePosixPath(name).parts
    outside = name.startswith(("/", "~")) or any(part == ".." for part in parts)
    odd = any(sign in name for sign in '\\:*?"<>|') or any(ord(sign) < 32 for sign in name)
    if outside or odd or not parts or len(name) > 200 or name != str(PurePosixPath(name)):
        return "use a plain relative name inside the bundle's folder"
    if any(part.startswith(".") or part != part.strip(" .") for part in parts):
        return "use names that don't begin or end in a dot or space"
    if name == MANIFEST_FILE:
        return "leave the manifest itself out of its list"
    if not name.lower().endswith(SUFFIXES):
        return f"a bundle holds only {' '.join(SUFFIXES)}"
    return ""


def _twice(values: Any) -> str:
    return next(f"{value} (twice)" for value, count in Counter(values).items() if count > 1)
