"""One file from an address, kept only if its SHA-256 is the expected one."""

import logging
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.ground.checks import InputError, written_whole

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_OFFLINE = "check the network, or a proxy between, and try again"


def check_address(url: str) -> str:
    """The scheme of `url`: https, file, or http to this very machine.

    Raises
    ------
    InputError
        For any other address.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in ("https", "file") or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return parts.scheme
    raise InputError(
        url, "address", parts.scheme or "without a scheme", "give an https:// or file:// address"
    )


def remote_bytes(url: str, timeout: float = 20.0) -> int | None:
    """Length of what lies at `url`, bytes; None where the server doesn't tell.

    Raises
    ------
    InputError
        If it can't be reached.
    """
    if check_address(url) == "file":
        return _local(url).stat().st_size
    import requests

    with _told(url):
        answer = requests.head(url, timeout=timeout, allow_redirects=True)
        answer.raise_for_status()
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() and not answer.headers.get("Content-Encoding") else None


def download(url: str, target: Path, sha256: str, timeout: float = 30.0) -> Path:
    """Fetch `url` to `target` unless a right copy lies there already.

    Parameters
    ----------
    url : str
        https://, file://, or http:// to this machine.
    target : Path
        Written whole or not at all.
    sha256 : str
        Expected SHA-256, 64 hexadecimal digits.

    Raises
    ------
    InputError
        If it can't be reached or its SHA-256 differs.
    """
    if target.is_file() and file_sha256(target) == sha256:
        return target
    scheme = check_address(url)
    with written_whole(target) as temporary:
        if scheme == "file":
            shutil.copyfile(_local(url), temporary)
        else:
            _by_pooch(url, temporary, timeout)
        found = file_sha256(temporary)
        if found != sha256:
            value = f"{found[:12]}... instead of {sha256[:12]}..."
            remedy = "fetch it again; if it stays so, the file at its source has changed: tell its publisher"
            raise InputError(url, "SHA-256", value, remedy)
    return target


def _by_pooch(url: str, target: Path, timeout: float) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    with _told(url):
        pooch.HTTPDownloader(progressbar=False, timeout=timeout)(url, str(target), None)


def _local(url: str) -> Path:
    parts = urllib.parse.urlsplit(url)
    path = Path(urllib.request.url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_file():
        raise InputError(url, "file", "missing", "check the address")
    return path


@contextmanager
def _told(url: str) -> Iterator[None]:
    import requests

    try:
        yield
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        raise InputError(url, "server's answer", status, "check the address, or try again later") from error
    except requests.RequestException as error:
        raise InputError(url, "address", "not reachable", _OFFLINE) from error
