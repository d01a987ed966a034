"""The documentation of the HTTP routes as one page of HTML, which loads nothing from other hosts.

FastAPI's own pages, Swagger UI and ReDoc, load their scripts from a CDN.
"""

from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "code{font-family:ui-monospace,monospace}table{border-collapse:collapse}"
    "th,td{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top;border-bottom:1px solid #8884}"
)


def docs_page(schema: dict[str, Any]) -> str:
    """An OpenAPI description as HTML."""
    info = schema["info"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(info['title'])}: HTTP</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))}</p>",
        '<p><a href="openapi.json">The description for programs</a></p>',
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
        parts.append("<table><tr><th>parameter</th><th>type</th><th>default</th><th>meaning</th></tr>")
        for parameter in operation["parameters"]:
            schema = parameter["schema"]
            cells = (
                parameter["name"],
                schema.get("type", ""),
                schema.get("default", ""),
                parameter.get("description", ""),
            )
            parts.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
        parts.append("</table>")
    parts.append("<ul>")
    for status, reply in operation["responses"].items():
        kinds = ", ".join(reply.get("content", ()))
        parts.append(
            f"<li><code>{escape(str(status))}</code> {escape(reply['description'])} <code>{escape(kinds)}</code></li>"
        )
    return [*parts, "</ul>"]
