"""Registration in several steps: a registration is a function of two images that answers a map.

Places are shares of the image, 0 to 1 along each of its axes, in tensors of shape (B, D, *grid). A
registration ``f`` holds to ``A(f(A, B)(x)) = B(x)`` as well as it can: `A` moves, `B` is fixed.
"""

from craniomark.tasks.regnet.steps.maps import (
    Map,
    Registration,
    downsample,
    leaf,
    repeated,
    sampled,
    seen_through,
    still_places,
    two_step,
)
from craniomark.tasks.regnet.steps.regularisers import (
    diffusion,
    gradient_inverse_consistency,
    inverse_consistency,
)

__all__ = [
    "Map",
    "Registration",
    "diffusion",
    "downsample",
    "gradient_inverse_consistency",
    "inverse_consistency",
    "leaf",
    "repeated",
    "sampled",
    "seen_through",
    "still_places",
    "two_step",
]
