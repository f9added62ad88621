"""Shape models of mouse strains: what correspondences are worth, and predictions on strains left out.

    craniomark shape model $CRANIOMARK_DATA/mouse_models -o ALL --template B6AF1_J
    python Testing/Benchmarks/shapes.py correspondences --all ALL
    python Testing/Benchmarks/shapes.py surfaces --all ALL --model TRAINED --bundle NAME=BUNDLE
    python Testing/Benchmarks/shapes.py score

TRAINED is a folder of `shape model --frame image` of the strains outside the fold alone. The rows go to
`results`; a strain that stands there for a method is not tried again.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch

from common import shape_scoring
from common.families import held_out
from common.strain_scoring import strain_report
from common.strains import known_strains
from common.table import read_rows
from craniomark.flows.bundle import load_bundle
from craniomark.flows.shape.bundle import ShapeBundle, load_shape_bundle
from craniomark.flows.shape.correspond import bone_of, walls_of
from craniomark.flows.shape.particle_files import read_particles
from craniomark.flows.shape.placed import SEEN_MM
from craniomark.flows.shape.predict import predict_shape
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.warp import spline, warped_surface
from craniomark.flows.training.files import read_json
from craniomark.ground.geometry import apply, invert, random_rotations, similarity_fit
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.meshes.walls import Walls
from craniomark.tasks.shape.pca import fit_particles

RESULTS = Path(__file__).parent / "results"
FOLD = 3
SAMPLES = 30_000
COLUMNS = ("strain", "method", "symmetric_mm", "p95_mm", "landmarks_mm", "under_bound", "seconds")


def meshes() -> Path:
    """Folder of the strains' meshes."""
    return Path(os.environ["CRANIOMARK_DATA"]) / "mouse_models"


def correspondences(model: Path) -> None:
    """Landmarks of the template carried by particles, and by the similarity pose alone."""
    template = read_json(model / "shape_model.json")["template"]
    source = read_particles(model / "template.particles")
    known = read_landmarks(meshes() / f"{template}.mrk.json")
    rows = []
    for path in sorted((model / "carried").glob("*.json")):
        name = path.stem
        if name == template:
            continue
        truth = read_landmarks(meshes() / f"{name}.mrk.json").ordered(known.labels).points
        points = read_particles(model / "local_particles" / f"{name}.particles")
        ways = (
            spline(source, points)(known.points),
            apply(np.array(read_json(path)["template_to_specimen"]), known.points),
            apply(similarity_fit(known.points, truth), known.points),
        )
        rows.append([name, *(f"{np.nanmean(np.linalg.norm(w - truth, axis=1)):.4f}" for w in ways)])
    write_csv(RESULTS / shape_scoring.CORRESPONDENCES, ("strain", "carried_mm", "pose_mm", "oracle_mm"), rows)


def distances(one: Surface, other: Surface) -> tuple[float, float]:
    """Mean symmetric distance, and the larger 95th percentile, mm, over samples even in area."""
    first, second = Walls.of(one, SAMPLES), Walls.of(other, SAMPLES)
    there = np.linalg.norm(second.nearest(first.points)[0] - first.points, axis=1)
    back = np.linalg.norm(first.nearest(second.points)[0] - second.points, axis=1)
    return (there.mean() + back.mean()) / 2, max(np.percentile(there, 95), np.percentile(back, 95))


def surfaces(everyone: Path, model: Path, bundles: dict[str, Path]) -> None:
    """Surfaces of left-out strains by the bounds and by bundles, from any pose."""
    path = RESULTS / shape_scoring.SURFACES
    rows = [list(row.values()) for row in shape_scoring.read_rows(path)] if path.exists() else []
    done = {(row[0], row[1]) for row in rows}
    mean, mesh = read_particles(model / "mean.particles"), read_surface(model / "mean.ply")
    trained = {p.stem: read_particles(p) for p in sorted((model / "world_particles").glob("*.particles"))}
    pca = fit_particles(np.stack(list(trained.values())))
    pca = pca.kept(pca.modes_for(0.95))
    loaded = {name: load_shape_bundle(folder) for name, folder in bundles.items()}
    networks(bundles)
    for number, strain in enumerate(held_out(FOLD)):
        file = meshes() / f"{strain}.ply"
        wanted = [shape_scoring.MEAN, shape_scoring.NEAREST, shape_scoring.PROJECTION, *loaded]
        wanted += [shape_scoring.POSED] if loaded else []
        if not file.exists() or all((strain, method) in done for method in wanted):
            continue
        whole = read_surface(file)
        truth = walls_of(whole, file, "outer")
        local = read_particles(everyone / "local_particles" / f"{strain}.particles")
        to_world = similarity_fit(local, mean)
        world, back = apply(to_world, local), invert(to_world)
        near = min(trained.values(), key=lambda one: np.linalg.norm(_fitted(one, world) - world))
        shapes = {
            shape_scoring.MEAN: mean,
            shape_scoring.NEAREST: _fitted(near, world),
            shape_scoring.PROJECTION: pca.shapes(pca.scores(world)),
        }
        found = {
            name: warped_surface(mesh, mean, points).moved(back)
            for name, points in shapes.items()
            if (strain, name) not in done
        }
        told: dict[str, list[str]] = {}
        for name, bundle in loaded.items():
            if (strain, name) not in done or (strain, shape_scoring.POSED) not in done:
                found[name], found[shape_scoring.POSED], told[name] = predicted(
                    whole, truth, file, bundle, number
                )
        for name, surface in found.items():
            if (strain, name) not in done:
                done.add((strain, name))
                measured = [f"{d:.4f}" for d in distances(surface, truth)]
                rows.append([strain, name, *measured, *told.get(name, ["", "", ""])])
        write_csv(path, COLUMNS, rows)
        print(
            strain, {name: row[2] for name in found for row in rows if row[:2] == [strain, name]}, flush=True
        )


