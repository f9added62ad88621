"""Python, packages and Slicer: what is there in which version."""

import importlib
import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import craniomark
from craniomark.flows.doctor.check import Check

PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
NEEDED = {"numpy": "1.26", "scipy": "1.11", "torch": "2.10", "monai": "1.5", "safetensors": "0.4.3"}
HELPFUL = {
    "typer": "the command line",
    "rich": "progress and tables",
    "pooch": "downloads",
    "requests": "downloads",
    "matplotlib": "pictures and plots",
    "jinja2": "reports",
    "tifffile": "TIFF stacks",
    "SimpleITK": "DICOM, Scanco and writing volumes",
    "vtk": "surface meshes",
}
EXTRAS = {"trame-slicer": ("web", "the review in the browser")}
"""Packages that come with an extra of this one, which brings what they need."""


def software_checks() -> Iterator[Check]:
    """Check the library, Python, every package, and look for Slicer."""
    where = Path(craniomark.__file__).parent
    yield Check("CranioMark", "ok", f"{craniomark.__version__} in {where}")
    yield python_check(sys.version_info[:2])
    for name, least in NEEDED.items():
        yield needed_check(name, least)
    for name, use in HELPFUL.items():
        yield helpful_check(name, use)
    for name, (extra, use) in EXTRAS.items():
        yield helpful_check(name, use, f"craniomark[{extra}]")
    slicer = shutil.which("Slicer")
    told = slicer or "not on the search path of programs (it need not be)"
    yield Check("3D Slicer", "ok", told)


def python_check(version: tuple[int, ...]) -> Check:
    """Whether CranioMark runs on this version of Python."""
    value = f"{platform.python_version()} on {platform.platform(terse=True)}"
    if PYTHON_FROM <= version < PYTHON_BELOW:
        return Check("Python", "ok", value)
    return Check("Python", "bad", value, "Install Python 3.11, 3.12 or 3.13.")


def needed_check(name: str, least: str) -> Check:
    """Whether a package that prediction needs is there, recent enough, and can be imported."""
    found = installed(name)
    install = f'Install it: pip install "{name}>={least}".'
    if found is None:
        return Check(name, "bad", "missing", install)
    if numbers(found) < numbers(least):
        return Check(name, "bad", f"{found}, older than {least}", install)
    try:
        importlib.import_module(name)
    except Exception as error:  # a broken binary raises what it likes
        return Check(
            name, "bad", f"{found}, fails to import ({error})", f"Install it again: pip install -U {name}."
        )
    return Check(name, "ok", found)


def helpful_check(name: str, use: str, source: str = "") -> Check:
    """Whether a package that some commands need is there; `source` is what brings it, if not itself."""
    found = installed(name)
    if found is None:
        remedy = f'Install it: pip install "{source}".' if source else f"Install it: pip install {name}."
        return Check(name, "note", f"missing, needed for {use}", remedy)
    return Check(name, "ok", found)


def installed(name: str) -> str | None:
    """Installed version of a distribution, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def numbers(version: str) -> tuple[int, ...]:
    """Leading numbers of a version, e.g. ``2.13.0+cpu`` to (2, 13, 0)."""
    parts = []
    for part in version.split("+")[0].split("."):
        digits = ""
        for sign in part:
            if not sign.isdigit():
                break
            digits += sign
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)
