"""Which requests move a connection to a worker: whole ones about the bundled model, and nothing else."""

import pytest

from headline.web.serve.moving import is_question

HEAD = b"Host: a.example\r\nAccept: */*\r\n\r\n"


def test_questions_about_the_bundled_model_move():
    for line in (
        b"GET /gradio_api/suggest HTTP/1.1",
        b"GET /gradio_api/suggest?q=the+gov&k=8&phrases=1 HTTP/1.1",
        b"HEAD /gradio_api/headline/suggest?q=%e2%80%99&model=bundled&k=6&style=auto&phrases=1 HTTP/1.1",
        b"GET /gradio_api/headline/suggest?q=a&model= HTTP/1.1",
    ):
        assert is_question(line + b"\r\n" + HEAD), line


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1",
        b"GET /gradio_api/suggestions?q=a HTTP/1.1",
        b"GET /gradio_api/headline/suggest/../x HTTP/1.1",
        b"GET http://a.example/gradio_api/suggest?q=a HTTP/1.1",
        b"GET  /gradio_api/suggest?q=a HTTP/1.1",
        b"GET /gradio_api/suggest?q=a HTTP/1.0",
        b"POST /gradio_api/suggest?q=a HTTP/1.1",
        b"GET /gradio_api/suggest?q=\xc3\xa9 HTTP/1.1",
        b"GET /gradio_api/suggest?q=a&model=mine HTTP/1.1",
        b"GET /gradio_api/suggest?q=a&mod%65l=mine HTTP/1.1",
        b"GET /gradio_api/suggest?q=a&model=bundled&model=mine HTTP/1.1",
        b"GET /gradio_api/suggest?q=a&k=many HTTP/1.1",
        b"GET /gradio_api/suggest?q=a&phrases=2 HTTP/1.1",
        b"GET /gradio_api/headline/suggest?q=a&k=1e9 HTTP/1.1",
    ],
)
def test_other_requests_stay(line):
    assert not is_question(line + b"\r\n" + HEAD)


@pytest.mark.parametrize(
    "rest",
    [
        b"Host: a.example\r\n",  # not whole
        HEAD + b"G",
        HEAD + b"GET /gradio_api/suggest?q=b HTTP/1.1\r\n" + HEAD,  # two at once
        b"Content-Length: 5\r\n" + HEAD,
        b"content-length : 5\r\n" + HEAD,
        b"Transfer-Encoding: chunked\r\n" + HEAD,
        b"Connection: upgrade\r\nUpgrade: websocket\r\n" + HEAD,
        b"Expect: 100-continue\r\n" + HEAD,
    ],
)
def test_a_request_that_is_not_one_whole_message_stays(rest):
    assert not is_question(b"GET /gradio_api/suggest?q=a HTTP/1.1\r\n" + rest)


def test_nothing_of_nothing_moves():
    assert not is_question(b"") and not is_question(b"\r\n\r\n")
