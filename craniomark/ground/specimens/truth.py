"""True landmarks of a specimen, from whichever file holds them."""

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens.label_image import label_centroids
from craniomark.ground.specimens.specimen import Specimen
from craniomark.ground.volumes import read_volume, volume_suffix


def read_truth(specimen: Specimen) -> LandmarkSet:
    """True landmarks of a specimen, LPS mm.

    Label images become centroids; other files are read by `craniomark.ground.landmarks`.

    Raises
    ------
    InputError
        If the specimen has none, or its file is not sound.
    """
    if specimen.landmarks is None:
        remedy = f"put {specimen.id}.mrk.json or {specimen.id}-LM.nii.gz beside it"
        raise InputError(specimen.path, "landmarks", "none", remedy)
    if volume_suffix(specimen.landmarks) is None:
        from craniomark.ground.landmarks import read_landmarks

        return read_landmarks(specimen.landmarks)
    # A label image is drawn on the scan, so a voxel size that corrects the scan's corrects its own.
    volume = read_volume(specimen.landmarks, spacing=specimen.spacing)
    return label_centroids(volume, specimen.landmarks)
