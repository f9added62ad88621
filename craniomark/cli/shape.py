"""``craniomark shape``: shape models from meshes, and shapes from images."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from craniomark.cli.exits import SomeRefused
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.ground.checks import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Shape models: model, predict, bundle.",
                  epilog="Example: craniomark shape model meshes -o my-shapes")  # fmt: skip

Inputs = Annotated[
    list[Path], typer.Argument(metavar="MESHES...", help="Meshes, folders of them, or .particles files.")
]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write.")]
Particles = Annotated[int, typer.Option("--particles", metavar="N", help="On each surface, 256 to 4096.")]
TemplateId = Annotated[
    str, typer.Option("--template", metavar="ID", help="Mesh to carry from; by default that of middle size.")
]
Walls = Annotated[Literal["outer", "both"], typer.Option("--walls", help="Walls that bear particles.")]
Images = Annotated[
    int, typer.Option("--images", metavar="N", help="Write images too, of N voxels along each axis.")
]
FrameName = Annotated[
    Literal["procrustes", "image"],
    typer.Option("--frame", help="Where particles agree most, or images do, as in a new one."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the particles.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes.")]
StopFile = Annotated[
    Path | None, typer.Option("--stop-file", metavar="FILE", help="End between specimens once it is there.")
]


@app.command(epilog="Example: craniomark shape model meshes -o my-shapes --particles 1024")
def model(
    inputs: Inputs, out: Out, particles: Particles = 1024, template: TemplateId = "", walls: Walls = "outer",
    images: Images = 0, frame: FrameName = "procrustes", seed: Seed = 0, jobs: Jobs = 1,
    stop_file: StopFile = None,
) -> None:  # fmt: skip
    """Carry particles to every mesh by registration, and write the model of their shapes.

    Writes local and world .particles, principal components, mean mesh, and compactness, generalisation and
    specificity as table and plot. From .particles files, such as ShapeWorks', the model alone. The same
    command goes on where it was stopped.
    """
    from craniomark.flows.shape.given import given_particles, model_of_particles
    from craniomark.flows.shape.model import ModelSettings, build_shape_model
    from craniomark.flows.training.config.instantiate import refused

    with shown_progress(1) as shown:
        shown.started(out.name)
        told = partial(shown.step, out.name)
        if given_particles(inputs):
            made = model_of_particles(inputs, out, told, seed)
        else:
            try:
                chosen = ModelSettings(particles, template, walls, images, frame, seed)
            except ValueError as error:
                raise refused(error, "craniomark shape model") from error
            made = build_shape_model(inputs, out, chosen, told, jobs, stop_file)
    if not settings.quiet:
        share = made.modes_for(0.95)
        typer.echo(f"{out}: {len(made.mean)} particles, {len(made.modes)} modes, 95 % of variance in {share}")


Scans = Annotated[list[Path], typer.Argument(metavar="IMAGE|MESH...", help="CTs, meshes, folders, lists.")]
BundleName = Annotated[str, typer.Option("--model", metavar="NAME|PATH", help="Bundle of a shape model.")]


@app.command(epilog="Example: craniomark shape predict skull.ply --model my-shapes-bundle -o out")
def predict(inputs: Scans, out: Out, model: BundleName) -> None:
    """Predict the shape of skulls in any pose: ID.particles, ID.ply, ID.json, landmarks if it has them."""
    from craniomark.flows.shape.bundle import load_shape_bundle
    from craniomark.flows.shape.predict import predict_file
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens(inputs)
    bundle = load_shape_bundle(model)
    refused = []
    with shown_progress(len(specimens)) as shown:
        for one in specimens:
            shown.started(one.id)
            try:
                predict_file(one, bundle, out, lambda part, name=one.id: shown.step(name, "shape", part))  # type: ignore[misc]
                shown.ended(one.id, "done", "")
            except InputError as error:
                if len(specimens) == 1:
                    raise
                refused.append(one.id)
                shown.ended(one.id, "refused", str(error))
    if refused:
        raise SomeRefused(f"{len(refused)} of {len(specimens)} were refused: {', '.join(refused)}.")
    if not settings.quiet:
        typer.echo(f"{out}: {len(specimens)} shapes")


ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of shape model --frame image.")]
Configs = Annotated[list[Path], typer.Argument(metavar="CONFIG...", help="Trained; several: an ensemble.")]
Landmarks = Annotated[
    Path | None, typer.Option("--landmarks", metavar="DIR", help="Landmarks of the specimens, carried along.")
]
Licence = Annotated[str, typer.Option("--licence", help="Under which the bundle may be used.")]
Citation = Annotated[str, typer.Option("--citation", help="How to cite it.")]
Command = Annotated[str, typer.Option("--command", metavar="TEXT", help="By which all of it is made again.")]
LeftOut = Annotated[
    float | None,
    typer.Option("--left-out", metavar="MM", help="Mean surface distance on specimens that were left out."),
]
Species = Annotated[str, typer.Option("--species", help="What the meshes show.")]


@app.command("bundle", epilog="Example: craniomark shape bundle my-shapes config.json -o my-shapes-bundle")
def bundle_(
    model: ModelFolder, configs: Configs, out: Out, landmarks: Landmarks = None,
    species: Species = "not told", licence: Licence = "not told", citation: Citation = "not told",
    command: Command = "", left_out: LeftOut = None,
) -> None:  # fmt: skip
    """Make a bundle of a shape model and its trained networks, which holds no specimen."""
    from craniomark.flows.shape.bundle import make_shape_bundle
    from craniomark.flows.shape.landmarks import mean_landmarks

    told: dict[str, object] = {"species": species, "licence": licence, "citation": citation}
    if command:
        told["commands"] = (command,)
    if left_out is not None:
        told["figures"] = {"left_out_mm": left_out}
    make_shape_bundle(model, configs, out, told, mean_landmarks(model, landmarks) if landmarks else None)
    if not settings.quiet:
        typer.echo(f"{out}: made; look at it with: craniomark bundle show {out}")
