"""Public HTTP routes below /gradio_api: suggestions as JSON, and suggestions for a browser's search bar.

| path | what |
|---|---|
| /gradio_api/suggest | suggestions as JSON |
| /gradio_api/opensearch.xml | the description from which a browser adds the app to its search bar |
| /gradio_api/opensearch | suggestions for that search bar |
| /gradio_api/headline/openapi.json, …/docs | the description of these routes, for programs and for people |
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute

from headline import __version__
from headline.web.http.answers import MOST_SUGGESTIONS, Answers
from headline.web.http.docs_page import docs_page
from headline.web.http.opensearch import description, root_address, suggestions
from headline.web.http.refusals import RefusingRoute
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import API
from headline.web.turns import Turns

SUGGEST = "/gradio_api/suggest"
OPENSEARCH = "/gradio_api/opensearch"
OPENSEARCH_XML = "/gradio_api/opensearch.xml"
OPENAPI = f"{API}/openapi.json"
DOCS = f"{API}/docs"
PUBLIC = frozenset({SUGGEST, OPENSEARCH, OPENSEARCH_XML, OPENAPI})  # that HEADLINE_CORS opens to other sites
_CACHED, _NOT_CACHED = "public, max-age=60", "private, no-store"
_SEARCH_BAR_SUGGESTIONS = 8


@dataclass
class SuggestionBody:
    """`text` is `q` without its last `replaces` characters, and then `completion`; `kind` is word, mark or correction.

    A mark is one of punctuation, and takes the place of the space in front of it. `more` are words that follow `text`,
    likelier than not (a usual opening, if `q` is empty); none unless phrases were asked for.
    """

    text: str
    completion: str
    probability: float
    kind: str
    more: str
    replaces: int


@dataclass
class Suggestions:
    """Suggestions for the text `q`, the likeliest first."""

    q: str
    suggestions: list[SuggestionBody]


@dataclass
class Refusal:
    """Why there is no answer, in one sentence."""

    error: str


class SuggestionsJson(JSONResponse):
    media_type = "application/x-suggestions+json"


class DescriptionXml(Response):
    media_type = "application/opensearchdescription+xml"


Q = Annotated[str, Query(description="The beginning of a headline; only its last 10,000 characters are read.")]
K = Annotated[
    int,
    Query(
        description=f"How many suggestions at most, from 1 to {MOST_SUGGESTIONS}.",
        json_schema_extra={"minimum": 1, "maximum": MOST_SUGGESTIONS},  # larger numbers are lowered, not refused
    ),
]
Model = Annotated[str, Query(description=f"The id of a model; “{BUNDLED_ID}” if empty.")]
Phrases = Annotated[bool, Query(description="Whether `more` says what follows.")]


def public_routes(models: Models, turns: Turns) -> list[BaseRoute]:
    """Routes for `gr.Blocks.launch(app_kwargs={"routes": …})`. Each answers GET and HEAD."""
    answers = Answers(models)
    router = APIRouter(route_class=RefusingRoute)
    refusals: dict[int | str, dict[str, Any]] = {
        "4XX": {"model": Refusal, "description": "A refusal, with the reason."}
    }

    def cache_control(model: str) -> str:
        return _CACHED if answers.is_bundled(model) else _NOT_CACHED

    @router.head(SUGGEST, include_in_schema=False)
    @router.get(SUGGEST, response_model=Suggestions, responses=refusals)
    async def suggest(q: Q = "", k: K = 8, model: Model = "", phrases: Phrases = False) -> Response:
        """The likeliest continuations of a text.

        Next words after a space, completions within a word, first words for an empty text.
        """
        if models.ready(model) is None:
            await run_in_threadpool(models.find, model)
        found = await turns.take(lambda: answers.suggest(q, k, model, phrases))
        return JSONResponse({"q": q, "suggestions": found}, headers={"Cache-Control": cache_control(model)})

    @router.head(OPENSEARCH, include_in_schema=False)
    @router.get(OPENSEARCH, response_class=SuggestionsJson, responses=refusals)
    def opensearch(request: Request, q: Q = "", model: Model = "") -> Response:
        """Suggestions in the form of OpenSearch Suggestions 1.1: the text, completions, descriptions, addresses."""
        found = answers.suggest(q, _SEARCH_BAR_SUGGESTIONS, model, True)
        # The addresses in the answer depend on the host that the browser asked.
        headers = {
            "Cache-Control": cache_control(model),
            "Vary": "X-Forwarded-Host, X-Forwarded-Proto, X-Gradio-Server",
        }
        return SuggestionsJson(suggestions(q, found, root_address(request, OPENSEARCH)), headers=headers)

    @router.head(OPENSEARCH_XML, include_in_schema=False)
    @router.get(OPENSEARCH_XML, response_class=DescriptionXml)
    def opensearch_description(request: Request) -> Response:
        """An OpenSearch 1.1 description, from which a browser adds the app to its search bar."""
        xml = description(root_address(request, OPENSEARCH_XML), OPENSEARCH, OPENSEARCH_XML)
        return DescriptionXml(xml, headers={"Cache-Control": "private, max-age=3600"})

    @router.head(OPENAPI, include_in_schema=False)
    @router.get(OPENAPI)
    def openapi() -> dict:
        """This description."""
        return described(router.routes)

    @router.head(DOCS, include_in_schema=False)
    @router.get(DOCS, response_class=HTMLResponse)
    def docs() -> Response:
        """This description as a page to read."""
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(docs_page(described(router.routes)), headers=headers)

    return router.routes


def described(routes: list[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI description of some routes, its addresses relative to that of the description."""
    return get_openapi(
        title="headline",
        version=__version__,
        description="Suggestions for headlines over plain HTTP. Gradio’s API and MCP offer more: see docs/api.md.",
        routes=routes,
        servers=[{"url": "../.."}],  # from /gradio_api/headline/openapi.json, behind a proxy too
    )
