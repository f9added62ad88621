"""Landmarks: placed by patch matching on a shape model, with an error estimate for each."""