def _fitted(points: np.ndarray, to: np.ndarray) -> np.ndarray:
    return apply(similarity_fit(points, to), points)


def predicted(
    mesh: Surface, truth: Surface, file: Path, bundle: ShapeBundle, number: int
) -> tuple[Surface, Surface, list[str]]:
    """What a bundle tells of the voxelised bone, turned anyhow, brought back to the mesh.

    The surface, the mean one in the pose that was found, and as text: mean error of the landmarks, share
    of the particles that are nearer to the true surface than their bound, seconds.
    """
    turn = np.eye(4)
    turn[:3, :3] = random_rotations(1, np.random.default_rng([1, number]))[0]
    image = bone_of(mesh.moved(turn), file).shrunk(SEEN_MM)
    began = time.perf_counter()
    with torch.inference_mode():
        found = predict_shape(image, bundle, str(file))
    seconds = time.perf_counter() - began
    back = invert(turn)
    known = read_landmarks(file.with_suffix(".mrk.json")).ordered(found.landmarks.labels)
    away = np.linalg.norm(apply(back, found.landmarks.points) - known.points, axis=1)
    under = ""
    if found.bound90 is not None:
        near = Walls.of(truth, SAMPLES).nearest(apply(back, found.particles))[0]
        off = np.linalg.norm(near - apply(back, found.particles), axis=1)
        under = f"{(off <= found.bound90).mean():.3f}"
    posed = bundle.surface.moved(invert(found.specimen_to_model))
    told = [f"{np.nanmean(away):.4f}" if len(away) else "", under, f"{seconds:.2f}"]
    return found.surface.moved(back), posed.moved(back), told


def networks(bundles: dict[str, Path]) -> None:
    """Minutes and steps of the trainings, as the bundles tell."""
    path = RESULTS / shape_scoring.NETWORKS
    rows = {
        row["method"]: list(row.values()) for row in (shape_scoring.read_rows(path) if path.exists() else [])
    }
    for name, folder in bundles.items():
        manifest = load_bundle(folder).manifest
        rows[name] = [name, f"{manifest.minutes:.1f}", str(manifest.figures["steps"])]
    write_csv(path, ("method", "minutes", "steps"), list(rows.values()))


def score() -> None:
    """Print the figures of the rows."""
    told = shape_scoring.carried(shape_scoring.read_rows(RESULTS / shape_scoring.CORRESPONDENCES))
    print(f"landmarks of {told['strains']} strains, one template: carried {told['carried_mm']:.3f} mm, "
          f"by the pose {told['pose_mm']:.3f}, by oracle similarity {told['oracle_mm']:.3f}; "
          f"better than the pose in {told['better']:.0%}")  # fmt: skip
    rows = shape_scoring.read_rows(RESULTS / shape_scoring.SURFACES)
    print(shape_scoring.table(rows, shape_scoring.read_rows(RESULTS / shape_scoring.NETWORKS)))
    if os.environ.get("CRANIOMARK_DATA"):
        errors = strain_report(known_strains(), read_rows(RESULTS / "strains.csv")).all_errors
        alone = errors("bundle", "random", held_out(FOLD)).mean()
        print(f"landmarks of the same strains by the networks of a bundle of strains: {alone:.3f} mm")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("correspondences", "surfaces", "score"))
    parser.add_argument("--all", type=Path, help="shape model of all strains")
    parser.add_argument("--model", type=Path, help="shape model of the strains outside the fold")
    parser.add_argument("--bundle", action="append", default=[], metavar="NAME=DIR")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.what == "correspondences":
        correspondences(chosen.all)
    elif chosen.what == "surfaces":
        pairs = [one.partition("=") for one in chosen.bundle]
        surfaces(chosen.all, chosen.model, {name: Path(folder) for name, _, folder in pairs})
    else:
        score()


if __name__ == "__main__":
    main()
