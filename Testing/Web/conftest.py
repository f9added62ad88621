"""Real chromium on the real server; in a process of their own, as trame keeps much of itself per process."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from harness import Server  # noqa: E402

CHROMIUM = os.environ.get("CRANIOMARK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
HARMLESS = ("ResizeObserver loop",)


def _missing() -> str:
    """Why there can be no tests here; empty where there can."""
    lacking = [name for name in ("playwright", "trame", "trame_slicer") if find_spec(name) is None]
    if lacking:
        return f"not installed: {', '.join(lacking)}"
    return "" if CHROMIUM else "no chromium was found"


MISSING = _missing()
if MISSING:
    if os.environ.get("CI") and sys.version_info < (3, 13):  # for which there is no slicer-core
        raise RuntimeError(f"the tests in the browser can not run: {MISSING}")
    collect_ignore_glob = ["test_*"]


def pytest_report_header() -> str:
    """Say why there are no tests."""
    return f"tests in the browser are left out: {MISSING}" if MISSING else f"in {CHROMIUM}"


@pytest.fixture(scope="session", autouse=True)
def _private_user_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the models and sessions of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("user")))
        patch.delenv("CRANIOMARK_MODELS", raising=False)
        patch.delenv("DISPLAY", raising=False)
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real mouse CTs; skip where there is none."""
    folder = Path(os.environ.get("CRANIOMARK_DATA") or "/nowhere") / "mmllm"
    if not any(folder.glob("*-LM.nii.gz")):
        pytest.skip("no CTs below CRANIOMARK_DATA: no real specimens here")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start chromium, once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
        yield started
        started.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    started: list[Server] = []

    def start(source: Path, **how: Any) -> Server:
        server = Server(source, **how)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def open_tab(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open tabs, of which none may ask another host, and none may fail without a word of the test."""
    contexts, outside, failed, expected = [], [], [], list(HARMLESS)

    def opened(address: str, *, context: Any = None, width: int = 1280, height: int = 800, **how: Any) -> Any:
        context = context or browser.new_context(viewport={"width": width, "height": height}, **how)
        if context not in contexts:
            contexts.append(context)
        page = context.new_page()
        own = urlsplit(address).netloc

        def asked(url: str) -> None:
            parts = urlsplit(url)
            if parts.netloc != own and parts.scheme not in ("data", "blob", "about"):
                outside.append(url)

        def said(line: Any) -> None:
            if line.type == "error":
                failed.append(f"{line.text} {line.location}")

        page.on("request", lambda request: asked(request.url))
        page.on("websocket", lambda line: asked(line.url))
        page.on("pageerror", lambda error: failed.append(f"{error}"))
        page.on(
            "console",
            lambda line: failed.append(f"{line.text} {line.location}") if line.type == "error" else 0,
        )
        page.goto(address)
        return page

    def failed_may_come(*parts: str) -> None:
        """From now on lines of the console with one of these parts are no failure; without parts, all."""
        expected.extend(parts or ("",))

    opened.failed_may_come = failed_may_come
    yield opened
    for context in contexts:
        context.close()
    assert outside == [], "the page asked another host"
    assert [line for line in failed if not any(part in line for part in expected)] == []


@pytest.fixture
def tiny_scan(tmp_path: Path) -> Path:
    """Write a small scan of a hollow ball of bone with predicted points on it, in a folder of its own."""
    from balls import write_ball

    return write_ball(tmp_path / "scans", "ball")
