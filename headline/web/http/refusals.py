"""Refusals: a sentence with status 400, or 429 where the server is busy, whichever way the request came."""

import json
from collections.abc import Callable

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import BusyError, RequestError
from headline.web.given import is_id, without_folders
from headline.web.turns import RETRY_AFTER

_CALLS = ("/gradio_api/run/", "/gradio_api/api/")  # Gradio's calls that do not queue
_LONGEST_REFUSAL = 100_000  # bytes


class RefusingRoute(APIRoute):
    """A route that refuses a request with {"error": sentence} and a status of `refusal`."""

    def get_route_handler(self) -> Callable:
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestError as error:
                return refusal(error)
            except RequestValidationError as error:
                problem = error.errors()[0]
                return refusal(RequestError(f"{problem['loc'][-1]}: {problem['msg']}."))

        return handle_or_refuse


def refusal(error: RequestError) -> JSONResponse:
    """The answer with the sentence: status 429 if the server is busy, else 400."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, BusyError):
        headers["Retry-After"] = str(RETRY_AFTER)
    status = 429 if isinstance(error, BusyError) else 400
    return JSONResponse({"error": without_folders(str(error))}, status, headers)


def check_model(model: str) -> None:
    """Check that a text can be the id of a model; an empty one means the bundled model.

    Raises:
        RequestError: it cannot.
    """
    if model and not is_id(model):
        raise RequestError("There is no such model: an id is a plain name of up to 255 bytes.")


class GradioRefusals:
    """ASGI middleware: Gradio answers a refusal of ours with the sentence and status 500, which becomes 400.

    An error that is not a refusal has no sentence, and keeps its status.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or not path.startswith(_CALLS):
            return await self._app(scope, receive, send)
        start: Message | None = None
        body = b""

        async def hold_failures(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and message["status"] == 500:
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                return await send(message)
            body += message.get("body", b"")
            if message.get("more_body") and len(body) < _LONGEST_REFUSAL:
                return
            if _is_refusal(MutableHeaders(scope=start), body):
                start = {**start, "status": 400}
            first, start = start, None
            await send(first)
            await send({**message, "body": body})

        await self._app(scope, receive, hold_failures)


def _is_refusal(headers: MutableHeaders, body: bytes) -> bool:
    if not headers.get("content-type", "").startswith("application/json"):
        return False
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("error"), str)
