"""Trained networks of registration put into a bundle."""

from pathlib import Path

from craniomark.flows.bundle.extend import with_part
from craniomark.flows.registration.networks import AFFINE_PART, affine_parts, trained_affine_network


def add_affine(run: Path, bundle: str, out: Path, version: str, command: str) -> Path:
    """Write a bundle anew with the affine network of a run in it, in place of an older one.

    Parameters
    ----------
    run : Path
        Folder of a finished run of ``craniomark train register model=affine_...``.
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
    parts = affine_parts(trained_affine_network(run))
    return with_part(bundle, AFFINE_PART, parts, out, version, command)
