"""Families of the public mouse strains, and folds in which no relative is known.

A strain belongs to the families that it descends from; a hybrid of two inbred strains (F1) belongs to
both of its parents' families, also where a parent isn't among the models. Two strains are *related* when
they share a family. A relative among the atlases would flatter a method: a hybrid lies between its parents,
and sub-strains of one line differ less than two animals of most strains. So whatever predicts a strain must
not have seen a relative of it.

The families follow the origins of the laboratory strains (Beck et al. 2000, Nature Genetics 24, 23-25, and
the groups of Petkov et al. 2004, Genome Research 14, 1806-1811), drawn closely: sub-strains, sister strains
of one cross, and strains with half or more of their genome from one of these. Strains without such kin
among the models stand alone. Mice descending from recently caught wild ones are no close kin of one
another, but are taken together, since they are what laboratory strains tell least about; they are reported
apart.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_MEMBERS = {
    # The C57 lines from Lathrop's female 57; BLKS is three quarters B6.
    "C57": "C57BL6_J C57BL_10J C57BLKS C57L_J "
    "B6129PF1 B6129SF1 B6AF1_J B6C3F1 B6D2F1_J B6FVBF1 B6SJLF1",
    # The 129 lines, LP from the same stock of Dunn, and BTBR, whose nearest kin they are.
    "129": "129S1_SVIMJ 129X1_SVJ X129P3 LP BTBR_T_Itpr3tf_j B6129PF1 B6129SF1",
    # Bagg albinos, and A, half Bagg albino, of which only hybrids are here.
    "Bagg": "BALB_CBYJ BALB_CJ CAF1_J B6AF1_J",
    # Strong's crosses of a Bagg albino with DBA: sister strains.
    "C3H, CBA": "C3H_HEOUJ C3HeB CBA_CAJ CBA_J B6C3F1 C3D2F1",
    # Little's dilute browns, and I, which descends from them in part; DBA/2 is here in hybrids only.
    "DBA": "DBA_1J I B6D2F1_J C3D2F1",
    # The Swiss mice of Lynch, and those from the same import.
    "Swiss": "FVB_NJ SJL_J SWR BUB NOR B6FVBF1 B6SJLF1",
    "New Zealand": "NZB NZW_LACJ NZBWF1_J",
    # MRL is three quarters LG.
    "LG": "LG MRL_MPJ",
    "AKR": "AKR_J",
    "KK": "KK",
    "NU": "NU_J",
    "PL": "PL",
    "SM": "SM",
    "TALLYHO": "TALLYHO_JNGJ",
    "wild": "CAST_EIJ CZECHII MOLG PERC PWD SF SKIVE WSB",
}  # fmt: skip

FAMILIES: Mapping[str, tuple[str, ...]] = {name: tuple(ids.split()) for name, ids in _MEMBERS.items()}
WILD_DERIVED = FAMILIES["wild"]
STRAINS = tuple(sorted({strain for members in FAMILIES.values() for strain in members}))

_FOLDS = (
    ("C57 and 129", "C57BL6_J C57BL_10J C57BLKS C57L_J 129S1_SVIMJ 129X1_SVJ X129P3 LP BTBR_T_Itpr3tf_j "
     "B6129PF1 B6129SF1"),
    ("Bagg, C3H and DBA", "BALB_CBYJ BALB_CJ CAF1_J B6AF1_J C3H_HEOUJ C3HeB CBA_CAJ CBA_J DBA_1J I "
     "B6C3F1 B6D2F1_J C3D2F1"),
    ("Swiss", "FVB_NJ SJL_J SWR BUB NOR B6FVBF1 B6SJLF1"),
    ("New Zealand, LG and single strains",
     "NZB NZW_LACJ NZBWF1_J LG MRL_MPJ AKR_J KK NU_J PL SM TALLYHO_JNGJ"),
    ("wild-derived", " ".join(WILD_DERIVED)),
)  # fmt: skip
FOLD_NAMES = tuple(name for name, _ in _FOLDS)
FOLDS = len(_FOLDS)


def families_of(strain: str) -> tuple[str, ...]:
    """Families that a strain descends from."""
    return tuple(name for name, members in FAMILIES.items() if strain in members)


def related(one: str, other: str) -> bool:
    """Whether two strains share a family, or are the same."""
    return bool(set(families_of(one)) & set(families_of(other)))


def held_out(fold: int) -> tuple[str, ...]:
    """Strains that are tried in a fold; each strain is tried in one."""
    return tuple(sorted(_FOLDS[fold][1].split()))


def known(fold: int) -> tuple[str, ...]:
    """Strains that are unrelated to every one that the fold tries: what its bundle is made from."""
    tried = held_out(fold)
    return tuple(s for s in STRAINS if not any(related(s, one) for one in tried))


def fold_of(strain: str) -> int:
    """The fold that tries a strain."""
    return next(fold for fold in range(FOLDS) if strain in held_out(fold))


def forty(strain: str) -> tuple[str, ...]:
    """Atlases of a strain: all that are unrelated to it, forty at most."""
    return tuple(s for s in STRAINS if not related(s, strain))[:40]


def eight(fold: int, shapes: Mapping[str, NDArray[np.float64]]) -> tuple[str, ...]:
    """Eight atlases of a fold that stand for all that it knows.

    Medoids: each in turn is the one that lowers the sum of distances to the nearest chosen most (the first
    phase of Kaufman and Rousseeuw's PAM), by Procrustes distance of the landmarks. All methods get the same
    eight.

    Parameters
    ----------
    fold : int
        0 to ``FOLDS - 1``.
    shapes : mapping of str to ndarray, shape (L, 3)
        Landmarks by strain, in one order.
    """
    names = known(fold)
    distances = _procrustes_distances([shapes[name] for name in names])
    chosen: list[int] = []
    nearest = np.full(len(names), np.inf)
    for _ in range(8):
        totals = np.minimum(nearest[:, None], distances).sum(0)
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
        nearest = np.minimum(nearest, distances[:, chosen[-1]])
    return tuple(sorted(names[i] for i in chosen))


def _procrustes_distances(shapes: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    from craniomark.ground.geometry import generalised_procrustes

    aligned = generalised_procrustes(np.array(shapes)).aligned
    gaps: NDArray[np.float64] = np.linalg.norm(aligned[:, None] - aligned[None], axis=(-2, -1))
    return gaps
