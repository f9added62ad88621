"""Quantile regression with weights that are not negative."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Array = NDArray[np.float64]


def fit_weights(rows: Array, errors: Array, level: float = 0.9, penalty: Array | None = None) -> Array:
    """Quantile regression (Koenker 1978) with weights that are not negative, by linear programming.

    Parameters
    ----------
    rows : ndarray, shape (N, W)
        Evidence.
    errors : ndarray, shape (N,)
        True errors, mm.
    level : float
        Quantile that is estimated.
    penalty : ndarray, shape (W,), optional
        Loss, mm, that each mm which a weight adds to the mean estimate costs (Belloni &
        Chernozhukov 2011), so that evidence which tells little is left out; by default none.

    Raises
    ------
    ValueError
        If the programme has no solution.
    """
    count, width = rows.shape
    price = np.zeros(width) if penalty is None else penalty * rows.sum(0)
    cost = np.concatenate([price, np.full(count, level), np.full(count, 1 - level)])
    equations = np.hstack([rows, np.eye(count), -np.eye(count)])
    result = linprog(cost, A_eq=equations, b_eq=errors, bounds=(0, None), method="highs")
    if not result.success:
        raise ValueError(f"the error estimate could not be fitted: {result.message}")
    return np.asarray(result.x[:width])
