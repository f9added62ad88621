"""Pictures of panels as Slicer shows them."""

from pathlib import Path
from typing import Any


def grab(widget: Any, path: Path | str, *_size: Any) -> Path:
    """Write a picture of a widget as PNG."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not widget.grab().save(str(path)):
        raise OSError(f"{path} could not be written")
    return path
