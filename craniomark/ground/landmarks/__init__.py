"""Landmarks: named points in LPS millimetres, and every file format that holds them."""

from craniomark.ground.landmarks.landmark_set import Annotation, LandmarkSet

__all__ = ["Annotation", "LandmarkSet"]
