"""Geometry: rotations, fits, Procrustes superimposition, thin-plate splines, bilateral structure."""
