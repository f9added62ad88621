"""Ends of a run that are neither success nor failure."""


class Stopped(Exception):  # noqa: N818 - an ending, not an error
    """The run was asked to stop by its stop file."""


class Cancelled(Exception):  # noqa: N818 - an ending, not an error
    """A worker was told by its parent to drop what it does."""
