"""What can be made of a data set: voxels of meshes, and augmented samples."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from craniomark.flows.datasets.derived.augmented import Subject, drawn_sample, read_subject
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import read_surface, solid_of
from craniomark.ground.meshes.solid import BRIGHTEST
from craniomark.ground.specimens import Specimen, read_truth
from craniomark.ground.volumes import Volume, write_volume
from craniomark.parts.augment.recipes import recipe_from

Told = Callable[[str, int, int], None]
_COLUMNS = ("id", "path", "landmarks", "mask", "group", "subject")


@dataclass
class _Writer:
    """Scans, masks and landmarks in folders of their own, and a list of them."""

    folder: Path
    rows: list[dict[str, str]]

    def add(
        self, one: Specimen, name: str, image: Volume, mask: Volume | None, truth: LandmarkSet | None
    ) -> None:
        row = {
            "id": name,
            "path": f"images/{name}.nii.gz",
            "group": one.group,
            "subject": one.subject or one.id,
        }
        write_volume(image, self._place(row["path"]))
        if mask is not None:
            row["mask"] = f"masks/seg_{name}.nii.gz"
            write_volume(mask, self._place(row["mask"]))
        if truth is not None:
            row["landmarks"] = f"landmarks/{name}.mrk.json"
            write_landmarks(truth, self._place(row["landmarks"]))
        self.rows.append(row)

    def text(self, path: str, text: str) -> None:
        with written_whole(self._place(path)) as part:
            part.write_text(text, encoding="utf-8")

    def close(self) -> None:
        with (
            written_whole(self.folder / "list.csv") as part,
            part.open("w", newline="", encoding="utf-8") as out,
        ):
            writer = csv.DictWriter(out, _COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(self.rows)

    def _place(self, path: str) -> Path:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        return self.folder / path


def make_voxels(
    specimens: Sequence[Specimen], folder: Path, settings: Mapping[str, Any], told: Told
) -> list[str]:
    """Meshes filled with voxels, with the bone as their mask."""
    del settings
    surfaces = [one for one in specimens if one.kind == "surface"]
    if not surfaces:
        raise InputError(specimens[0].path, "kind", "no mesh", "give a folder of meshes")
    writer = _Writer(folder, [])
    for done, one in enumerate(surfaces, start=1):
        solid = solid_of(read_surface(one.path), one.path)
        bone = (solid.array.astype(np.float32) >= BRIGHTEST / 2).astype(np.uint8)
        truth = read_truth(one) if one.landmarks else None
        writer.add(one, one.id, solid, Volume(bone, solid.matrix, solid.left_right_known), truth)
        told(one.id, done, len(surfaces))
    writer.close()
    return []


def make_augmented(
    specimens: Sequence[Specimen], folder: Path, settings: Mapping[str, Any], told: Told
) -> list[str]:
    """Augmented samples of each specimen, with the transform of each beside them.

    A sample depends on the seed, the specimen's id and its own number alone. Its subject is the specimen.
    """
    recipe = recipe_from(settings["recipe"])
    count, seed = int(settings["count"]), int(settings["seed"])
    writer = _Writer(folder, [])
    for done, one in enumerate(specimens, start=1):
        subject: Subject = read_subject(one)
        for number in range(count):
            made = drawn_sample(subject, recipe, [seed, crc32(one.id.encode()), number])
            name = f"{one.id}_{number:0{len(str(count - 1))}}"
            writer.add(one, name, made.image, made.mask, made.truth)
            writer.text(f"transforms/{name}.json", made.transform.to_json() + "\n")
        told(one.id, done, len(specimens))
    writer.close()
    return ["--recipe", str(settings["name"]), "--count", str(count), "--seed", str(seed)]


KINDS: dict[str, Callable[[Sequence[Specimen], Path, Mapping[str, Any], Told], list[str]]] = {
    "voxels": make_voxels,
    "augmented": make_augmented,
}
"""What makes a data set, by name; it tells the options of the command that do."""
