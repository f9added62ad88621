"""How the application in the browser is used."""

from dataclasses import dataclass
from pathlib import Path

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Options:
    """How the application is used.

    Attributes
    ----------
    observer : str
        Name of the person who works; may be empty in a plain review.
    results : Path, optional
        Folder of results; else ``craniomark`` in the folder of scans, or that folder itself where it holds
        results.
    theme : {"system", "light", "dark"}
        Of the page at the beginning.
    threads : int
        Of the child that predicts; 0 lets it choose.
    """

    observer: str = ""
    results: Path | None = None
    theme: str = "system"
    threads: int = 0

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise ValueError(f"theme is {self.theme!r}: choose one of {', '.join(THEMES)}")
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}: give 0 or more")
