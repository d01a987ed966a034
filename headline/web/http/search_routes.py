"""The HTTP route below /gradio_api/headline that only the search box's script asks."""

import re
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from headline.errors import RequestError
from headline.web.given import text_of
from headline.web.http.refusals import check_model, refusal
from headline.web.models import Models
from headline.web.search_box import API, Question, answer
from headline.web.turns import Turns

_MOST_SUGGESTIONS = 20
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
STYLES = ("auto", "sentence", "title", "lower", "upper")


def search_routes(models: Models, turns: Turns) -> list[BaseRoute]:
    """Routes for `gr.Blocks.launch(app_kwargs={"routes": …})`."""

    async def suggest(request: Request) -> Response:
        """Suggestions for `q`; of a long text only the end is read.

        An unknown model means the bundled one, and the answer says "gone": it has been deleted since it was chosen.
        """
        given = request.query_params
        try:
            asked, model = _question(given), given.get("model", "")
            check_model(model)
            suggester = models.ready(model)
            if suggester is None:
                suggester = await run_in_threadpool(models.get, model)
            found = await turns.take(partial(answer, suggester, asked))
        except RequestError as error:
            return refusal(error)
        gone = {} if not model or models.exists(model) else {"gone": True}
        return JSONResponse(found | {"q": given.get("q", ""), "model": model} | gone)

    return [
        Route(f"{API}/suggest", suggest, methods=["GET"]),
    ]


def _question(given: QueryParams) -> Question:
    """Read the parameters of a question.

    Raises:
        RequestError: one that must be a whole number is none.
    """
    style = given.get("style", "auto")
    return Question(
        text_of(given.get("q", "")),
        max(0, min(_whole(given, "k", 6), _MOST_SUGGESTIONS)),
        style if style in STYLES else "auto",
        bool(_whole(given, "phrases", 1)),
    )


def _whole(given: QueryParams, name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not _WHOLE.fullmatch(text):
        raise RequestError(f"{name} must be a whole number.")
    return int(text)
