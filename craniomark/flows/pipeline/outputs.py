"""The files of one specimen: landmarks, pose, picture and, last, the record."""

import platform
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import craniomark
from craniomark.flows.pipeline.picture import Caption, draw_picture
from craniomark.flows.pipeline.prediction import Prediction
from craniomark.flows.pipeline.record import Record, record_path, write_record
from craniomark.flows.pipeline.transform_file import write_pose
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks import LandmarkSet, read_landmarks, write_landmarks
from craniomark.ground.volumes import Volume

_ENDINGS = (".mrk.json", ".csv", ".tfm", ".png")
NO_MASK = "No bone mask: a surface has no voxels."
_PACKAGES = ("numpy", "scipy", "torch", "monai", "SimpleITK")
_REVIEWED = ("corrected", "accepted")


def write_outputs(volume: Volume, prediction: Prediction, record: Record, folder: Path) -> Record:
    """Write ``ID.mrk.json ID.csv ID.tfm ID.png`` and, last, ``ID.json``.

    Landmarks that a person corrected or accepted are kept beside as ``ID.csv.reviewed-N``.

    Parameters
    ----------
    volume, prediction : Volume, Prediction
        In the specimen's own LPS mm.
    record : Record
        What is known of the specimen so far; completed from the prediction.
    folder : Path
        Output folder.

    Returns
    -------
    Record
        As it was written.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    record = completed(record, volume, prediction)
    keep_reviewed(folder, record.id)
    record_path(folder, record.id).unlink(missing_ok=True)
    names = {ending: folder / f"{record.id}{ending}" for ending in _ENDINGS}
    write_landmarks(prediction.landmarks, names[".mrk.json"])
    write_landmarks(prediction.landmarks, names[".csv"])
    write_pose(prediction.specimen_to_template, names[".tfm"])
    matrix = np.asarray(prediction.specimen_to_template, dtype=np.float64)
    draw_picture(volume, prediction.landmarks, matrix, caption(record), names[".png"])
    write_record(record, folder)
    return record


def is_whole(record: Record, folder: Path) -> bool:
    """Whether every file of a result is still there."""
    wanted = [folder / f"{record.id}{ending}" for ending in _ENDINGS]
    if record.options.get("mask") and NO_MASK not in record.notes:
        wanted.append(mask_path(folder, record.id))
    return all(path.is_file() for path in wanted)


def mask_path(folder: Path, specimen: str) -> Path:
    """Where the bone mask of `specimen` lies: named as data sets name masks."""
    return folder / f"seg_{specimen}.nii.gz"


def write_refusal(record: Record, folder: Path) -> Record:
    """Write the record of a refused specimen and take away what an earlier run left of it."""
    keep_reviewed(folder, record.id)
    for ending in _ENDINGS:
        (folder / f"{record.id}{ending}").unlink(missing_ok=True)
    mask_path(folder, record.id).unlink(missing_ok=True)
    write_record(record, folder)
    return record


def completed(record: Record, volume: Volume, prediction: Prediction) -> Record:
    """`record` with what the prediction tells."""
    pose = prediction.orientation
    seconds = {**prediction.seconds, **record.seconds}
    return replace(
        record,
        outcome="done",
        specimen_to_template=np.asarray(prediction.specimen_to_template, dtype=np.float64).tolist(),
        orientation={
            "score": float(pose.score),
            "verdict": pose.verdict,
            "degrees": float(pose.degrees),
            "scale": float(pose.scale),
        },
        left_right="verified" if volume.left_right_known else "unverified",
        notes=tuple(dict.fromkeys((*volume.notes, *prediction.notes, *record.notes))),
        seconds={step: round(float(took), 3) for step, took in seconds.items()},
        counts=counts(prediction.landmarks),
        versions=versions(),
    )


def counts(landmarks: LandmarkSet) -> dict[str, Any]:
    """How many landmarks there are, are missing and need review, and how doubtful they are."""
    notes = [landmarks.annotation(label) for label in landmarks.labels]
    here = landmarks.present
    errors = np.array([note.error90_mm for note in notes])[here]
    errors = errors[np.isfinite(errors)]
    return {
        "landmarks": len(landmarks),
        "review": len(to_review(landmarks)),
        "missing": int((~here).sum()),
        "median_error90_mm": float(np.median(errors)) if len(errors) else None,
        "max_error90_mm": float(errors.max()) if len(errors) else None,
    }


def to_review(landmarks: LandmarkSet) -> list[str]:
    """Labels that are flagged and that no person has looked at, the most doubtful first."""
    notes = {label: landmarks.annotation(label) for label in landmarks.labels}
    here = dict(zip(landmarks.labels, landmarks.present, strict=True))
    labels = [
        label for label, note in notes.items()
        if here[label] and note.flag == "review" and note.status not in _REVIEWED
    ]  # fmt: skip
    return sorted(labels, key=lambda label: -np.nan_to_num(notes[label].error90_mm, nan=np.inf))


def caption(record: Record) -> Caption:
    """Title of the picture and the line under it."""
    pose, count = record.orientation, record.counts
    parts = [
        f"Pose {pose['verdict']} (score {pose['score']:.2f}, turned {pose['degrees']:.0f}°, "
        f"size {pose['scale']:.2f})",
        f"{count['landmarks']} landmarks",
        f"{count['review']} to review",
        f"{count['missing']} missing",
    ]
    if record.left_right == "unverified":
        parts.append("left/right unverified")
    return Caption(record.id, " · ".join(parts))


def versions() -> dict[str, str]:
    """Versions of the programs that compute, without importing them."""
    found = {"craniomark": craniomark.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def keep_reviewed(folder: Path, specimen: str) -> None:
    """Copy ID.csv aside if a person's work is in it: no correction is ever lost.

    The copy does not end in .csv, so that nothing takes it for another specimen.
    """
    path = folder / f"{specimen}.csv"
    try:
        landmarks = read_landmarks(path)
    except InputError:
        return
    if not any(landmarks.annotation(label).status in _REVIEWED for label in landmarks.labels):
        return
    number = 1
    while (kept := folder / f"{specimen}.csv.reviewed-{number}").exists():
        number += 1
    with written_whole(kept) as part:
        part.write_bytes(path.read_bytes())


def check_writable(folder: Path) -> Callable[[], None]:
    """Make sure that `folder` can be written before anything is computed.

    Returns
    -------
    callable
        Takes the folder away again if this call made it and it is still empty.

    Raises
    ------
    InputError
        If it can't be made or written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(folder, "output folder", "a file", "give the name of a folder")
    was_there = folder.exists()
    probe = folder / f".craniomark-{platform.node()}-check"
    with written_whole(probe) as part:
        part.write_text("", encoding="utf-8")
    probe.unlink(missing_ok=True)

    def undo() -> None:
        if not was_there:
            with suppress(OSError):
                folder.rmdir()

    return undo
