"""What orient and refine share: one scan and the model that fits it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from craniomark.flows.pipeline.request import Request
    from craniomark.ground.specimens import Specimen
    from craniomark.ground.volumes import Volume

MANY = "use process"
"""What does many scans at once."""


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
