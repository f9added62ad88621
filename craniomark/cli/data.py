"""``craniomark data``: public sample data, and checks of one's own."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.bundle import confirmed
from craniomark.cli.exits import SomeRefused
from craniomark.cli.settings import settings
from craniomark.cli.tables import print_table, size_text
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.flows.training.kept.store import Shelf

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Data: list, fetch, check, show, cache.",
                  epilog="Example: craniomark data check my-skulls")  # fmt: skip

Name = Annotated[str, typer.Argument(metavar="NAME", help="A data set that `data list` names.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder or CSV list of specimens.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="OUT.png", help="Picture to write.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CacheFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Cache folder, or folder of a run.")]
Delete = Annotated[bool, typer.Option("--delete", help="Delete kept samples.")]
Everything = Annotated[bool, typer.Option("--all", help="Delete prepared scans as well.")]
Kind = Annotated[str, typer.Argument(metavar="KIND", help="voxels: of meshes; augmented: samples.")]
Made = Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Folder to make.")]
Derived = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that data make made.")]
RECIPES = "plain, scans, section-defects, or a JSON file."
Recipe = Annotated[str, typer.Option("--recipe", metavar="NAME|FILE", help=RECIPES)]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of the draws.")]
Count = Annotated[int, typer.Option("--count", metavar="N", min=1, max=1000, help="Samples of each.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before downloading.")]


@app.command("list", epilog="Example: craniomark data list")
def list_() -> None:
    """List the public data sets that can be fetched, and where they lie."""
    from craniomark.flows.datasets.fetch import data_folder
    from craniomark.flows.datasets.registry import sample_sets

    rows = []
    for name, data in sample_sets().items():
        where = data_folder(data)
        rows.append((name, data.title, size_text(data.total_bytes), str(where) if where else "not fetched"))
    print_table(("name", "what", "size", "where"), rows, right=("size",))


@app.command(epilog="Example: craniomark data fetch mmllm")
def fetch(name: Name, yes: Yes = False) -> None:
    """Download a data set into the user data folder; every file is checked by its SHA-256."""
    from craniomark.flows.datasets.fetch import data_folder, fetch_data, missing_files
    from craniomark.flows.datasets.folders import data_folder_given
    from craniomark.flows.datasets.registry import sample_set

    data = sample_set(name)
    _say(f"{data.attribution}. Licence: {data.licence}. Cite: {data.citation}")
    given = data_folder_given()
    there = data_folder(data)
    if given and there and there.is_relative_to(given):
        _say(f"{there}: CRANIOMARK_DATA has them already.")
        return
    missing = missing_files(data)
    if missing and not confirmed(data.base_url, sum(data.files[one].bytes for one in missing), yes):
        return
    _say(f"{fetch_data(data, told=_count)}: {len(data.files)} files, every SHA-256 is right.")


@app.command(epilog="Example: craniomark data check my-skulls")
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Look for faults in a landmarked data set before a template is built from it.

    A folder of a public data set is also compared with its SHA-256 sums. Exit code 3 if there are problems;
    what is only worth a look does not count.
    """
    from craniomark.flows.datasets.check import check_data

    changed = _changed(folder)
    found = check_data(folder, None if as_json else _count)
    rows = [("problem", name, what) for name, what in changed.items()]
    rows += [(one.severity, one.specimen or "all", one.what) for one in found.findings]
    problems = found.problems + len(changed)
    if as_json:
        keys = ("severity", "specimen", "what")
        told = {"specimens": found.specimens, "labels": list(found.labels), "problems": problems,
                "findings": [dict(zip(keys, row, strict=True)) for row in rows]}  # fmt: skip
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
    elif not settings.quiet:
        if rows:
            print_table(("", "specimen", "what"), rows)
        typer.echo(f"{found.specimens} specimens, {len(found.labels)} landmarks, {problems} problems, "
                   f"{len(rows) - problems} worth a look")  # fmt: skip
    if problems:
        raise SomeRefused(f"{folder}: {problems} problems: put them right before building a template.")


@app.command(epilog="Example: craniomark data show my-skulls -o sheet.png")
def show(
    folder: Folder,
    out: Out = Path("contact-sheet.png"),
    recipe: Recipe = "",
    seed: Seed = 0,
    count: Count = 4,
) -> None:
    """Draw a contact sheet: every specimen from the side and from above, with its landmarks and mask.

    With --recipe, augmented samples of each specimen instead: what a network would be shown.
    """
    from craniomark.flows.datasets.sheet import Draws, contact_sheet

    if (seed or count != 4) and not recipe:
        remedy = "give --recipe too, or leave --seed and --count out"
        raise InputError(folder, "option", "without a recipe", remedy)
    draws = Draws(recipe, seed, count) if recipe else None
    for sentence in contact_sheet(folder, out, _count, draws):
        typer.echo(sentence, err=True)
    _say(str(out))


