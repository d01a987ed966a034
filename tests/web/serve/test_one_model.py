"""The quick way to the bundled model's answers: it says what the routes behind it say, and leaves them the rest."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.web.http.public import public_routes
from headline.web.http.search_routes import search_routes
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.one_model import MODEL, PAGE, SUGGEST, BundledFirst, OneModel
from headline.web.turns import Turns
from tests.tiny import random_checkpoint


class Seen(OneModel):
    """Notes which requests it answered."""

    def __init__(self, *options):
        super().__init__(*options)
        self.answered: list[bytes] = []

    async def reply(self, path, query):
        reply = await super().reply(path, query)
        self.answered.append(query)
        return reply


@pytest.fixture(scope="module")
def ways(tmp_path_factory) -> tuple[TestClient, TestClient, Seen]:
    """The routes, the quick way in front of them, and what answers there."""
    folder = tmp_path_factory.mktemp("models")
    models = Models(random_checkpoint().save(folder / "bundled"), folder / "runs")
    random_checkpoint(seed=1).save(folder / "runs" / "mine")
    routes = FastAPI()
    routes.router.routes.extend([*search_routes(models, Turns()), *public_routes(models, Turns())])
    quick = Seen(lambda: models.get(None), Turns())
    return TestClient(routes), TestClient(BundledFirst(routes, quick)), quick


@pytest.mark.parametrize("path", [SUGGEST, PAGE])
@pytest.mark.parametrize(
    "query, quick",
    [
        ("", True),
        ("q=the+gov&k=3&phrases=1", True),
        ("q=the%20gov&k=3&phrases=0&model=", True),
        ("q=caf%C3%A9+%F0%9F%98%80+%22%00&model=bundled", True),
        ("q=%ED%A0%BD&k=2", True),  # half a surrogate pair
        ("q=a&q=b&k=100", True),
        ("q=" + "x+" * 12_000, True),
        ("q=the+gov&model=mine", False),
        ("q=the+gov&mod%65l=mine", False),
        ("q=the&model=gone", False),
        ("q=the&model=..%2Fx", False),
        ("q=the&k=many", False),
        ("q=the&k=", False),
        ("q=the&phrases=9e9", False),
    ],
)
def test_both_ways_give_the_same_answer(ways, path, query, quick):
    routes, first, seen = ways
    seen.answered.clear()
    for _ in range(2):  # the second time it is kept
        slow, fast = (client.get(f"{path}?{query}") for client in (routes, first))
        assert (fast.status_code, fast.json()) == (slow.status_code, slow.json())
        assert fast.headers["content-type"] == slow.headers["content-type"]
    assert bool(seen.answered) is quick


def test_a_head_has_no_body_and_other_methods_and_paths_are_left_to_the_routes(ways):
    routes, first, seen = ways
    head, get = first.head(f"{SUGGEST}?q=a"), first.get(f"{SUGGEST}?q=a")
    assert head.content == b"" and head.headers["content-length"] == str(len(get.content))
    seen.answered.clear()
    for path in (SUGGEST, PAGE, f"{PAGE}/", "/gradio_api/opensearch"):
        assert first.post(path).status_code == routes.post(path).status_code
    assert not seen.answered


def test_the_bundled_model_has_one_id():
    assert MODEL == BUNDLED_ID
