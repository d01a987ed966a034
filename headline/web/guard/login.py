"""An optional login: HEADLINE_AUTH names who may use the page, its routes, the API and MCP.

HTTP Basic authentication, because every browser and client knows it. It sends the password with each request, so
that outside a trusted network the page belongs behind TLS.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import SettingError
from headline.web.guard.hosts import host_name
from headline.web.guard.networks import network_of

# Asked by Gradio itself when it starts, and by those who watch the server: they tell nothing of anybody.
OPEN_PATHS = frozenset({"/gradio_api/startup-events", "/healthz"})
COOKIE = "headline-known"
MOST_FAILURES = 10  # by one address, and
SECONDS = 60.0  # within this time
_MOST_ADDRESSES = 10_000  # whose failures are remembered
_YEAR = 365 * 24 * 3600  # seconds
_ASK = {"WWW-Authenticate": 'Basic realm="headline", charset="UTF-8"', "Cache-Control": "no-store"}


def users_from_environment() -> tuple[str, ...]:
    """The `user:password` pairs in HEADLINE_AUTH: separated by commas, or one a line in the file after an @.

    Raises:
        SettingError: one of them is not a pair, or the file cannot be read. The sentence quotes no password.
    """
    told = os.environ.get("HEADLINE_AUTH", "")
    if told.startswith("@"):
        try:
            lines = Path(told[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise SettingError("HEADLINE_AUTH names a file that cannot be read as UTF-8 text.") from error
    else:
        lines = told.split(",")
    users = tuple(line.strip() for line in lines if line.strip())
    for number, user in enumerate(users, 1):
        name, _, password = user.partition(":")
        if not (name and password):
            raise SettingError(f"HEADLINE_AUTH must hold user:password; entry {number} does not.")
    if told and not users:
        raise SettingError("HEADLINE_AUTH is set but names nobody: write user:password, or unset it.")
    return users


class Login:
    """ASGI middleware that lets nobody pass without a user's name and password.

    Addresses that fail often must wait. A browser that has logged in before gets a cookie with which it need not wait
    for others behind the same address. The cookie alone opens nothing.
    """

    def __init__(self, app: ASGIApp, users: Iterable[str], clock: Callable[[], float] = time.monotonic):
        """`clock` returns seconds."""
        self._app = app
        self._key = secrets.token_bytes(32)
        self._digests = [self._digest(user.encode()) for user in users]
        self._known = self._digest(b"a cookie").hex()
        self._failures = Failures(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or route_path(scope) in OPEN_PATHS:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        refusal = self._refusal(headers, (scope.get("client") or ("", 0))[0])
        if refusal is None:
            return await self._app(scope, receive, send if self._has_cookie(headers) else self._with_cookie(send))
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        await refusal(scope, receive, send)

    def _refusal(self, headers: Headers, address: str) -> JSONResponse | None:
        """The answer to a request that may not pass."""
        network = network_of(address)
        if not self._has_cookie(headers) and (seconds := self._failures.seconds_to_wait(network)):
            wait = {"Retry-After": str(int(seconds) + 1)}
            return JSONResponse({"error": "Too many wrong passwords: wait a minute."}, 429, wait)
        given = credentials(headers.get("authorization", ""))
        if given is None:
            return JSONResponse({"error": "Log in with a user's name and password."}, 401, _ASK)
        if not self._is_user(given):
            self._failures.add(network)
            return JSONResponse({"error": "The name or the password is wrong."}, 401, _ASK)
        if not is_same_site(headers):
            # The browser adds the password to what another site's page asks, too.
            return JSONResponse({"error": "Pages of other sites may not ask here."}, 403)
        return None

    def _is_user(self, given: bytes) -> bool:
        """Whether this is a user's name and password, in a time that does not depend on which user or letter."""
        digest, found = self._digest(given), False
        for known in self._digests:
            found |= hmac.compare_digest(known, digest)
        return found

    def _digest(self, text: bytes) -> bytes:
        return hashlib.blake2b(text, key=self._key).digest()

    def _has_cookie(self, headers: Headers) -> bool:
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self._known.encode())

    def _with_cookie(self, send: Send) -> Send:
        cookie = f"{COOKIE}={self._known}; Max-Age={_YEAR}; Path=/; HttpOnly; SameSite=Lax"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        return send_with_cookie


class Failures:
    """Wrong passwords by address, for a while. Those of the addresses that failed longest ago are forgotten first."""

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._times: OrderedDict[str, list[float]] = OrderedDict()

    def add(self, network: str) -> None:
        times = self._recent(network)
        self._times[network] = [*times, self._clock()][-MOST_FAILURES:]
        self._times.move_to_end(network)
        while len(self._times) > _MOST_ADDRESSES:
            self._times.popitem(last=False)

    def seconds_to_wait(self, network: str) -> float:
        """0 if another try is allowed now."""
        times = self._recent(network)
        return times[0] + SECONDS - self._clock() if len(times) >= MOST_FAILURES else 0.0

    def _recent(self, network: str) -> list[float]:
        now = self._clock()
        return [time for time in self._times.get(network, ()) if now - time < SECONDS]


def route_path(scope: Scope) -> str:
    return str(scope.get("path", "")).removeprefix(scope.get("root_path", ""))


def credentials(header: str) -> bytes | None:
    """The `user:password` of an Authorization header, or None if it holds none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def is_same_site(headers: Headers) -> bool:
    """Whether a request comes from our own page or from no page at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    own = [headers.get("host", ""), *headers.get("x-forwarded-host", "").split(",")]
    asking = host_name(origin.partition("://")[2])
    return bool(asking) and asking in {host_name(name.strip()) for name in own}
