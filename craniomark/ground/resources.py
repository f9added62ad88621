"""Where the shipped models, configurations and icons lie."""

from importlib.resources import as_file, files
from pathlib import Path

from craniomark.ground.checks import InputError


def resource_folder() -> Path:
    """Return the folder that holds ``Models``, ``Configs`` and ``Icons``.

    An installed library carries it inside itself as ``craniomark/_resources``. In a source tree, and
    where Slicer runs the library from its source folder, it is ``Resources`` beside the library.

    Returns
    -------
    pathlib.Path
        An existing folder.

    Raises
    ------
    InputError
        If the library was copied without its resources.
    """
    library = Path(__file__).resolve().parent.parent
    installed = files("craniomark") / "_resources"
    if installed.is_dir():
        with as_file(installed) as folder:
            return folder
    beside = library.parent / "Resources"
    if beside.is_dir():
        return beside
    remedy = "install CranioMark again, or copy the folder Resources beside the folder craniomark"
    raise InputError(library, "folder of resources", "missing", remedy)
