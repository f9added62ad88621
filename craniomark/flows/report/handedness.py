"""Specimens whose asymmetry has the opposite sign of the cohort's: perhaps mirrored scans."""

from collections.abc import Sequence

import numpy as np

from craniomark.flows.report.collect import Result

FEWEST = 5
MOST_AT_ONCE = 150
_CLEAR = 0.25


def suspects(results: Sequence[Result]) -> list[str]:
    """Ids of specimens that may be mirrored, as their directional asymmetry disagrees with the others'.

    Nothing is said of fewer than `FEWEST` specimens, or where the cohort shares no clear direction.
    Large cohorts are looked at in parts of `MOST_AT_ONCE`.

    Parameters
    ----------
    results : sequence of Result
        Refused ones are passed over.
    """
    done = sorted((one for one in results if one.landmarks is not None), key=lambda one: one.record.id)
    parts = max(1, -(-len(done) // MOST_AT_ONCE))
    return sorted(name for first in range(parts) for name in _suspects_of(done[first::parts]))


def _suspects_of(done: Sequence[Result]) -> list[str]:
    from craniomark.ground.geometry.fits import apply
    from craniomark.ground.geometry.symmetry import directional_asymmetry_sign, find_bilateral_structure

    if len(done) < FEWEST:
        return []
    labels = list(dict.fromkeys(name for one in done if one.landmarks for name in one.landmarks.labels))
    shapes = np.array(
        [
            apply(np.array(one.record.specimen_to_template), one.landmarks.ordered(labels).points)
            for one in done
            if one.landmarks is not None
        ]
    )
    common = np.isfinite(shapes).all(axis=2).mean(axis=0) > 0.5
    try:
        mean = np.nanmean(shapes[:, common], axis=0)
        agreement = directional_asymmetry_sign(shapes[:, common], find_bilateral_structure(mean))
    except ValueError:
        return []
    if not np.median(agreement) > _CLEAR:
        return []
    return [one.record.id for one, value in zip(done, agreement, strict=True) if value < -_CLEAR]
