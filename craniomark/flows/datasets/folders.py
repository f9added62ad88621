"""Where downloads and a user's own bundles lie."""

import os
import sys
from pathlib import Path


def user_data_folder() -> Path:
    """The folder for this user's data by the rules of the platform; it may not exist yet.

    ``$XDG_DATA_HOME/craniomark`` or ``~/.local/share/craniomark``; on macOS
    ``~/Library/Application Support/craniomark``; on Windows ``%LOCALAPPDATA%`` or ``%APPDATA%``.
    """
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.environ.get("APPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = os.environ.get("XDG_DATA_HOME") or home / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    return Path(base) / "craniomark"


def data_folder_given() -> Path | None:
    """The folder named by ``CRANIOMARK_DATA``, or None where it is unset or empty."""
    value = os.environ.get("CRANIOMARK_DATA", "").strip()
    return Path(value).expanduser() if value else None
