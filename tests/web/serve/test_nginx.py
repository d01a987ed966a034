"""The lines that docs/deploying.md has for nginx in front of `headline serve`."""

import json
import shutil
import urllib.request

import pytest

from bench.server import Server, behind_nginx
from tests.web.serve.test_serve import served


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed (Debian: apt-get install nginx-light)")
def test_suggestions_come_through_nginx(tmp_path, tiny_model):
    with served(tiny_model) as server, behind_nginx(Server("tiny", server.port, server.pid), tmp_path) as proxied:
        for _ in range(5):  # over connections that are kept open
            address = f"http://127.0.0.1:{proxied.port}/gradio_api/suggest?q=the+gov&k=1"
            with urllib.request.urlopen(address, timeout=30) as reply:
                assert json.load(reply)["suggestions"][0]["text"] == "the government"
