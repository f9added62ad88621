"""The server in a process of its own, as the command starts it, with one route more: what it holds."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.flows.jobs import JobClient
from craniomark.ground.checks import InputError
from craniomark.web import app as application
from craniomark.web.app import Options
from craniomark.web.serve import Place, serve

STATE, POSITION, MODEL = "/state-for-tests", "/position-for-tests", "/model-for-tests"
CHILD = [sys.executable, str(Path(__file__).resolve().parent / "slow_child.py")]


def main(source: str, results: str, observer: str, upload_gb: str, made_up: str = "") -> None:
    """Serve until the process is told to end; where asked for with a child whose results are made up."""
    if made_up:
        board = JobBoard(lambda told: JobClient(told, python=CHILD, polite=False))
        application.Desk = partial(application.Desk, board=board)  # type: ignore[misc,assignment]
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

    async def model(request: Any) -> Any:
        app.desk.model = request.query["name"]
        return web.json_response(None)

    routes.router.add_get(STATE, state)
    routes.router.add_get(MODEL, model)
    routes.router.add_get(POSITION, position)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except InputError as error:
        sys.exit(str(error))
