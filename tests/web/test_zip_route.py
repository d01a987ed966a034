"""A model as a zip from the page's own route: made when it is asked for, and not kept."""

import json
import tempfile
import threading
import zipfile
from io import BytesIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.model.storage.checkpoint_files import META, WEIGHTS
from headline.web.http import zip_route as module
from headline.web.http.zip_route import ZIP, zip_route
from headline.web.models import Models
from tests.tiny import random_checkpoint


@pytest.fixture
def client(tmp_path, monkeypatch) -> TestClient:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    app = FastAPI()
    app.state.models = Models(bundled, tmp_path / "runs")
    app.router.routes.append(zip_route(app.state.models))
    return TestClient(app)


def test_a_model_is_packed_and_nothing_is_left(client, tmp_path):
    answer = client.get(ZIP, params={"model": "mine"})
    assert answer.status_code == 200 and answer.headers["content-disposition"].endswith(".zip")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert {META, WEIGHTS} <= set(archive.namelist())
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_model_is_packed_as_a_web_folder(client, tmp_path):
    client.app.state.models.rename("mine", "Mine")
    answer = client.get(ZIP, params={"model": "mine", "web": "true"})
    assert answer.headers["content-disposition"].endswith("Mine-web.zip")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert {"index.html", "headline.js", "service_worker.js"} <= set(archive.namelist())
        assert json.loads(archive.read("model.json"))["name"] == "Mine"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_model_that_a_page_cannot_run_is_told(client, tmp_path):
    random_checkpoint("notebook").save(tmp_path / "runs" / "lesson")
    answer = client.get(ZIP, params={"model": "lesson", "web": "true"})
    assert answer.status_code == 400 and "cannot run this model by itself" in answer.json()["error"]


@pytest.mark.parametrize(
    "name, file",
    [("My recipes", "My-recipes.zip"), ("Žižkov 東京", "%C5%BDi%C5%BEkov-%E6%9D%B1%E4%BA%AC.zip"), ("/", "model.zip")],
)
def test_a_renamed_model_has_its_new_name(client, name, file):
    client.app.state.models.rename("mine", name)
    answer = client.get(ZIP, params={"model": "mine"})
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{file}"


@pytest.mark.parametrize("id_", ["", "bundled", "gone", "../bundled", "a\0b", "x" * 5_000])
def test_what_is_no_model_of_a_visitor_is_not_packed(client, id_):
    answer = client.get(ZIP, params={"model": id_})
    assert (answer.status_code, answer.json()) == (404, {"error": "There is no such model."})


def test_a_damaged_model_is_told_and_nothing_is_left(client, tmp_path):
    (tmp_path / "runs" / "mine" / WEIGHTS).write_bytes(b"x")
    answer = client.get(ZIP, params={"model": "mine"})
    assert answer.status_code == 400 and WEIGHTS in answer.json()["error"]
    assert str(tmp_path) not in answer.json()["error"] and list((tmp_path / "temporary").iterdir()) == []


def test_no_more_than_two_are_packed_at_once(client, tmp_path, monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()
    pack = module.pack_confined

    def slow(*args):
        begun.release()
        assert go_on.wait(60)
        return pack(*args)

    monkeypatch.setattr(module, "pack_confined", slow)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(client.get(ZIP, params={"model": "mine"}).status_code))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=60)
    refused = client.get(ZIP, params={"model": "mine"})
    assert refused.status_code == 429 and refused.headers["retry-after"] == "5"
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [200, 200]
