"""Plain HTTP for any program, below /gradio_api: suggestions as JSON, and for a browser's search bar.

| path | what |
|---|---|
| /gradio_api/suggest | suggestions as JSON |
| /gradio_api/opensearch.xml | the description by which a browser adds the app to its search bar |
| /gradio_api/opensearch | what that search bar asks at every letter |
| /gradio_api/headline/openapi.json, …/docs | a description of these, for programs and to be read |
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute

from headline.errors import RequestError
from headline.web.answers import MOST_SUGGESTIONS, Answers
from headline.web.models import BUNDLED_ID, Models
from headline.web.openapi import described, rendered
from headline.web.opensearch import description, root_address, suggestions
from headline.web.search_box import API

SUGGEST = "/gradio_api/suggest"
OPENSEARCH = "/gradio_api/opensearch"
OPENSEARCH_XML = "/gradio_api/opensearch.xml"
OPENAPI = f"{API}/openapi.json"
DOCS = f"{API}/docs"
PUBLIC = frozenset({SUGGEST, OPENSEARCH, OPENSEARCH_XML, OPENAPI})  # that HEADLINE_CORS opens to other sites
_FOR_ALL, _FOR_ONE = "public, max-age=60", "private, no-store"
_SHOWN = 8  # suggestions under a browser's search bar


@dataclass
class OneSuggestion:
    """`text` is all that there is once it is taken, `completion` what it adds, `kind` word, phrase or correction."""

    text: str
    completion: str
    probability: float
    kind: str


@dataclass
class Suggestions:
    """Suggestions for `q`, the likeliest first."""

    q: str
    suggestions: list[OneSuggestion]


@dataclass
class Refusal:
    """Why there is no answer, in one sentence."""

    error: str


_Q = Annotated[str, Query(description="The beginning of a headline; of more than 10,000 letters the end is read.")]
_K = Annotated[
    str,
    Query(
        description=f"How many suggestions at most, from 1 to {MOST_SUGGESTIONS}.",
        json_schema_extra={"type": "integer", "default": 8, "minimum": 1, "maximum": MOST_SUGGESTIONS},
    ),
]
_MODEL = Annotated[str, Query(description=f"The id of a model; “{BUNDLED_ID}” when empty.")]
_PHRASES = Annotated[
    str,
    Query(
        description="1: likely continuations of several words may be among them.",
        json_schema_extra={"type": "integer", "default": 0, "enum": [0, 1]},
    ),
]


def public_routes(models: Models) -> list[APIRoute]:
    """Routes to be given to `gr.Blocks.launch(app_kwargs={"routes": …})`."""
    answers = Answers(models)

    def cached(model: str) -> dict[str, str]:
        return {"Cache-Control": _FOR_ALL if answers.is_bundled(model) else _FOR_ONE}

    def suggest(q: _Q = "", k: _K = "8", model: _MODEL = "", phrases: _PHRASES = "0") -> Response:
        """The likeliest ways to go on with a text.

        Next words after a space, completions within a word, starts of headlines for an empty text.
        """
        try:
            found = answers.suggest(q, k, model, phrases not in ("", "0", "false"))
        except RequestError as error:
            return _refused(error)
        return JSONResponse({"q": q, "suggestions": found}, headers=cached(model))

    def opensearch(request: Request, q: _Q = "", model: _MODEL = "") -> Response:
        """Suggestions in the form of OpenSearch Suggestions 1.1: the text, completions, descriptions, addresses."""
        try:
            found = answers.suggest(q, _SHOWN, model, True)
            told = suggestions(q, found, root_address(request, OPENSEARCH))
        except RequestError as error:
            return _refused(error)
        # The addresses in it are the host's that was asked.
        headers = cached(model) | {"Vary": "X-Forwarded-Host, X-Forwarded-Proto, X-Gradio-Server"}
        return JSONResponse(told, headers=headers, media_type="application/x-suggestions+json")

    def opensearch_xml(request: Request) -> Response:
        """An OpenSearch 1.1 description, by which a browser adds the app to its search bar."""
        try:
            told = description(root_address(request, OPENSEARCH_XML), OPENSEARCH, OPENSEARCH_XML)
        except RequestError as error:
            return _refused(error)
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(told, headers=headers, media_type="application/opensearchdescription+xml")

    def openapi() -> Response:
        """This description."""
        return JSONResponse(schema())

    def docs() -> Response:
        """The description, to be read."""
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(rendered(schema()), headers=headers)

    refused = {400: {"model": Refusal, "description": "RequestError, and why."}}

    def route(path: str, answer: Any, name: str, method: str = "GET", **told: Any) -> APIRoute:
        # A HEAD has a route of its own that is not described: two methods of one route share one id.
        return APIRoute(path, answer, methods=[method], operation_id=name, include_in_schema=method == "GET", **told)

    paths: list[tuple[str, Callable, str, dict[str, Any]]] = [
        (SUGGEST, suggest, "suggest", {"response_model": Suggestions, "responses": refused}),
        (OPENSEARCH, opensearch, "opensearch", {"response_class": SuggestionsJson, "responses": refused}),
        (OPENSEARCH_XML, opensearch_xml, "opensearch_description", {"response_class": Description}),
        (OPENAPI, openapi, "openapi", {"response_class": JSONResponse}),
        (DOCS, docs, "docs", {"response_class": HTMLResponse}),
    ]
    routes = [route(path, answer, name, **told) for path, answer, name, told in paths]
    heads = [route(path, answer, name, "HEAD", **told) for path, answer, name, told in paths]

    def schema() -> dict:
        return described(routes)

    return routes + heads


class SuggestionsJson(Response):
    media_type = "application/x-suggestions+json"


class Description(Response):
    media_type = "application/opensearchdescription+xml"


def _refused(error: RequestError) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=400, headers={"Cache-Control": "no-store"})
