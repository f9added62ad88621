"""``craniomark shape``: shape models from meshes, and shapes from images."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Shape models: model, predict.",
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
    float, typer.Option("--images", metavar="MM", help="Write an image of each in the common frame too.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the particles.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes.")]
StopFile = Annotated[
    Path | None, typer.Option("--stop-file", metavar="FILE", help="End between specimens once it is there.")
]


@app.command(epilog="Example: craniomark shape model meshes -o my-shapes --particles 1024")
def model(
    inputs: Inputs, out: Out, particles: Particles = 1024, template: TemplateId = "", walls: Walls = "outer",
    images: Images = 0.0, seed: Seed = 0, jobs: Jobs = 1, stop_file: StopFile = None,
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
                chosen = ModelSettings(particles, template, walls, images, seed)
            except ValueError as error:
                raise refused(error, "craniomark shape model") from error
            made = build_shape_model(inputs, out, chosen, told, jobs, stop_file)
    if not settings.quiet:
        share = made.modes_for(0.95)
        typer.echo(f"{out}: {len(made.mean)} particles, {len(made.modes)} modes, 95 % of variance in {share}")
