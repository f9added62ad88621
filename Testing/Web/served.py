"""The server in a process of its own, as the command starts it, with one route more: what it holds."""

import json
import sys
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError
from craniomark.web.app import Options
from craniomark.web.serve import Place, serve

STATE, POSITION = "/state-for-tests", "/position-for-tests"


def main(source: str, results: str, observer: str, upload_gb: str) -> None:
    """Serve until the process is told to end."""
    options = Options(observer=observer, results=Path(results) if results else None, threads=1)
    place = Place(port=0, upload_gb=float(upload_gb))
    serve(Path(source), options, place, tell=_tell, more=_with_state)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _with_state(routes: Any, app: Any) -> None:
    from aiohttp import web

    async def state(_request: Any) -> Any:
        told = json.dumps(app.state_for_tests(), default=str)
        return web.Response(text=told, content_type="application/json")

    async def position(request: Any) -> Any:
        return web.json_response(app.display_position(request.query["view"], request.query["label"]))

    routes.router.add_get(STATE, state)
    routes.router.add_get(POSITION, position)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except InputError as error:
        sys.exit(str(error))
