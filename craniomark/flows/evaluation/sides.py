"""Left and right of a sample: from a bundle, else from the points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.plain import NotEnough
from craniomark.ground.geometry import (
    BilateralStructure,
    find_bilateral_structure,
    generalised_procrustes,
    structure_of_pairs,
)

Array = NDArray[np.float64]
_FEWEST = 4


@dataclass(frozen=True)
class KnownSides:
    """Pairs and midline by label, as a bundle tells them.

    Attributes
    ----------
    pairs : tuple of (str, str)
        Labels of mirrored landmarks.
    midline : tuple of str
        Labels on the midline.
    source : str
        Whose word it is.
    """

    pairs: tuple[tuple[str, str], ...]
    midline: tuple[str, ...]
    source: str


@dataclass(frozen=True, eq=False)
class Sides:
    """Left/right structure of a part of a sample's landmarks.

    Attributes
    ----------
    kept : ndarray of int
        Indices of the landmarks that have a side or lie on the midline.
    structure : BilateralStructure
        Of these.
    source : str
        ``"found from the points"`` or the bundle's name.
    """

    kept: NDArray[np.intp]
    structure: BilateralStructure
    source: str


def sides_of(labels: Sequence[str], truth: Array, known: KnownSides | None) -> Sides:
    """Left/right structure of true shapes.

    Parameters
    ----------
    labels : sequence of str
        Of the N landmarks.
    truth : ndarray, shape (S, N, 3)
        Complete true shapes, mm.
    known : KnownSides or None
        What a bundle tells; pairs that are not whole here are left out.

    Raises
    ------
    NotEnough
        If there is no left and right.
    """
    mean = generalised_procrustes(truth).mean
    if known is None:
        try:
            found = find_bilateral_structure(mean)
        except ValueError as error:
            raise NotEnough(f"{error}; a bundle that names the pairs can be given.") from error
        pairs, midline, source = list(found.pairs), list(found.midline), "found from the points"
    else:
        at = {label: i for i, label in enumerate(labels)}
        pairs = [(at[a], at[b]) for a, b in known.pairs if a in at and b in at]
        midline, source = [at[label] for label in known.midline if label in at], known.source
    kept = np.array(sorted({i for pair in pairs for i in pair} | set(midline)), dtype=np.intp)
    if not pairs or len(kept) < _FEWEST:
        raise NotEnough(f"{source} tells too few pairs of these landmarks.")
    place = {int(i): j for j, i in enumerate(kept)}
    structure = structure_of_pairs(
        mean[kept], [(place[i], place[j]) for i, j in pairs], [place[i] for i in midline]
    )
    return Sides(kept, structure, source)
