"""Self-similarity descriptors, which compare images of different kinds."""

from itertools import combinations

import torch

from craniomark.parts.losses.boxes import box_means, shifted


def mind_loss(
    warped: torch.Tensor, fixed: torch.Tensor, size: int = 3, distance: int = 2, floor: float = 1e-3
) -> torch.Tensor:
    """Mean squared difference of descriptors, 0 to 1.

    Parameters
    ----------
    warped, fixed : Tensor, shape (B, 1, *grid)
        Of about unit brightness.
    size, distance, floor
        As `mind`.
    """
    return (mind(warped, size, distance, floor) - mind(fixed, size, distance, floor)).square().mean()


def mind(image: torch.Tensor, size: int = 3, distance: int = 2, floor: float = 1e-3) -> torch.Tensor:
    """Self-similarity context (Heinrich et al. 2013, doi 10.1007/978-3-642-40811-3_24).

    How like one another the patches beside a voxel are that lie at right angles as seen from it. Neither
    gain nor turned-over contrast changes it, where bright parts stand well above `floor`.

    Parameters
    ----------
    image : Tensor, shape (B, 1, *grid)
        In two dimensions (4 channels come of it) or three (12).
    size : int
        Odd edge of the patches, voxels.
    distance : int
        From the voxel to the patches, voxels.
    floor : float
        Mean squared difference that counts as none, in squares of the image's units.

    Returns
    -------
    Tensor, shape (B, N, *grid)
        0 to 1; 1 for the pair of patches that are most alike.
    """
    unlike = []
    for first, second in _pairs(image.ndim - 2, distance):
        unlike.append((shifted(image, first) - shifted(image, second)).square())
    means = box_means(torch.cat(unlike, 1), size, image.ndim - 2)
    means = means - means.amin(1, keepdim=True)
    scale = means.mean(1, keepdim=True) + floor
    return torch.exp(-means / scale)


def _pairs(dims: int, distance: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Neighbours along the axes, two by two, but those opposite one another."""
    neighbours = [
        tuple(sign * distance * (axis == other) for other in range(dims))
        for axis in range(dims)
        for sign in (1, -1)
    ]
    return [(a, b) for a, b in combinations(neighbours, 2) if any(x + y for x, y in zip(a, b, strict=True))]
