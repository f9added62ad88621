"""Procrustes analysis of variance: individuals, sides and methods."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from craniomark.ground.geometry.bootstrap import jackknife_interval
from craniomark.ground.geometry.permutation import permutation_p
from craniomark.ground.geometry.procrustes import centroid_size, generalised_procrustes
from craniomark.ground.geometry.symmetry import BilateralStructure

Array = NDArray[np.float64]
Sums = dict[str, float]

INDIVIDUAL, SIDE, FLUCTUATING = "individual", "side", "individual x side"
METHOD, RESIDUAL = "method", "residual"
_NOTHING = 1e-20  # of the total: rounding


@dataclass(frozen=True)
class AnovaRow:
    """One source of variation.

    Attributes
    ----------
    source : str
        ``individual``, ``side``, ``individual x side``, ``method`` or ``residual``.
    sum_of_squares, mean_square : float
        Of Procrustes coordinates at unit centroid size, summed over configurations, and the same by
        degrees of freedom; no unit.
    df : int
        Degrees of freedom in shape space.
    r2 : float
        Share of the total sum of squares.
    f : float
        Mean square over that of the effect's error term; NaN for the residual and where that is 0.
    p : float
        By permutation.
    p_parametric : float
        Of Goodall's F test, which takes landmarks as isotropic and independent.
    """

    source: str
    sum_of_squares: float
    df: int
    mean_square: float
    r2: float
    f: float
    p: float
    p_parametric: float


@dataclass(frozen=True, eq=False)
class ProcrustesAnova:
    """Table of a Procrustes analysis of variance.

    Attributes
    ----------
    rows : tuple of AnovaRow
        By source; the residual is last.
    repeatability : float
        Intraclass correlation: share of the variance of one configuration that is of the individual
        (Arbour & Brown 2014; Fruciano 2016); 1 where methods agree wholly.
    symmetric, asymmetric : ndarray, shape (S, M, N, 3)
        Components in the common frame, unit centroid size; `asymmetric` is 0 without sides.
    """

    rows: tuple[AnovaRow, ...]
    repeatability: float
    symmetric: Array
    asymmetric: Array

    def row(self, source: str) -> AnovaRow:
        """The row of a source.

        Raises
        ------
        KeyError
            If there is none.
        """
        for row in self.rows:
            if row.source == source:
                return row
        raise KeyError(source)


def procrustes_anova(
    shapes: ArrayLike,
    rng: np.random.Generator,
    structure: BilateralStructure | None = None,
    draws: int = 999,
) -> ProcrustesAnova:
    """Split the variation of shape into individuals, sides, methods and what is left.

    Every specimen was landmarked once by each method (or observer, or session). All configurations
    are superimposed together, with scaling. Without a structure the sources are individual, method
    and residual (Goodall 1991). With one, each configuration is joined by its mirrored and
    relabelled copy: the symmetric component tells the individuals, the asymmetric one the sides
    (directional asymmetry) and individual by side (fluctuating asymmetry); these three follow
    Klingenberg & McIntyre (1998) and, for object symmetry, Klingenberg, Barluenga & Meyer (2002).
    Each configuration counts once, so that both tables have the same total.

    Individual and side are tested against individual by side where there are sides; all else
    against the residual. Permutations: individuals are exchanged within each method; the asymmetric
    component of an individual changes sign; asymmetric components are exchanged between individuals
    within each method; methods are exchanged within each individual.

    Parameters
    ----------
    shapes : array_like, shape (S, M, N, 3)
        S specimens, M methods, N landmarks, mm; nothing may be missing (see `complete_block`).
    rng : numpy.random.Generator
        Source of the permutations.
    structure : BilateralStructure, optional
        Pairs and midline of all N landmarks; none may be unpaired.
    draws : int
        Permutations for each effect.

    Returns
    -------
    ProcrustesAnova

    Raises
    ------
    ValueError
        If the array is not as said, has fewer than two specimens, two methods or four landmarks, or
        a landmark that is unpaired.
    """
    x = _checked(shapes, structure)
    symmetric, asymmetric = _components(x, structure)
    sums = _sums(symmetric, asymmetric)
    n, m, landmarks = x.shape[:3]
    df = _degrees_of_freedom(n, m, landmarks, structure)
    p = _permutation_ps(symmetric, asymmetric, structure is not None, df, draws, rng)
    total = sum(sums.values())
    sums = {source: value if value > _NOTHING * total else 0.0 for source, value in sums.items()}
    rows = tuple(_row(source, sums, df, total, p) for source in df)
    return ProcrustesAnova(rows, _repeatability(sums, df, m), symmetric, asymmetric)


def repeatability_interval(found: ProcrustesAnova, level: float = 0.95) -> tuple[float, float]:
    """Jackknife interval of the repeatability over individuals (Arvesen & Schmitz 1970).

    The figure that is jackknifed is the logarithm of the mean square among individuals by that
    within them. NaN with two individuals, or where nothing varies within them.
    """
    s, a = found.symmetric, found.asymmetric
    n, m = s.shape[:2]
    rest = [np.arange(n) != i for i in range(n)]
    if n < 3 or found.row(METHOD).sum_of_squares + found.row(RESIDUAL).sum_of_squares == 0:
        return float("nan"), float("nan")
    ends = jackknife_interval(_log_ratio(s, a), [_log_ratio(s[keep], a[keep]) for keep in rest], level)
    low, high = (float((np.exp(end) - 1) / (np.exp(end) + m - 1)) for end in ends)
    return low, high


def _log_ratio(s: Array, a: Array) -> float:
    """Logarithm of the mean squares among by within individuals; dimensions cancel out."""
    n, m = s.shape[:2]
    sums = _sums(s, a)
    among = (sums[INDIVIDUAL] + sums[FLUCTUATING]) / (n - 1)
    within = (sums[METHOD] + sums[RESIDUAL]) / (n * (m - 1))
    return float(np.log(among / within)) if among > 0 and within > 0 else float("nan")


def _checked(shapes: ArrayLike, structure: BilateralStructure | None) -> Array:
    x = np.asarray(shapes, dtype=np.float64)
    if x.ndim != 4 or x.shape[3] != 3:
        raise ValueError(f"shapes must be an array of shape (S, M, N, 3), not {x.shape}")
    if x.shape[0] < 2 or x.shape[1] < 2 or x.shape[2] < 4:
        counts = "{} specimens, {} methods and {} landmarks".format(*x.shape[:3])
        raise ValueError(f"two specimens, two methods and four landmarks are needed, not {counts}")
    if not np.isfinite(x).all():
        raise ValueError("no landmark may be missing")
    if structure is not None and (structure.unpaired or len(structure.mean) != x.shape[2]):
        raise ValueError("every landmark must be paired or on the midline")
    return x


def _components(x: Array, structure: BilateralStructure | None) -> tuple[Array, Array]:
    flat = x.reshape(-1, *x.shape[2:])
    if structure is None:
        found = generalised_procrustes(flat)
        return _unit(found.aligned, found.mean).reshape(x.shape), np.zeros_like(x)
    mirrored = (flat * np.array([-1.0, 1.0, 1.0]))[:, structure.partner]
    found = generalised_procrustes(np.concatenate([flat, mirrored]))
    given, reflected = np.split(_unit(found.aligned, found.mean), 2)
    return ((given + reflected) / 2).reshape(x.shape), ((given - reflected) / 2).reshape(x.shape)


def _unit(aligned: Array, mean: Array) -> Array:
    return aligned / centroid_size(mean)


def _sums(s: Array, a: Array) -> Sums:
    """Sums of squares of the symmetric and asymmetric components, shape (S, M, N, 3)."""
    n, m = s.shape[:2]
    si, sm, s0 = s.mean(axis=1), s.mean(axis=0), s.mean(axis=(0, 1))
    ai, am, a0 = a.mean(axis=1), a.mean(axis=0), a.mean(axis=(0, 1))
    left = _squares(s - si[:, None] - sm + s0) + _squares(a - ai[:, None] - am + a0)
    return {
        INDIVIDUAL: m * _squares(si - s0),
        SIDE: n * m * _squares(a0),
        FLUCTUATING: m * _squares(ai - a0),
        METHOD: n * (_squares(sm - s0) + _squares(am - a0)),
        RESIDUAL: left,
    }


def _squares(x: Array) -> float:
    return float(np.sum(x * x))


def _degrees_of_freedom(
    n: int, m: int, landmarks: int, structure: BilateralStructure | None
) -> dict[str, int]:
    q = 3 * landmarks - 7
    if structure is None:
        return {INDIVIDUAL: (n - 1) * q, METHOD: (m - 1) * q, RESIDUAL: (n - 1) * (m - 1) * q}
    asymmetric = 3 * len(structure.pairs) + len(structure.midline) - 3
    return {
        INDIVIDUAL: (n - 1) * (q - asymmetric),
        SIDE: asymmetric,
        FLUCTUATING: (n - 1) * asymmetric,
        METHOD: (m - 1) * q,
        RESIDUAL: (n - 1) * (m - 1) * q,
    }


def _error_of(source: str, has_sides: bool) -> str | None:
    if source == RESIDUAL:
        return None
    return FLUCTUATING if has_sides and source in (INDIVIDUAL, SIDE) else RESIDUAL


def _row(source: str, sums: Sums, df: dict[str, int], total: float, p: dict[str, float]) -> AnovaRow:
    mean = sums[source] / df[source] if df[source] else float("nan")
    error = _error_of(source, SIDE in df)
    f = parametric = float("nan")
    if error and df[error] and sums[error] > 0:
        f = mean / (sums[error] / df[error])
        parametric = float(fdtrc(df[source], df[error], f))
    r2 = sums[source] / total if total > 0 else float("nan")
    return AnovaRow(source, sums[source], df[source], mean, r2, f, p.get(source, float("nan")), parametric)


def _permutation_ps(
    s: Array, a: Array, has_sides: bool, df: dict[str, int], draws: int, rng: np.random.Generator
) -> dict[str, float]:
    permuted: dict[str, Callable[[], tuple[Array, Array]]] = {
        INDIVIDUAL: lambda: (_between(s, rng), a),
        METHOD: lambda: _methods_exchanged(s, a, rng),
    }
    if has_sides:
        permuted[SIDE] = lambda: (s, a * rng.choice([-1.0, 1.0], size=(len(a), 1, 1, 1)))
        permuted[FLUCTUATING] = lambda: (s, _between(a, rng))
    found = {}
    for source, make in permuted.items():
        error = _error_of(source, has_sides)
        assert error is not None
        observed = _ratio(_sums(s, a), source, error)
        values = [_ratio(_sums(*make()), source, error) for _ in range(draws)]
        found[source] = permutation_p(observed, values) if df[error] else float("nan")
    return found


def _ratio(sums: Sums, source: str, error: str) -> float:
    """Monotone in F, and defined where nothing is left: source / (source + error)."""
    both = sums[source] + sums[error]
    total = sum(sums.values())
    return sums[source] / both if both > _NOTHING * total else 0.0


def _between(x: Array, rng: np.random.Generator) -> Array:
    """Individuals exchanged within each method; the first method stays."""
    n, m = x.shape[:2]
    return np.stack([x[:, 0], *(x[rng.permutation(n), j] for j in range(1, m))], axis=1)


def _methods_exchanged(s: Array, a: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    n, m = s.shape[:2]
    order = rng.permuted(np.tile(np.arange(m), (n, 1)), axis=1)
    rows = np.arange(n)[:, None]
    return s[rows, order], a[rows, order]


def _repeatability(sums: Sums, df: dict[str, int], m: int) -> float:
    among = sums[INDIVIDUAL] + (sums[FLUCTUATING] if SIDE in df else 0.0)
    among_df = df[INDIVIDUAL] + df.get(FLUCTUATING, 0)
    within = (sums[METHOD] + sums[RESIDUAL]) / (df[METHOD] + df[RESIDUAL])
    variance = (among / among_df - within) / m
    return float(variance / (variance + within)) if variance + within > 0 else float("nan")
