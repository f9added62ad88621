"""Sample data brought into the user's data folder, found there, and deleted again."""

import shutil
import urllib.parse
from collections.abc import Callable, Iterable
from pathlib import Path

from craniomark.flows.datasets.download import download
from craniomark.flows.datasets.folders import data_folder_given, user_data_folder
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.datasets.registry import SampleData
from craniomark.ground.checks import InputError

Told = Callable[[str, int, int], None]
"""Called after each file with its name, how many are done, and how many there are."""


def fetched_folder(data: SampleData) -> Path:
    """Where `data` is put when it is fetched."""
    return user_data_folder() / "data" / data.name


def data_folder(data: SampleData) -> Path | None:
    """Where `data` lies: below ``CRANIOMARK_DATA`` if it is there, else fetched; None if nowhere."""
    given = data_folder_given()
    for folder in (given / data.name if given else None, fetched_folder(data)):
        if folder and folder.is_dir() and any((folder / name).is_file() for name in data.files):
            return folder
    return None


def missing_files(data: SampleData, names: Iterable[str] | None = None) -> list[str]:
    """Files of `data` (or of `names`) that would have to be downloaded."""
    folder = fetched_folder(data)
    wanted = data.files if names is None else names
    return [name for name in wanted if not (folder / name).is_file()]


def fetch_data(data: SampleData, names: Iterable[str] | None = None, told: Told | None = None) -> Path:
    """Download files of `data` that are not there yet, each checked by its SHA-256.

    Parameters
    ----------
    data : SampleData
        From the registry.
    names : iterable of str, optional
        Only these files.
    told : callable, optional
        Hears of each file.

    Returns
    -------
    Path
        The folder that holds them; below ``CRANIOMARK_DATA`` if all are there already.

    Raises
    ------
    InputError
        If a file can't be reached or differs from its SHA-256.
    """
    wanted = list(data.files if names is None else names)
    given = data_folder_given()
    if given and wanted and all((given / data.name / name).is_file() for name in wanted):
        return given / data.name
    folder = fetched_folder(data)
    for done, name in enumerate(wanted, start=1):
        file = data.files[name]
        download(urllib.parse.urljoin(data.base_url, file.url), folder / name, file.sha256)
        if told:
            told(name, done, len(wanted))
    return folder


def changed_files(data: SampleData, folder: Path) -> dict[str, str]:
    """Files of `data` in `folder` that are ``missing`` or ``changed``, by name."""
    problems = {}
    for name, file in data.files.items():
        path = folder / name
        if not path.is_file():
            problems[name] = "missing"
        elif path.stat().st_size != file.bytes or file_sha256(path) != file.sha256:
            problems[name] = "changed"
    return problems


def delete_data(data: SampleData) -> Path:
    """Remove fetched files of `data`; what lies below ``CRANIOMARK_DATA`` is left alone.

    Raises
    ------
    InputError
        If nothing was fetched.
    """
    folder = fetched_folder(data)
    if not folder.is_dir():
        raise InputError(data.name, "data set", "not fetched", "there is nothing to delete")
    shutil.rmtree(folder)
    return folder
