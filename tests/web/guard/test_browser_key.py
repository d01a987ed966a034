"""The key of the browser's storage: one per installation, and the owner's alone."""

import stat
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from app import build_app
from headline.web.guard.browser_key import NAME, browser_key
from tests.tiny import random_checkpoint


def test_an_installation_keeps_its_key_and_no_two_have_the_same(tmp_path):
    first, second = browser_key(tmp_path / "a"), browser_key(tmp_path / "b")
    assert first == browser_key(tmp_path / "a") and first != second and len(first) >= 32


def test_only_the_owner_may_read_the_file(tmp_path):
    browser_key(tmp_path)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_servers_that_start_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: browser_key(tmp_path), range(8)))) == 1


def test_an_empty_file_is_written_anew(tmp_path):
    (tmp_path / NAME).touch()
    key = browser_key(tmp_path)
    assert key and browser_key(tmp_path) == key


def test_where_nothing_can_be_stored_there_is_a_key_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    assert browser_key(tmp_path / "file" / "runs")


def test_the_page_uses_it(tmp_path):
    random_checkpoint().save(tmp_path / "bundled")
    page = build_app(tmp_path / "bundled", tmp_path / "runs")
    states = [block for block in page.blocks.values() if isinstance(block, gr.BrowserState)]
    assert {state.secret for state in states} == {browser_key(tmp_path / "runs")}
