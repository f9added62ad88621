"""``craniomark review``: look at predicted landmarks and correct them, in the browser."""

from pathlib import Path
from typing import Annotated

import typer

Input = Annotated[Path, typer.Argument(metavar="INPUT|DIR", help="A scan, a surface, or a folder of them.")]
Port = Annotated[
    int | None,
    typer.Option("--port", metavar="N", help="By default 8765, or a free one if it is taken."),
]
Host = Annotated[
    str, typer.Option("--host", metavar="H", help="What to listen on; by default this machine alone.")
]
Results = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="DIR", help="Results; by default craniomark beside the scans."),
]
Observer = Annotated[str, typer.Option("--observer", metavar="NAME", help="Name of who works.")]
Upload = Annotated[float, typer.Option("--upload-gb", metavar="GB", help="Largest upload.")]


def review(
    path: Input,
    port: Port = None,
    host: Host = "127.0.0.1",
    out: Results = None,
    observer: Observer = "",
    upload_gb: Upload = 2.0,
) -> None:
    """Review landmarks in the browser: open the address that is printed. Ctrl-C ends it; all is saved."""
    from craniomark.web.app import Options
    from craniomark.web.serve import Place, serve

    options = Options(observer=observer, results=out)
    serve(path, options, Place(host, port, upload_gb), tell=_tell)


def _tell(line: str) -> None:
    print(line, flush=True)
