"""A bundle written anew with one more part, or with a part renewed."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from craniomark.flows.bundle.load import load_bundle
from craniomark.flows.bundle.make import write_bundle


def with_part(
    bundle: str, part: str, files: Mapping[str, Callable[[Path], None]], out: Path, version: str, command: str
) -> Path:
    """Write a bundle anew with a part in it, in place of an older one of that name.

    Parameters
    ----------
    bundle : str
        Name or path of the bundle that is copied.
    part : str
        Name in the manifest.
    files : mapping of str to callable
        Writers of the part's files, by name.
    out : Path
        Folder of the new one; it may be that of the old.
    version : str
        Of the new one.
    command : str
        By which the part was made; told in the manifest.

    Raises
    ------
    InputError
        If something about the bundle is off.
    """
    old = load_bundle(bundle)
    copied = {name: partial(shutil.copyfile, old.path(name)) for name in old.manifest.files}
    kept = tuple(name for name in old.manifest.parts if name != part)
    commands = (*old.manifest.commands, command)
    manifest = replace(old.manifest, version=version, parts=(*kept, part), commands=commands)
    return write_bundle(out, manifest, {**copied, **files})
