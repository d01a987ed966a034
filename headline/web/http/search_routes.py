"""The HTTP route below /gradio_api/headline that only the search box's script asks."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from headline.errors import RequestError
from headline.web.http.refusals import check_model, refusal
from headline.web.models import Models
from headline.web.serve.questions import API, Question, answer
from headline.web.turns import Turns


def search_routes(models: Models, turns: Turns) -> list[BaseRoute]:
    """Routes for `gr.Blocks.launch(app_kwargs={"routes": …})`."""

    async def suggest(request: Request) -> Response:
        """Suggestions for `q`; of a long text only the end is read.

        An unknown model means the bundled one, and the answer says "gone": it has been deleted since it was chosen.
        """
        given = request.query_params
        try:
            asked, model = Question.read(given), given.get("model", "")
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
