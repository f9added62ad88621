"""The command ``craniomark``."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

import craniomark
from craniomark.cli import bundle, data, deepssm, exits, segment, shape
from craniomark.cli.demo import demo
from craniomark.cli.doctor import doctor
from craniomark.cli.evaluate import evaluate
from craniomark.cli.export import export
from craniomark.cli.orient import orient
from craniomark.cli.process import process
from craniomark.cli.refine import refine
from craniomark.cli.register import register
from craniomark.cli.report import report
from craniomark.cli.review import review
from craniomark.cli.settings import settings, taken
from craniomark.cli.template import template
from craniomark.cli.train import train

EXAMPLES: dict[Callable[..., Any], str] = {
    process: "craniomark process scans -o out --jobs 4",
    orient: "craniomark orient skull.nii.gz -o skull.tfm",
    refine: "craniomark refine skull.nii.gz skull.mrk.json -o refined.mrk.json --only 25,26",
    register: "craniomark register fixed.nii.gz moving.nii.gz -o out --method affine",
    evaluate: "craniomark evaluate out truth -o evaluation",
    export: "craniomark export out -o landmarks.tps --format tps",
    report: "craniomark report out",
    review: "craniomark review scans",
    template: "craniomark template landmarked -o my-mouse",
    doctor: "craniomark doctor",
    demo: "craniomark demo --offline",
}
_EVERYWHERE = "Every command also takes --quiet and --debug."

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Landmarks, poses and reports of skulls from CT scans.",
    epilog=f"Example: craniomark process skull.nii.gz -o out.  {_EVERYWHERE}",
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"craniomark {craniomark.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Tell the version.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors only.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error arose.")]


@app.callback()
def _everywhere(version: Version = False, quiet: Quiet = False, debug: Debug = False) -> None:  # noqa: ARG001
    settings.quiet |= quiet
    settings.debug |= debug


def _add(command: Callable[..., Any], example: str) -> None:
    app.command(epilog=f"Example: {example}.  {_EVERYWHERE}")(command)


for _command, _example in EXAMPLES.items():
    _add(_command, _example)
# Its own --help also lists the settings of the task that is named.
app.command(
    epilog=f"Example: craniomark train landmark data=scans out=run fold=0.  {_EVERYWHERE}",
    add_help_option=False,
)(train)
app.add_typer(bundle.app, name="bundle")
app.add_typer(data.app, name="data")
app.add_typer(segment.app, name="segment")
app.add_typer(shape.app, name="shape")
app.add_typer(deepssm.app, name="deepssm")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; by default those of this process.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that can't show a name still runs
    left = taken(sys.argv[1:] if arguments is None else arguments)
    sys.exit(exits.run(app, left, settings.debug))
