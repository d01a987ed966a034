"""OpenSearch 1.1 and its suggestions extension, which put the app into a browser's search bar."""

import re
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

import httpx
from fastapi import Request
from gradio.route_utils import get_root_url

from headline.errors import RequestError
from headline.generator.box.shown import figure

NAME = "headline"  # at most 16 characters, by OpenSearch
ABOUT = "Start a headline and see the next words at every keystroke."
_HOST = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._\-]*)|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
# Lines of text with a caret, 16 by 16 pixels. Sent within the description, so that no host is asked for it.
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='#0f766e'/>"
    "<path d='M3 5h10M3 8h6M3 11h4' stroke='#fff' stroke-width='1.5'/><path d='M11 7.5v5' stroke='#5eead4'/></svg>"
)


def root_address(request: Request, route_path: str) -> str:
    """The app's address as the browser sees it, behind proxies too, without a slash at the end.

    Raises:
        RequestError: the headers do not name a host. They must, because browsers follow the address.
    """
    root_path = getattr(request.app, "root_path", "") or request.scope.get("root_path")
    try:
        root = get_root_url(request, route_path, root_path)
        parts = urlsplit(root)
    except (httpx.InvalidURL, ValueError):
        root, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise RequestError("The request's Host or X-Forwarded-Host names no host.")
    return root.rstrip("/")


def description(root: str, suggest_path: str, own_path: str) -> str:
    """The OpenSearch description of an app at an address."""
    urls = [
        ("text/html", "results", f"{root}/?q={{searchTerms}}"),
        ("application/x-suggestions+json", "suggestions", f"{root}{suggest_path}?q={{searchTerms}}"),
        ("application/opensearchdescription+xml", "self", f"{root}{own_path}"),
    ]
    icon = "data:image/svg+xml," + quote(_ICON)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        f"  <ShortName>{escape(NAME)}</ShortName>",
        f"  <Description>{escape(ABOUT)}</Description>",
        "  <InputEncoding>UTF-8</InputEncoding>",
        "  <OutputEncoding>UTF-8</OutputEncoding>",
        f'  <Image width="16" height="16" type="image/svg+xml">{escape(icon)}</Image>',
        *(
            f"  <Url type={quoteattr(type_)} rel={quoteattr(rel)} template={quoteattr(template)}/>"
            for type_, rel, template in urls
        ),
        "</OpenSearchDescription>",
    ]
    return "\n".join(lines) + "\n"


def suggestions(q: str, found: list[dict], root: str) -> list:
    """Suggestions in the form of the extension: [q, completions, descriptions, addresses]."""
    texts = [one["text"] + one["more"] for one in found]
    abouts = [f"{one['kind']}, {figure(one['probability'])}" for one in found]
    return [q, texts, abouts, [f"{root}/?q={quote(text, safe='')}" for text in texts]]
