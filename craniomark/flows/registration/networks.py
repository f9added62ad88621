"""Networks that start registrations, where a bundle has them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.registration.methods import Options

Proposer = Callable[[Image, Image], NDArray[np.float64]]


def affine_network(options: Options) -> Proposer | None:  # noqa: ARG001
    """What proposes affine maps, fixed mm to moving mm; None where no bundle has such a network."""
    return None
