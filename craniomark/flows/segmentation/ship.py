"""A trained network of bone masks put into a bundle."""

from pathlib import Path

from craniomark.flows.bundle.extend import with_part
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
    parts = segment_parts(trained_network(run))
    return with_part(bundle, SEGMENT_PART, parts, out, version, command)
