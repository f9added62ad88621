"""Public sample data, downloads that are checked, and checks of landmarked datasets."""
