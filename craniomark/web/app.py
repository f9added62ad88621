"""The application in the browser: what is built onto a trame server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Options:
    """How the application is used.

    Attributes
    ----------
    observer : str
        Name of the person who works; may be empty in a plain review.
    results : Path, optional
        Folder of results; else ``craniomark`` in the folder of scans.
    theme : {"system", "light", "dark"}
        Of the page at the beginning.
    threads : int
        Of the child that predicts; 0 lets it choose.
    """

    observer: str = ""
    results: Path | None = None
    theme: str = "system"
    threads: int = 0


class App:
    """The application of one server, shown by `build`.

    Attributes
    ----------
    root : Path
        Folder of which files may be opened, and into which uploads go.
    results : Path
        Folder of results, sessions and exports.
    """

    def __init__(self, server: Any, source: Path, options: Options) -> None:
        self.server, self.options = server, options
        self.source = Path(source)
        self.root = self.source if self.source.is_dir() else self.source.parent
        self.results = options.results or self.root / "craniomark"

    def state_for_tests(self) -> dict[str, Any]:
        """Scene and session as plain values, for tests that look from outside."""
        return {}

    def open_file(self, path: Path) -> None:
        """Open a scan or surface below `root`, such as one that was uploaded; adds it to the worklist."""

    def close(self) -> None:
        """End the review, which is saved, and the child."""


def build(server: Any, source: Path, options: Options | None = None) -> App:
    """Build the application onto a trame server that has not started yet.

    Parameters
    ----------
    server : trame server
        As `trame.app.get_server` makes it.
    source : Path
        A scan, a surface, or a folder of them.
    options : Options, optional

    Returns
    -------
    App

    Raises
    ------
    InputError
        If there is nothing to open, or the extra ``web`` is not installed.
    """
    return App(server, source, options or Options())
