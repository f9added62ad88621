"""The largest part of a sample that has no gaps."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.intp]


def complete_block(present: ArrayLike) -> tuple[Indices, Indices]:
    """Specimens and landmarks that are left once no landmark is missing in any specimen.

    Step by step the specimen or landmark with the largest fraction of gaps goes, the landmark where
    both have as many, until there are none. Fractions are what makes one specimen without half of
    its landmarks go, and not half of the landmarks of all.

    Parameters
    ----------
    present : array_like of bool, shape (S, N)
        Which specimen has which landmark.

    Returns
    -------
    specimens, landmarks : ndarray of int
        Indices, ascending.
    """
    here = np.asarray(present, dtype=bool)
    specimens, landmarks = np.arange(here.shape[0]), np.arange(here.shape[1])
    while here.size and not here.all():
        rows, columns = 1 - here.mean(axis=1), 1 - here.mean(axis=0)
        if rows.max() > columns.max():
            keep = np.arange(len(rows)) != rows.argmax()
            here, specimens = here[keep], specimens[keep]
        else:
            keep = np.arange(len(columns)) != columns.argmax()
            here, landmarks = here[:, keep], landmarks[keep]
    return specimens, landmarks
