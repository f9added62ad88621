"""Files below one folder, whatever a browser asks for."""

from pathlib import Path, PurePosixPath


def inside(folder: Path, asked: str) -> Path | None:
    """The regular file below `folder` that a path of an address names, or None.

    Links are followed, and what they lead to must lie below `folder` too. Hidden files, such as locks and
    files that are half written, are not given.

    Parameters
    ----------
    folder : Path
        Folder that nothing outside of may be reached.
    asked : str
        Path with forward slashes, as it came.
    """
    parts = PurePosixPath(asked).parts
    if not parts or any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    try:
        top = folder.resolve(strict=True)
        path = top.joinpath(*parts).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return path if path.is_relative_to(top) and path.is_file() else None
