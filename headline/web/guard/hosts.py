"""The names by which the server may be asked for, against DNS rebinding.

A page of another site can give its own name the address of this machine, and then its scripts may read what this
server answers. Such a request names the other site in its Host header.
"""

import ipaddress
import os
import re
import socket

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from headline.errors import SettingError

ANY = ("*",)
_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9._\-]*[a-z0-9])?")
_REFUSAL = "This server does not answer to that host name; HEADLINE_HOSTS names those that it answers to."


def allowed_hosts(public: bool) -> tuple[str, ...]:
    """The names in HEADLINE_HOSTS, separated by commas; `*.example.org` is every name below, `*` is any name.

    If it is not set, a public page answers to any name, since it tells anybody the same, and another page to this
    machine's own names.

    Raises:
        SettingError: one of them is not a host's name.
    """
    names = [name.strip().lower() for name in os.environ.get("HEADLINE_HOSTS", "").split(",")]
    hosts = tuple(name for name in names if name)
    for host in hosts:
        if host != "*" and not _NAME.fullmatch(host):
            raise SettingError(f"HEADLINE_HOSTS must name hosts such as example.org or *.example.org; not “{host}”.")
    return hosts or (ANY if public else own_names())


def own_names() -> tuple[str, ...]:
    """The names of this machine in its own network."""
    name = socket.gethostname().lower()
    return tuple(dict.fromkeys((name, f"{name.split('.')[0]}.local")))


class AllowedHosts:
    """ASGI middleware that refuses requests for other hosts.

    Addresses and `localhost` are always allowed, because rebinding needs a name.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]):
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or "*" in self._hosts:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        asked = headers.getlist("host") + [
            name.strip() for value in headers.getlist("x-forwarded-host") for name in value.split(",")
        ]
        if asked and all(map(self._is_allowed, asked)):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        await JSONResponse({"error": _REFUSAL}, 400)(scope, receive, send)

    def _is_allowed(self, host: str) -> bool:
        name = host_name(host)
        if name == "localhost" or name.endswith(".localhost") or _is_address(name):
            return True
        return any(name.endswith(one[1:]) if one.startswith("*.") else name == one for one in self._hosts)


def host_name(host: str) -> str:
    """The name or address in a Host header, in lower case, without port and brackets."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
