"""``craniomark bundle``: models made, listed, shown, verified, fetched and deleted."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from craniomark.cli.settings import settings
from craniomark.cli.tables import print_table, size_text
from craniomark.ground.checks import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Models: make, add, list, verify, fetch.",
                  epilog="Example: craniomark bundle list")  # fmt: skip

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a bundle.")]
Named = Annotated[str, typer.Argument(metavar="NAME|PATH", help="Name, folder or zip of a bundle.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="OUT.zip|DIR", help="Zip or folder to write.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sum = Annotated[
    str, typer.Option("--sha256", metavar="HEX", help="SHA-256 of the zip, as its publisher states it.")
]
Registry = Annotated[
    Path | None, typer.Option("--registry", metavar="FILE", help="JSON that names addresses and sums.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before downloading.")]


@app.command(epilog="Example: craniomark bundle make template -o my-skulls.zip")
def make(folder: Folder, out: Out) -> None:
    """Verify a bundle's folder, as `craniomark template` writes it, and copy it or zip it."""
    from craniomark.flows.bundle import load_bundle, pack, read_manifest, verify_folder
    from craniomark.flows.bundle.make import copy_bundle

    if out.suffix.lower() == ".zip":
        pack(folder, out)
    else:
        verify_folder(folder, read_manifest(folder))
        copy_bundle(folder, out)
    manifest = load_bundle(out).manifest
    _say(f"{out}: {manifest.name} {manifest.version}, {size_text(manifest.total_bytes)} when unpacked")


@app.command(epilog="Example: craniomark bundle add mouse-skull runs/elastic -o mine")
def add(
    name: Named,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished training.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder of the new bundle.")],
    version: Annotated[str, typer.Option("--version", metavar="V", help="Of the new bundle.")] = "",
    command: Annotated[str, typer.Option("--command", metavar="TEXT", help="How it was trained.")] = "",
) -> None:
    """Put a trained network (train register, train segment) into a copy of a bundle."""
    from craniomark.flows.added_networks import add_network
    from craniomark.flows.bundle import load_bundle

    manifest = load_bundle(add_network(run, name, out, version, command)).manifest
    _say(f"{out}: {manifest.name} {manifest.version} now has {manifest.parts[-1]}")


@app.command("list", epilog="Example: craniomark bundle list")
def list_(as_json: AsJson = False) -> None:
    """List the models on the search path."""
    from craniomark.flows.bundle import find_bundles

    found = find_bundles()
    if as_json:
        rows = [{"name": one.name, "place": one.place, "path": str(one.path), "problem": one.problem,
                 "hidden": one.hidden, "version": one.manifest.version if one.manifest else None}
                for one in found]  # fmt: skip
        typer.echo(json.dumps(rows, indent=1))
        return
    if not found:
        typer.echo("No models: `craniomark bundle fetch` brings one.")
        return
    cells = []
    for one in found:
        if one.manifest is None:
            cells.append((one.name, "", "", "", one.place, one.problem))
            continue
        low, high = one.manifest.size_range_mm
        note = "hidden: another of this name comes first" if one.hidden else str(one.path)
        cells.append((one.name, one.manifest.version, f"{one.manifest.kind}, {low:g} to {high:g} mm",
                      str(len(one.manifest.landmarks)), one.place, note))  # fmt: skip
    print_table(("name", "version", "reads", "landmarks", "place", "path"), cells, right=("landmarks",))


@app.command(epilog="Example: craniomark bundle show mouse-skull")
def show(name: Named, as_json: AsJson = False) -> None:
    """Show what a model says of itself."""
    from craniomark.flows.bundle import as_json as object_of
    from craniomark.flows.bundle import load_bundle

    bundle = load_bundle(name)
    manifest = bundle.manifest
    if as_json:
        typer.echo(json.dumps(object_of(manifest), indent=1, ensure_ascii=False))
        return
    low, high = manifest.size_range_mm
    made = f"{manifest.minutes:g} minutes on {manifest.device}, seed {manifest.seed}"
    told = {
        "name": f"{manifest.name} {manifest.version}",
        "path": str(bundle.source),
        "reads": f"{manifest.kind}, {low:g} to {high:g} mm long",
        "parts": ", ".join(manifest.parts),
        "species": manifest.species,
        "landmarks": f"{len(manifest.landmarks)}, with {len(manifest.pairs)} left/right pairs",
        "frame": f"{manifest.template.frame}; {_joined(manifest.template.spacing_mm)} mm",
        "intensities": " to ".join(f"{value:g}" for value in manifest.intensity_range),
        "made": "\n".join((*manifest.commands, made)),
        "trained on": f"{len(manifest.training)}: " + ", ".join(one.id for one in manifest.training),
        "left-out figures": "\n".join(f"{key}: {_short(value)}" for key, value in manifest.figures.items()),
        "licence": manifest.licence,
        "cite": manifest.citation,
        "files": "\n".join(f"{name}  {size_text(entry.bytes)}" for name, entry in manifest.files.items()),
    }
    print_table(("", ""), list(told.items()))


@app.command(epilog="Example: craniomark bundle verify my-skulls.zip")
def verify(name: Named) -> None:
    """Verify every byte of a model (exit code 2 if one is off)."""
    from craniomark.flows.bundle import verify_bundle

    _say(verify_bundle(name))


@app.command(epilog="Example: craniomark bundle fetch https://example.org/rat.zip --sha256 0123...")
def fetch(
    address: Annotated[
        str, typer.Argument(metavar="URL|NAME", help="Address of a zip, or a name in --registry.")
    ],
    sha256: Sum = "",
    registry: Registry = None,
    yes: Yes = False,
) -> None:
    """Download a model, check it and install it for this user."""
    from craniomark.flows.bundle import fetch_bundle, given, registered

    source = registered(address, registry) if registry else given(address, sha256)
    folder = fetch_bundle(source, lambda url, length: confirmed(url, length, yes))
    _say(f"{folder} is installed." if folder else "Nothing was downloaded.")


@app.command(epilog="Example: craniomark bundle delete rat-skull")
def delete(name: Annotated[str, typer.Argument(metavar="NAME", help="A fetched model.")]) -> None:
    """Delete a fetched model; shipped ones are left alone."""
    from craniomark.flows.bundle import delete_bundle

    _say(f"{delete_bundle(name)} is deleted.")


def confirmed(url: str, length: int | None, yes: bool) -> bool:
    """Tell the size of a download and ask, unless `yes`."""
    typer.echo(f"{url}: {size_text(length)}", err=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise InputError(url, "download", "not confirmed", "give --yes, since nobody can be asked here")
    return typer.confirm("Download?", err=True)


def _say(text: str) -> None:
    if not settings.quiet:
        typer.echo(text)


def _joined(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= 200 else text[:197] + "..."
