"""A server with workers, as the page's is, whose other routes stand for Gradio's: `python small_page.py MODEL WORKERS`.

It prints its port.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from headline.runs.limits import Limits
from headline.web.guard.rules import Rules
from headline.web.guard.slow_connections import close_slow_connections
from headline.web.http import metrics
from headline.web.http.metrics import METRICS, Heartbeat, Measured, count_workers, operation_routes
from headline.web.models import Models
from headline.web.serve.one_model import PAGE, SUGGEST
from headline.web.serve.page_workers import PageProtocol, PageWorkers


async def who(request: Request) -> Response:
    """Say which process answers whom, and how long the body was."""
    assert request.client
    told = {"pid": os.getpid(), "client": list(request.client), "body": len(await request.body())}
    return JSONResponse(told)


async def events(request: Request) -> Response:
    async def each():
        for number in range(3):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0)

    return StreamingResponse(each(), media_type="text/event-stream")


def main(bundled: Path, number: int) -> None:
    metrics._SECONDS_KEPT = 0.0
    models = Models(bundled, bundled.parent / "runs", Limits())
    routes = [Route("/who", who, methods=["GET", "POST"]), Route("/events", events)]
    routes += [Route(path, who) for path in (SUGGEST, PAGE)]  # so that a question tells whether a worker answered
    app = Starlette(routes=routes + operation_routes(models, Heartbeat()))
    rules = Rules(hosts=("page.example",))
    guarded = Measured(rules.guard(app), frozenset({METRICS, SUGGEST, PAGE}))
    workers = PageWorkers(number)
    workers.start(models.get(None), rules, ())
    count_workers(workers.counts)
    close_slow_connections(PageProtocol)

    class Told(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            print(self.servers[0].sockets[0].getsockname()[1], flush=True)

    Told(uvicorn.Config(guarded, port=0, log_level="warning", lifespan="off")).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
