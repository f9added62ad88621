"""Ends of a run that are neither success nor failure."""


class Stopped(Exception):
    """The run was asked to stop by its stop file."""


class Cancelled(Exception):
    """A worker was told by its parent to drop what it does."""
