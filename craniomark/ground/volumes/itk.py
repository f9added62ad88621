"""SimpleITK, where it is installed, kept quiet and made to fail in sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any

from craniomark.ground.checks import InputError


@contextmanager
def quiet_itk(path: str | PathLike[str], failure: str, remedy: str) -> Iterator[Any]:
    """Yield the SimpleITK module; its warnings are silent and its errors become InputError.

    Parameters
    ----------
    path : path
        Named in errors.
    failure : str
        What is wrong when SimpleITK raises, e.g. ``"not a DICOM series"``.
    remedy : str
        What the user can do then.

    Raises
    ------
    InputError
        If SimpleITK is missing or raises.
    """
    try:
        import SimpleITK as sitk
    except ImportError as error:
        remedy = 'install it: pip install "craniomark[standalone]"'
        raise InputError(path, "file type", "one that needs SimpleITK", remedy) from error
    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.GlobalWarningDisplayOff()
    try:
        yield sitk
    except RuntimeError as error:
        raise InputError(path, "content", failure, remedy) from error
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)
