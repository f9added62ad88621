"""Multi-atlas ANTs SyN on the ten public mouse CTs: the peer that CranioMark is measured against.

Five folds of eight atlases and two specimens. Every specimen is registered by SyN (antspyx
defaults, fixed seed, given pose) to each of its eight atlases, and the atlas landmarks are carried
over. One CSV row per landmark, appended after each registration, so that the run can be stopped
and taken up again::

    python Testing/Benchmarks/syn_atlases.py --out Testing/Benchmarks/results/syn_atlases.csv

Needs ``antspyx`` and ``SimpleITK``; about two hours on one core.
"""

import argparse
import csv
import os
import platform
import tempfile
import time
from pathlib import Path

import SimpleITK as sitk

COLUMNS = ["fold", "specimen", "atlas", "label", "x", "y", "z", "seconds", "versions"]
FOLDS = 5


def specimen_ids(folder: Path) -> list[str]:
    return sorted(p.name.removesuffix("-LM.nii.gz") for p in folder.glob("*-LM.nii.gz"))


def folds(ids: list[str]) -> list[tuple[list[str], list[str]]]:
    """Atlases and held-out specimens of each fold: every fifth specimen is held out."""
    return [([s for i, s in enumerate(ids) if i % FOLDS != k], ids[k::FOLDS]) for k in range(FOLDS)]


def label_centroids(path: Path) -> dict[int, tuple[float, ...]]:
    stats = sitk.LabelShapeStatisticsImageFilter()
    stats.Execute(sitk.ReadImage(str(path)))
    return {int(k): stats.GetCentroid(k) for k in stats.GetLabels()}


def carried_points(folder: Path, specimen: str, atlas: str) -> tuple[list[list[float]], float]:
    import ants
    import pandas as pd

    fixed = ants.image_read(str(folder / f"{specimen}.nii.gz"))
    moving = ants.image_read(str(folder / f"{atlas}.nii.gz"))
    truth = label_centroids(folder / f"{atlas}-LM.nii.gz")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        result = ants.registration(
            fixed, moving, "SyN", outprefix=f"{temporary}/t", random_seed=1, singleprecision=True
        )
        points = pd.DataFrame([(*p, 0.0) for p in truth.values()], columns=["x", "y", "z", "t"])
        inverse = result["invtransforms"]
        moved = ants.apply_transforms_to_points(
            3, points, inverse, whichtoinvert=[name.endswith(".mat") for name in inverse]
        )
    seconds = time.perf_counter() - start
    rows = zip(truth, moved[["x", "y", "z"]].to_numpy(), strict=True)
    return [[label, *(round(float(v), 5) for v in p)] for label, p in rows], seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=os.environ.get("CRANIOMARK_DATA"))
    arguments = parser.parse_args()
    import ants

    versions = f"antspyx {ants.__version__}, SimpleITK {sitk.Version().VersionString()}, {platform.machine()}"
    folder = Path(arguments.data) / "mmllm"
    new = not arguments.out.exists()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    done = set()
    if not new:
        with arguments.out.open(newline="") as file:
            done = {(row["specimen"], row["atlas"]) for row in csv.DictReader(file)}
    for fold, (atlases, held_out) in enumerate(folds(specimen_ids(folder))):
        for specimen in held_out:
            for atlas in atlases:
                if (specimen, atlas) in done:
                    continue
                points, seconds = carried_points(folder, specimen, atlas)
                with arguments.out.open("a", newline="") as file:
                    writer = csv.writer(file)
                    if new:
                        writer.writerow(COLUMNS)
                        new = False
                    for label, x, y, z in points:
                        writer.writerow([fold, specimen, atlas, label, x, y, z, round(seconds, 1), versions])
                print(f"fold {fold}: {specimen} <- {atlas}: {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
