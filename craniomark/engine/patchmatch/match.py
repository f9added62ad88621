"""Patches of templates found again in a specimen, all landmarks and atlases in one batch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.patchmatch.correlation import correlation_maps
from craniomark.engine.patchmatch.posterior import Shift, expected_shift
from craniomark.engine.patchmatch.stage import Stage
from craniomark.engine.patchmatch.windows import cube, gaussian_window

_EDGE_MM = 0.15  # a start this far beyond the image may still lead to a point inside it
_FLAT = 0.02  # standard deviation, in units of bone brightness, that counts as empty


@dataclass(frozen=True, eq=False)
class Match:
    """Where the patches went, in the template's frame.

    Attributes
    ----------
    points : ndarray, shape (L, 3)
        Matched points, mm; the start where no shift within reach scores better.
    score : ndarray, shape (L,)
        Correlation at the matched points, mean over opinions.
    spread : ndarray, shape (L,)
        Width of the score's peak, mm, mean over opinions.
    disagreement : ndarray, shape (L,)
        Root mean squared distance, mm, of the opinions from their mean.
    moved : ndarray of bool, shape (L,)
        True where the shift was accepted.
    in_view : ndarray of bool, shape (L,)
        False where the image holds nothing to match.
    """

    points: NDArray[np.float64]
    score: NDArray[np.float64]
    spread: NDArray[np.float64]
    disagreement: NDArray[np.float64]
    moved: NDArray[np.bool_]
    in_view: NDArray[np.bool_]


def match(
    image: Image,
    template_to_specimen: NDArray[np.float64],
    start: NDArray[np.float64],
    templates: torch.Tensor,
    stage: Stage,
) -> Match:
    """Shift every landmark of `start` to where its templates fit best.

    The shift is the posterior mean under a Gaussian trust region, averaged over atlases and
    windows, and is taken only where the most probable shift scores better than none.

    Parameters
    ----------
    image : Image
        Specimen, blurred by ``stage.blur`` and scaled to bone brightness 1.
    template_to_specimen : ndarray, shape (4, 4)
        Similarity, template mm to specimen mm.
    start : ndarray, shape (L, 3)
        Landmarks in the template's frame, mm.
    templates : Tensor, shape (L, A, size, size, size)
        Patches about each landmark, from the template or from several atlases.
    stage : Stage
        Settings.
    """
    search, seen = _search_patches(image, template_to_specimen, start, stage)
    windows = [gaussian_window(stage.size, stage.spacing, s).to(search.device) for s in stage.sigmas]
    maps = torch.cat([correlation_maps(search, templates, w, _FLAT) for w in windows], dim=1)
    shift = expected_shift(maps, stage.spacing, stage.sharpness, stage.prior_sd)
    fused, disagreement = _consensus(shift)
    better = (shift.best_score.mean(1) > shift.start_score.mean(1)).cpu().numpy()
    in_view = (seen & _textured(search, windows[-1])).cpu().numpy()
    accepted = better & in_view
    points = start + np.where(accepted[:, None], fused.cpu().numpy().astype(np.float64), 0.0)
    score = np.where(better, _array(shift.score.mean(1)), _array(shift.start_score.mean(1)))
    return Match(points, score, _array(shift.spread.mean(1)), _array(disagreement), accepted, in_view)


def _search_patches(
    image: Image, template_to_specimen: NDArray[np.float64], start: NDArray[np.float64], stage: Stage
) -> tuple[torch.Tensor, torch.Tensor]:
    device = image.voxels.device
    place = torch.as_tensor(template_to_specimen, dtype=torch.float32, device=device)
    centres = torch.as_tensor(start, dtype=torch.float32, device=device) @ place[:3, :3].T + place[:3, 3]
    points = centres[:, None, None, None] + cube(stage.search_size, stage.spacing, device) @ place[:3, :3].T
    return image.at(points), image.inside(centres, _EDGE_MM)


def _textured(search: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    pad = (search.shape[-1] - window.shape[-1]) // 2
    middle = search[:, pad : pad + len(window), pad : pad + len(window), pad : pad + len(window)]
    mean = (window * middle).sum((1, 2, 3), keepdim=True)
    return (window * (middle - mean) ** 2).sum((1, 2, 3)) > _FLAT**2


def _consensus(shift: Shift) -> tuple[torch.Tensor, torch.Tensor]:
    fused = shift.mean.mean(1)
    return fused, ((shift.mean - fused[:, None]) ** 2).sum(-1).mean(1).sqrt()


def _array(values: torch.Tensor) -> NDArray[np.float64]:
    return values.cpu().numpy().astype(np.float64)
