"""A shortcut for the routes that are asked at every key, past Gradio's middleware and its table of routes."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """ASGI middleware that hands requests for Starlette's plain routes to them directly. It must be the innermost.

    Routes of FastAPI need what its app prepares, so that they take the long way.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]):
        self._app = app
        self._routes = {route.path: route for route in routes if type(route) is Route}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            route = self._routes.get(scope["path"].removeprefix(scope.get("root_path", "")))
            if route is not None:
                match, matched = route.matches(scope)
                if match is Match.FULL:  # the method too
                    return await route.handle({**scope, **matched}, receive, send)
        await self._app(scope, receive, send)
