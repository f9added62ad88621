"""Landmarks out of a label image: label value k is landmark "k"."""

from os import PathLike

import numpy as np

from craniomark.ground.checks import InputError, limits
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes.volume import Volume


def label_centroids(volume: Volume, path: str | PathLike[str] = "label image") -> LandmarkSet:
    """Centroid of each label in physical space.

    Parameters
    ----------
    volume : Volume
        Whole numbers; 0 is background, label value k is landmark "k".
    path : path, optional
        Named in errors.

    Returns
    -------
    LandmarkSet
        In the order of label values, LPS mm.

    Raises
    ------
    InputError
        If there is no label, a value is negative or no whole number, or the labels are too many.
    """
    index = np.nonzero(volume.array)
    values = volume.array[index]
    if values.size == 0:
        raise InputError(path, "labels", "none", "give a label image with a value for each landmark")
    if not np.array_equal(values, np.rint(values)) or values.min() < 0:
        remedy = "label values are whole numbers from 1 on; give a label image and not a scan"
        raise InputError(path, "labels", "negative or no whole numbers", remedy)
    labels, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(labels) > limits.MOST_LABELS:
        raise InputError(path, "labels", f"{len(labels)} in number", "give a label image and not a scan")
    place = place.ravel()
    centroids = np.stack([np.bincount(place, axis) / counts for axis in index], axis=1)
    return LandmarkSet(tuple(str(int(label)) for label in labels), volume.to_lps(centroids))
