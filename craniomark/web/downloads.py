"""Results and exports as downloads: ``download/PATH``, of files in the folder of results."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from craniomark.web.inside import inside

PREFIX = "download"


def link(file: Path, results: Path) -> str:
    """Address of a file of `results`, relative to the page.

    Raises
    ------
    ValueError
        If the file is not below `results`.
    """
    path = file.resolve().relative_to(results.resolve())
    return f"{PREFIX}/{quote(path.as_posix())}"


def add_route(app: Any, results: Path) -> None:
    """Let an aiohttp application give the files below `results`, to be saved and not shown."""
    from aiohttp import web

    async def download(request: Any) -> Any:
        path = inside(results, request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound(text="There is no such file among the results.\n")
        name = quote(path.name)
        return web.FileResponse(
            path,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
                "Content-Type": "application/octet-stream",
                "Cache-Control": "no-store",
            },
        )

    app.router.add_get(f"/{PREFIX}/{{path:.+}}", download)
