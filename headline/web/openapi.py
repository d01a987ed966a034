"""What the plain HTTP routes are, for programs as OpenAPI, and as a page that needs no other host."""

from html import escape
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from headline import __version__

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "code{font-family:ui-monospace,monospace}table{border-collapse:collapse}"
    "th,td{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top;border-bottom:1px solid #8884}"
)


def described(routes: list[APIRoute]) -> dict[str, Any]:
    """The OpenAPI description of some routes, its addresses relative to that of the description."""
    schema = get_openapi(
        title="headline",
        version=__version__,
        description="Suggestions for headlines over plain HTTP. Gradio’s API and MCP offer more: see docs/api.md.",
        routes=routes,
        servers=[{"url": "../.."}],  # from /gradio_api/headline/openapi.json, wherever a proxy puts that
    )
    for methods in schema["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                told = parameter["schema"]
                if told["type"] == "integer":  # they are read as texts, to be refused with a sentence of our own
                    told["default"] = int(told["default"])
    return schema


def rendered(schema: dict[str, Any]) -> str:
    """The description as a page of HTML."""
    info = schema["info"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(info['title'])}: HTTP</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))}</p>",
        '<p><a href="openapi.json">The same for programs</a></p>',
    ]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts += _operation(path, method, operation)
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _operation(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    parts = [
        f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>",
        f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p>",
    ]
    if operation.get("parameters"):
        parts.append("<table><tr><th>parameter</th><th>type</th><th>when left out</th><th>what</th></tr>")
        for parameter in operation["parameters"]:
            told = parameter["schema"]
            cells = (parameter["name"], told.get("type", ""), told.get("default", ""), parameter.get("description", ""))
            parts.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
        parts.append("</table>")
    parts.append("<ul>")
    for status, reply in operation["responses"].items():
        kinds = ", ".join(reply.get("content", ()))
        parts.append(
            f"<li><code>{escape(str(status))}</code> {escape(reply['description'])} <code>{escape(kinds)}</code></li>"
        )
    return [*parts, "</ul>"]
