"""How well patches are told that were not learnt from."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.tasks.segment.samples import Samples

Predict = Callable[[torch.Tensor], torch.Tensor]
_SEED = 20_250
_SHOWN = 4


def figures(predict: Predict, changed: Samples, clean: Samples) -> dict[str, float]:
    """1 - Dice coefficient, all patches as one.

    Parameters
    ----------
    predict : callable
        From images, (B, 1, I, J, K), to the probability of bone.
    changed, clean : Samples
        Patches with faults and without; their batch is how many are tried.

    Returns
    -------
    dict
        ``changed`` and ``clean``.
    """
    return {"changed": _off(predict, changed), "clean": _off(predict, clean)}


def picture(predict: Predict, samples: Samples) -> NDArray[np.uint8]:
    """Middle sections: patches above, what is told below, truth at the bottom; shape (H, W, 3)."""
    tensors, _ = samples.draw(_SEED, 0)
    told = predict(tensors["images"][:_SHOWN])
    rows = (tensors["images"][:_SHOWN].clamp(0, 1.5) / 1.5, told, tensors["masks"][:_SHOWN].float())
    middle = told.shape[-1] // 2
    lines = [torch.cat(list(row[:, 0, :, :, middle]), dim=1) for row in rows]
    grey = (torch.cat(lines) * 255).round().to(torch.uint8).cpu().numpy()
    return np.repeat(grey[..., None], 3, axis=2)


def _off(predict: Predict, samples: Samples) -> float:
    tensors, _ = samples.draw(_SEED, 0)
    shared = both = 0
    for image, mask in zip(tensors["images"], tensors["masks"], strict=True):
        told, true = predict(image[None])[0] >= 0.5, mask > 0
        shared += int((told & true).sum())
        both += int(told.sum()) + int(true.sum())
    return 1 - 2 * shared / both if both else 0.0
