"""``craniomark doctor``: what is installed, what is missing, where things lie."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from craniomark.cli.settings import settings
from craniomark.cli.tables import print_table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_WORDS = {"ok": "ok", "note": "note", "bad": "BAD"}


def doctor(as_json: AsJson = False) -> None:
    """Look at Python, packages, device, memory, folders and models, and say what to do.

    Exit code 1 if something will fail.
    """
    from craniomark.flows.doctor import examined

    checks = list(examined())
    bad = [check for check in checks if check.state == "bad"]
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "checks": [asdict(check) for check in checks]}, indent=1))
    else:
        shown = bad if settings.quiet else checks
        if shown:
            print_table(("", "what", "found"), [(_WORDS[one.state], one.name, one.value) for one in shown])
        for check in shown:
            if check.remedy:
                typer.echo(f"{check.name}: {check.remedy}")
        if not settings.quiet:
            typer.echo("Something will fail: see above." if bad else "All is well.")
    if bad:
        raise typer.Exit(1)