@app.command(epilog="Example: craniomark data cache my-run --delete")
def cache(
    folder: CacheFolder = Path("cache"), delete: Delete = False, everything: Everything = False
) -> None:
    """List what training keeps in a cache folder, and delete it.

    Samples that wait to be shown again, and with --all the prepared scans too. What a run uses at this time
    stays. Nothing is lost by it: runs make again what they need.
    """
    from craniomark.flows.training.kept.listing import cached, forget_batches, forget_prepared, in_use

    def used(shelf: "Shelf") -> str:
        return "in use" if in_use(shelf) else datetime.fromtimestamp(shelf.used).strftime("%Y-%m-%d %H:%M")

    found = cached(folder)
    rows = [
        (
            f"samples of {s.about.get('task', '?')}",
            f"{s.count} batches",
            size_text(s.bytes),
            used(s),
            s.path.name,
        )
        for s in found.shelves
    ]
    prepared = f"{len(found.prepared)}"
    rows.append(("prepared scans", prepared, size_text(found.prepared_bytes), "", found.folder.name))
    if not (delete or everything):
        print_table(("what", "number", "size", "last used", "folder"), rows, right=("number", "size"))
        return
    freed, kept = forget_batches(found)
    freed += forget_prepared(found) if everything else 0
    _say(f"{size_text(freed)} deleted in {found.folder}" + (f"; {kept} in use stay." if kept else "."))


@app.command(epilog="Example: craniomark data make augmented my-skulls -o samples --recipe scans")
def make(
    kind: Kind, folder: Folder, out: Made, recipe: Recipe = "", seed: Seed = 0, count: Count = 4
) -> None:
    """Make a data set of another: voxels of meshes, or augmented samples.

    It holds images, masks, landmarks, list.csv, and lineage.json, which tells how it was made.
    """
    from craniomark.flows.datasets.derived.make import make_data

    chosen: dict[str, object] = {}
    if kind == "augmented":
        chosen = _drawn(folder, recipe or "scans", seed, count)
    elif recipe or seed or count != 4:
        raise InputError(kind, "option", "of augmented data", "leave --recipe, --seed and --count out")
    made = make_data(kind, folder, out, chosen, _count)
    _say(f"{out}: {len(made.files)} files of {len(made.sources)} sources; lineage.json tells how.")


@app.command(epilog="Example: craniomark data rebuild samples")
def rebuild(folder: Derived) -> None:
    """Make a data set again as its lineage tells; refused where a source is not what it was."""
    from craniomark.flows.datasets.derived.make import rebuild_data

    changed = rebuild_data(folder, _count)
    same = "the same to the byte" if not changed else f"{len(changed)} differ, such as {changed[0]}"
    _say(f"{folder}: made again; its files are {same}.")


@app.command(epilog="Example: craniomark data delete mmllm")
def delete(name: Name) -> None:
    """Delete a fetched data set; what lies below CRANIOMARK_DATA is left alone."""
    from craniomark.flows.datasets.fetch import delete_data
    from craniomark.flows.datasets.registry import sample_set

    _say(f"{delete_data(sample_set(name))} is deleted.")


def _drawn(folder: Path, recipe: str, seed: int, count: int) -> dict[str, object]:
    """Settings of augmented data: the recipe in full, for voxels of the size of the first specimen's."""
    from craniomark.flows.datasets.derived.augmented import recipe_named
    from craniomark.ground.specimens import find_specimens
    from craniomark.ground.specimens.scan import read_scan
    from craniomark.parts.augment.recipes import recipe_values

    voxel = float(read_scan(find_specimens([folder])[0]).spacing.min())
    values = recipe_values(recipe_named(recipe, voxel))
    return {"name": recipe, "recipe": values, "count": count, "seed": seed}


def _changed(folder: Path) -> dict[str, str]:
    """Files of a public data set that differ from it, where `folder` is the folder of one."""
    from craniomark.flows.datasets.fetch import changed_files
    from craniomark.flows.datasets.registry import sample_sets

    data = sample_sets().get(folder.resolve().name)
    if data is None or not folder.is_dir() or not any((folder / name).is_file() for name in data.files):
        return {}
    found = changed_files(data, folder)
    return {name: f"differs from the published file of {data.name}: {what}" for name, what in found.items()}


def _count(name: str, done: int, total: int) -> None:
    if not settings.quiet:
        typer.echo(f"[{done}/{total}] {name}", err=True)


def _say(text: str) -> None:
    if not settings.quiet:
        typer.echo(text)
