"""Landmarks: named points in LPS millimetres, and every file format that holds them."""

from craniomark.ground.landmarks.files import (
    FORMATS,
    detect_format,
    read_cohort,
    read_landmarks,
    specimen_of,
    write_cohort,
    write_landmarks,
)
from craniomark.ground.landmarks.landmark_set import Annotation, LandmarkSet

__all__ = [
    "FORMATS",
    "Annotation",
    "LandmarkSet",
    "detect_format",
    "read_cohort",
    "read_landmarks",
    "specimen_of",
    "write_cohort",
    "write_landmarks",
]
