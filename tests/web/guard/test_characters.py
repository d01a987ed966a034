"""Half surrogate pairs in JSON: replaced, and nothing else is."""

import json

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from headline.web.guard.characters import WholeCharacters, with_whole_characters

TEXTS = [
    "",
    "a",
    "é💥",
    "\ud83d\ude00",
    "\\ud800",
    "\\\\ud800",
    '"\n\t',
    "\ud800",
    "a\udfffb",
    "\ud800\ud800\udc00",
    "\\\ud800",
    "\ude00\ud83d",
]


async def echo(scope, receive, send) -> None:
    await Response(await Request(scope, receive).body())(scope, receive, send)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_only_halves_become_another_character(text):
    content = json.dumps({"a": text}).encode()
    cleaned = with_whole_characters(content)
    pairs = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert json.loads(cleaned)["a"] == pairs and len(cleaned) == len(content)


def test_what_is_no_json_stays():
    for content in (b"", b"\\", b"\\u", b"\\ud8", b"\xff\\x"):
        assert with_whole_characters(content) == content


def test_bodies_are_cleaned_however_they_come_and_uploads_are_left_alone():
    client = TestClient(WholeCharacters(echo))
    whole = rb'{"a": "\ufffd"}'
    assert client.post("/", content=rb'{"a": "\ud800"}').content == whole
    assert client.post("/", content=iter([rb'{"a": "\ud8', rb'00"}'])).content == whole
    upload = client.post("/", content=rb"\ud800", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert upload.content == rb"\ud800"
