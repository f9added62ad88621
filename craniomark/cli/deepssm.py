"""``craniomark deepssm``: shape models straight from images, with the files and configs of ShapeWorks."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.cli.training_progress import shown_training
from craniomark.ground.checks import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                  help="DeepSSM: augment, loaders, test-loader, train, test, analyze.",
                  epilog="Example: craniomark deepssm train config.json")  # fmt: skip

Images = Annotated[
    list[Path], typer.Option("--images", metavar="PATH", help="Image or folder; may be given several times.")
]
ParticleSets = Annotated[
    list[Path], typer.Option("--particles", metavar="PATH", help="World particles: file or folder.")
]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write.")]
NumSamples = Annotated[int, typer.Option("--num-samples", metavar="N", help="Shapes to make.")]
Percent = Annotated[
    float, typer.Option("--percent", metavar="P", help="Variance that modes hold, in percent.")
]
Modes = Annotated[int, typer.Option("--modes", metavar="N", help="Modes to keep, in place of --percent.")]
SamplerName = Annotated[str, typer.Option("--sampler", metavar="NAME", help="Gaussian, Mixture or KDE.")]
Mixture = Annotated[int, typer.Option("--mixture", metavar="N", help="Gaussians of a mixture; 0: as fits.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of what is drawn.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes.")]
StopFile = Annotated[
    Path | None, typer.Option("--stop-file", metavar="FILE", help="Save and end once this file is there.")
]
Table = Annotated[Path, typer.Option("--csv", metavar="FILE", help="TotalData.csv of augment.")]
BatchSize = Annotated[int, typer.Option("--batch-size", metavar="N", help="Images in each step.")]
DownFactor = Annotated[float, typer.Option("--down-factor", metavar="F", help="New to old size, up to 1.")]
DownDir = Annotated[Path | None, typer.Option("--down-dir", metavar="DIR", help="Keep coarser images here.")]
Box = Annotated[
    str, typer.Option("--bounding-box", metavar="BOX", help="Six numbers or a file: lowest, highest LPS mm.")
]
Split = Annotated[float, typer.Option("--split", metavar="SHARE", help="Of the specimens to train on.")]
Names = Annotated[
    list[str] | None, typer.Option("--train", metavar="NAME", help="Specimen to train on; several times.")
]
HeldNames = Annotated[
    list[str] | None, typer.Option("--validation", metavar="NAME", help="To validate on; several times.")
]
LoaderDir = Annotated[Path, typer.Option("--loaders", metavar="DIR", help="Folder of the loaders.")]
ConfigFile = Annotated[Path, typer.Argument(metavar="CONFIG.json", help="DeepSSM's config.")]
Members = Annotated[
    list[Path] | None, typer.Option("--member", metavar="CONFIG", help="Further model of an ensemble.")
]
Device = Annotated[Literal["auto", "cpu", "cuda"], typer.Option("--device", help="Where to compute.")]
TrainSeed = Annotated[int, typer.Option("--seed", min=0, help="Of first weights and order.")]
Truth = Annotated[
    list[Path], typer.Option("--truth", metavar="PATH", help="Meshes, masks, distance transforms, folders.")
]
Predictions = Annotated[Path, typer.Option("--predictions", metavar="DIR", help="What test wrote.")]
MeanPrefix = Annotated[
    Path, typer.Option("--mean-prefix", metavar="PREFIX", help="PREFIX.particles and PREFIX.ply.")
]
Walls = Annotated[Literal["outer", "both"], typer.Option("--walls", help="Walls of the truth that count.")]
ShapeModel = Annotated[
    Path | None, typer.Option("--shape-model", metavar="DIR", help="Bring meshes into its frame, by name.")
]


@app.command(epilog="Example: craniomark deepssm augment --images images --particles world_particles -o aug")
def augment(
    images: Images, particles: ParticleSets, out: Out, num_samples: NumSamples = 100, percent: Percent = 95.0,
    modes: Modes = 0, sampler: SamplerName = "KDE", mixture: Mixture = 0, seed: Seed = 0, jobs: Jobs = 1,
    stop_file: StopFile = None,
) -> None:  # fmt: skip
    """Draw new shapes and warp images to them; writes TotalData.csv. Goes on where it was stopped."""
    from craniomark.flows.shape.augment import AugmentSettings
    from craniomark.flows.shape.augment import augment as augmented
    from craniomark.flows.training.config.instantiate import refused

    try:
        chosen = AugmentSettings(num_samples, percent, modes, sampler, mixture, seed)
    except ValueError as error:
        raise refused(error, "craniomark deepssm augment") from error
    with shown_progress(1) as shown:
        shown.started(out.name)
        kept = augmented(images, particles, out, chosen, partial(shown.step, out.name), jobs, stop_file)
    _say(f"{out / 'TotalData.csv'}: {num_samples} shapes made, {kept} scores each")


@app.command(epilog="Example: craniomark deepssm loaders --csv aug/TotalData.csv --batch-size 8 -o loaders")
def loaders(
    csv: Table, out: Out, batch_size: BatchSize = 8, down_factor: DownFactor = 1.0, down_dir: DownDir = None,
    bounding_box: Box = "", split: Split = 0.8, train: Names = None, validation: HeldNames = None,
    seed: Seed = 0, stop_file: StopFile = None,
) -> None:  # fmt: skip
    """Whiten images and scores and split them, as plain arrays."""
    from craniomark.flows.shape.api import get_train_val_loaders
    from craniomark.flows.shape.images import read_box

    box = read_box(bounding_box) if bounding_box else ()
    with shown_progress(1) as shown:
        shown.started(out.name)
        get_train_val_loaders(
            out, csv, batch_size, down_factor, down_dir, split, box=box,
            train=train or [], validation=validation or [], seed=seed, told=partial(shown.step, out.name),
            stop_file=stop_file,
        )  # fmt: skip
    _say(f"{out}: made")


@app.command("test-loader", epilog="Example: craniomark deepssm test-loader --loaders loaders --images new")
def test_loader(loaders: LoaderDir, images: Images, down_dir: DownDir = None) -> None:
    """Whiten images to be predicted, with the statistics of the training."""
    from craniomark.flows.shape.api import get_test_loader

    folder, names = get_test_loader(loaders, images, None, down_dir)
    _say(f"{folder}: {len(names)} images")


@app.command(epilog="Example: craniomark deepssm train config.json")
def train(
    config: ConfigFile, device: Device = "auto", seed: TrainSeed = 0, stop_file: StopFile = None
) -> None:
    """Train all stages of a config, or go on where they were stopped."""
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads starve one another on shared cores
    from craniomark.flows.shape.api import train as trained
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    with shown_training() as listener:
        weights = trained(config, listen=listener, stop_file=stop_file, loop={"device": device, "seed": seed})
    _say(f"{weights}: trained")


@app.command(epilog="Example: craniomark deepssm test config.json")
def test(config: ConfigFile, member: Members = None) -> None:
    """Predict the shapes of the test images; several models make an ensemble."""
    from craniomark.flows.shape.api import test as tested

    with shown_progress(1) as shown:
        shown.started(config.name)
        folder = tested(config, member or [], told=lambda part: shown.step(config.name, "predict", part))
    _say(f"{folder}: written")


@app.command(
    epilog="Example: craniomark deepssm analyze --truth meshes --predictions out/model/test_predictions "
    "--mean-prefix shapes/mean -o analysis"
)
def analyze(
    truth: Truth, predictions: Predictions, mean_prefix: MeanPrefix, out: Out, walls: Walls = "outer",
    shape_model: ShapeModel = None, stop_file: StopFile = None,
) -> None:  # fmt: skip
    """Compare predicted with true surfaces: distances, heat maps, report."""
    from craniomark.flows.shape.api import analyze_results

    if not predictions.is_dir():
        raise InputError(predictions, "predictions", "no folder", "give the folder that test wrote")
    with shown_progress(1) as shown:
        shown.started(out.name)
        mean = analyze_results(
            out, truth, predictions, mean_prefix, walls, shape_model=shape_model,
            told=partial(shown.step, out.name), stop_file=stop_file,
        )  # fmt: skip
    _say(f"{out / 'report.html'}: mean distance {mean:.4f} mm")


def _say(text: str) -> None:
    if not settings.quiet:
        typer.echo(text)
