"""Specimens: which inputs are one, their ids, the files that belong to them."""

from craniomark.ground.specimens.find import companions_without, find_specimens, kind_of, specimen_at
from craniomark.ground.specimens.label_image import label_centroids
from craniomark.ground.specimens.names import (
    SCAN_SUFFIXES,
    SURFACE_SUFFIXES,
    known_extension,
    owner_id,
    specimen_id,
)
from craniomark.ground.specimens.scan import check_same_frame, landmarked, read_scan
from craniomark.ground.specimens.specimen import Kind, Specimen
from craniomark.ground.specimens.truth import read_truth

__all__ = [
    "SCAN_SUFFIXES",
    "SURFACE_SUFFIXES",
    "Kind",
    "Specimen",
    "check_same_frame",
    "companions_without",
    "find_specimens",
    "kind_of",
    "known_extension",
    "label_centroids",
    "landmarked",
    "owner_id",
    "read_scan",
    "read_truth",
    "specimen_at",
    "specimen_id",
]
