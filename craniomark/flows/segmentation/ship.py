"""A trained network of bone masks put into a bundle."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from craniomark.flows.bundle import load_bundle, write_bundle
from craniomark.flows.segmentation.model import SEGMENT_PART, segment_parts, trained_network


def add_to_bundle(run: Path, bundle: str, out: Path, version: str, command: str) -> Path:
    """Write a bundle anew with the network of a run in it, in place of an older one.

    Parameters
    ----------
    run : Path
        Folder of a finished run of ``craniomark train segment``.
    bundle : str
        Name or path of the bundle that is copied.
    out : Path
        Folder of the new one; it may be that of the old.
    version : str
        Of the new one.
    command : str
        By which the network was trained; told in the manifest.

    Raises
    ------
    InputError
        If the run is not done, or something about the bundle is off.
    """
    old = load_bundle(bundle)
    parts: dict[str, Callable[[Path], None]] = {
        name: partial(shutil.copyfile, old.path(name)) for name in old.manifest.files
    }
    parts |= segment_parts(trained_network(run))
    kept = tuple(name for name in old.manifest.parts if name != SEGMENT_PART)
    manifest = replace(
        old.manifest, version=version, parts=(*kept, SEGMENT_PART), commands=(*old.manifest.commands, command)
    )
    return write_bundle(out, manifest, parts)
