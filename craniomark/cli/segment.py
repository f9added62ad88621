"""``craniomark segment``: the bone mask of a scan; stacks of sections brought in line and back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from craniomark.cli.arguments import DeviceOption, Spacing, UnitOption, parsed_spacing
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings

_MASK = "mask"


class MaskFirst(TyperGroup):
    """A group whose first word may be a scan: then the mask of it is meant."""

    def parse_args(self, ctx: Any, args: Sequence[str]) -> list[str]:
        """Put the word `mask` before anything that is no command and no call for help."""
        words = list(args)
        known = {*self.commands, "--help"}
        if words and words[0] not in known:
            words = [_MASK, *words]
        found: list[str] = super().parse_args(ctx, words)
        return found


app = typer.Typer(
    cls=MaskFirst, no_args_is_help=True, rich_markup_mode=None,
    help="The bone mask of a scan: segment INPUT -o OUT. Sections in line, and back: align, restore.",
    epilog="Example: craniomark segment skull.nii.gz -o mask.nii.gz",
)  # fmt: skip

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A scan, or a folder of slices.")]
Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="OUT", help="Mask that is written: .nii.gz .nii .nrrd .mha.")
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|PATH", help="Bundle, or folder of a run of train segment."),
]
Average = Annotated[bool, typer.Option("--average", help="Mean over 16 mirror images; 16 times as long.")]
Tile = Annotated[int, typer.Option("--tile", metavar="N", help="Voxels of a tile's edge.")]
Overlap = Annotated[int, typer.Option("--overlap", metavar="N", help="Voxels that neighbouring tiles share.")]
Mapped = Annotated[
    float,
    typer.Option("--in-memory", metavar="SHARE", help="Scans that take a larger share of memory are mapped."),
]

Stack = Annotated[Path, typer.Argument(metavar="INPUT", help="A stack of sections.")]
Aligned = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="OUT", help="Aligned stack; OUT.align.json comes beside it."),
]
Axis = Annotated[int, typer.Option("--axis", metavar="0|1|2", help="Axis across the sections.")]
Most = Annotated[int, typer.Option("--most", metavar="N", help="Largest shift between sections, voxels.")]
Warp = Annotated[bool, typer.Option("--warp", help="Bend sections to their neighbours.")]
Cracks = Annotated[bool, typer.Option("--cracks", help="Split sections whose sides have moved apart.")]
MaskFile = Annotated[Path, typer.Argument(metavar="MASK", help="Labels of the aligned stack.")]
Told = Annotated[
    Path, typer.Option("--alignment", metavar="FILE", help="The .align.json that align has written.")
]
Restored = Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Labels on the stack's own grid.")]


@app.command(_MASK, epilog="Example: craniomark segment skull.nii.gz -o mask.nii.gz")
def mask(
    path: Input,
    out: Out,
    model: Model = None,
    average: Average = False,
    tile: Tile = 96,
    overlap: Overlap = 16,
    in_memory: Mapped = 0.25,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
    device: DeviceOption = "auto",
) -> None:
    """Write the bone mask of a scan, on the scan's own grid: 1 is bone."""
    from craniomark.flows.segmentation.run import Options, segment

    options = Options(model, device, average, tile, overlap, parsed_spacing(spacing), unit, in_memory)
    with shown_progress(1) as shown:
        shown.started(path.name)
        found = segment(path, out, options, partial(shown.step, path.name))
    if not settings.quiet:
        told = f"{found.volume_mm3:.1f} mm³ of bone, {found.share:.1%} of the voxels, by {found.model}"
        typer.echo(f"{told}: {out}")


@app.command(epilog="Example: craniomark segment align stack.nrrd -o aligned.nrrd --axis 2 --warp --cracks")
def align(
    path: Stack,
    out: Aligned,
    axis: Axis = 2,
    most: Most = 24,
    warp: Warp = False,
    cracks: Cracks = False,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
) -> None:
    """Bring the sections of a stack in line; `restore` takes labels back exactly."""
    from craniomark.flows.segmentation.sections import align_file

    with shown_progress(1) as shown:
        shown.started(path.name)
        found = align_file(
            path, out, {"axis": axis, "most": most, "warp": warp, "cracks": cracks}, parsed_spacing(spacing),
            unit, partial(shown.step, path.name),
        )  # fmt: skip
    if not settings.quiet:
        told = f"{found.moved} sections moved, {found.split} split, {found.bent} bent, {found.blank} missing"
        typer.echo(f"{told}: {out} and {found.record}")


@app.command(
    epilog="Example: craniomark segment restore mask.nrrd --alignment aligned.nrrd.align.json -o out.nrrd"
)
def restore(path: MaskFile, alignment: Told, out: Restored) -> None:
    """Bring labels of an aligned stack back to the stack's own grid, each voxel exactly."""
    from craniomark.flows.segmentation.sections import restore_file

    restore_file(path, alignment, out)
    if not settings.quiet:
        typer.echo(f"{out}")
