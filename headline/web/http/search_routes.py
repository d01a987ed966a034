"""HTTP routes below /gradio_api/headline that only the search box's script asks."""

import hashlib

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from headline.web.given import text_of
from headline.web.http.refusals import RefusingRoute, check_model
from headline.web.models import Models
from headline.web.search_box import API, Question, answer

_MOST_SUGGESTIONS = 20
STYLES = ("auto", "sentence", "title", "lower", "upper")


def search_routes(models: Models) -> list[APIRoute]:
    """Routes for `gr.Blocks.launch(app_kwargs={"routes": …})`."""

    async def suggest(
        q: str = "", model: str = "", k: int = 6, style: str = "auto", phrases: int = 1, table: int = 1, next: int = 1
    ) -> Response:
        """Suggestions for `q`. An unknown model means the bundled one; of a long text only the end is read."""
        check_model(model)
        style = style if style in STYLES else "auto"
        asked = Question(text_of(q), max(0, min(k, _MOST_SUGGESTIONS)), style, bool(phrases), bool(table), bool(next))
        suggester = models.ready(model)
        if suggester is None:
            suggester = await run_in_threadpool(models.get, model)
        return JSONResponse(answer(suggester, asked) | {"q": q, "model": model})

    def words(request: Request, model: str = "") -> Response:
        """The words of a model as they are written, by id."""
        check_model(model)
        written = models.get(model).vocabulary.written
        content = hashlib.blake2b("\n".join(written).encode(), digest_size=8).hexdigest()
        tag = f'"{content}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=0, must-revalidate"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return JSONResponse({"words": written}, headers=headers)

    return [
        RefusingRoute(f"{API}/suggest", suggest, methods=["GET"]),
        RefusingRoute(f"{API}/words", words, methods=["GET"]),
    ]
