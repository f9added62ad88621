"""What orient and refine share: one scan and the model that fits it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.flows.pipeline.request import Request
    from craniomark.ground.specimens import Specimen
    from craniomark.ground.volumes import Volume


def only_specimen(path: Path) -> "Specimen":
    """The one specimen at `path`.

    Raises
    ------
    InputError
        If there is none or several.
    """
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens([path])
    if len(specimens) != 1:
        raise InputError(path, "number of specimens", len(specimens), "give a single scan, or use process")
    return specimens[0]


def volume_of(specimen: "Specimen", request: "Request") -> "Volume":
    """The scan of `specimen`.

    Raises
    ------
    InputError
        If it is a mesh or can't be read.
    """
    from craniomark.flows.pipeline.specimen_run import read_specimen

    return read_specimen(specimen, request)


def model_for(specimen: "Specimen", volume: "Volume", request: "Request") -> Any:
    """The loaded model that fits.

    Raises
    ------
    InputError
        If none fits or several do.
    """
    from craniomark.flows.pipeline.predictor import BundlePredictor

    return BundlePredictor(request).model_for(specimen, volume)[0]


def check_out(path: Path, *written_from: Path) -> None:
    """Raise InputError before anything is computed if `path` can't be written or is an input."""
    from craniomark.flows.pipeline.outputs import check_writable

    if path.is_dir():
        raise InputError(path, "output file", "a folder", "give the name of a file")
    for source in written_from:
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(path, "output file", "an input", "give another name, so that the input stays")
    check_writable(path.parent)
