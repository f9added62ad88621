"""Bone masks beside the landmarks of a cohort."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from craniomark.flows.pipeline.model import chosen_device
from craniomark.flows.segmentation.model import chosen_network
from craniomark.flows.segmentation.run import bone_mask
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, write_volume
from craniomark.tasks.segment.network import SegmentNetwork


@lru_cache(maxsize=1)
def network_beside(model: str | None, device: str) -> SegmentNetwork:
    """The network of bone masks of the model that answers, or else of the only one installed that has one.

    It is kept from one specimen to the next.

    Parameters
    ----------
    model : str or None
        As ``craniomark process`` takes it.
    device : {"auto", "cpu", "cuda"}
        Where it goes.

    Raises
    ------
    InputError
        If there is none.
    """
    wanted = chosen_device(device)
    try:
        return chosen_network(model, wanted)[0]
    except InputError as error:
        if model is None or error.field != "bone mask":
            raise
    return chosen_network(None, wanted)[0]


def write_mask_beside(volume: Volume, path: Path, out: Path, network: SegmentNetwork) -> None:
    """Write the bone mask of a scan that was read: 1 is bone, 0 is not.

    Raises
    ------
    InputError
        If the scan shows nothing, or the mask can't be written.
    """
    mask = np.zeros(volume.shape, dtype=np.uint8)
    bone_mask(volume, network, mask, path, out.parent)
    write_volume(Volume(mask, volume.matrix, volume.left_right_known), out)
