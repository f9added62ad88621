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
from pathlib import Path

import numpy as np
import torch

from common import shape_scoring
from common.families import held_out
from craniomark.flows.shape.correspond import walls_of
from craniomark.flows.shape.particle_files import read_particles
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
COLUMNS = ("strain", "method", "symmetric_mm", "p95_mm")


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
    loaded = {name: _loaded(folder) for name, folder in bundles.items()}
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
        for name, bundle in loaded.items():
            if (strain, name) not in done or (strain, shape_scoring.POSED) not in done:
                found[name], found[shape_scoring.POSED] = _predicted(whole, file, bundle, number)
        for name, surface in found.items():
            if (strain, name) not in done:
                done.add((strain, name))
                rows.append([strain, name, *(f"{d:.4f}" for d in distances(surface, truth))])
        write_csv(path, COLUMNS, rows)
        print(
            strain, {name: row[2] for name in found for row in rows if row[:2] == [strain, name]}, flush=True
        )


def _fitted(points: np.ndarray, to: np.ndarray) -> np.ndarray:
    return apply(similarity_fit(points, to), points)


def _loaded(folder: Path) -> object:
    from craniomark.flows.shape.bundle import load_shape_bundle

    return load_shape_bundle(folder)


def _predicted(mesh: Surface, file: Path, bundle: object, number: int) -> tuple[Surface, Surface]:
    """Surface that a bundle predicts from the voxelised bone, turned anyhow, and its mean in the pose found.

    Both are brought back to the mesh.
    """
    from craniomark.flows.shape.correspond import bone_of
    from craniomark.flows.shape.placed import SEEN_MM
    from craniomark.flows.shape.predict import predict_shape

    turn = np.eye(4)
    turn[:3, :3] = random_rotations(1, np.random.default_rng([1, number]))[0]
    image = bone_of(mesh.moved(turn), file).shrunk(SEEN_MM)
    with torch.inference_mode():
        found = predict_shape(image, bundle, str(file))  # type: ignore[arg-type]
    posed = bundle.surface.moved(invert(found.specimen_to_model))  # type: ignore[attr-defined]
    return found.surface.moved(invert(turn)), posed.moved(invert(turn))


def score() -> None:
    """Print the figures of the rows."""
    told = shape_scoring.carried(shape_scoring.read_rows(RESULTS / shape_scoring.CORRESPONDENCES))
    print(f"landmarks of {told['strains']} strains, one template: carried {told['carried_mm']:.3f} mm, "
          f"by the pose {told['pose_mm']:.3f}, by oracle similarity {told['oracle_mm']:.3f}; "
          f"better than the pose in {told['better']:.0%}")  # fmt: skip
    figures = shape_scoring.surfaces(shape_scoring.read_rows(RESULTS / shape_scoring.SURFACES))
    for method, value in figures.items():
        print(f"{method}: {value:.4f} mm, closes {shape_scoring.closed(figures, method):.0%} of the gap")


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
