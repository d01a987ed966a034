"""The language server as an editor meets it: in a process of its own, over standard input and output."""

import asyncio
import sys

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from headline.paths import ROOT
from headline.share.lsp.offers import Offer
from headline.share.lsp.server import _item
from tests.event_loop import Loop
from tests.tiny import WORDS, bigram_checkpoint

NEXT = {"<s>": {"the": 5}, "the": {"government": 6, "governor": 5}, "government": {"won't": 6}, "ממשלה": {"says": 6}}


@pytest.fixture(scope="module")
def loop():
    with Loop() as loop:
        yield loop


@pytest.fixture(scope="module")
def editor(loop, tmp_path_factory):
    model = bigram_checkpoint(NEXT, words=[*WORDS, "ממשלה"]).save(tmp_path_factory.mktemp("lsp") / "model")
    client = Editor("tests", "1")
    loop.run(client.open(str(model)))
    yield client
    loop.run(client.close())


class Editor(LanguageClient):
    """An editor with one document at a time."""

    async def open(self, model: str) -> None:
        self.messages: list[str] = []
        self.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.append(params.message))
        await self.start_io(sys.executable, "-m", "headline", "lsp", "--stdio", "--model", model, cwd=ROOT)
        asked = types.InitializeParams(types.ClientCapabilities())
        self.able = (await self.initialize_async(asked)).capabilities
        self.initialized(types.InitializedParams())
        self.documents = 0

    async def close(self) -> None:
        await self.shutdown_async(None)
        self.exit(None)
        assert await asyncio.wait_for(self._server.wait(), 30) == 0

    def place(self, document: str, language: str) -> tuple[str, types.TextDocumentIdentifier, types.Position]:
        """Open a document with the cursor at the bar."""
        before, after = document.split("|")
        self.documents += 1
        uri = f"untitled:{self.documents}"
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, before + after))
        )
        cursor = types.Position(before.count("\n"), len(before.rpartition("\n")[2].encode("utf-16-le")) // 2)
        return before + after, types.TextDocumentIdentifier(uri), cursor

    async def rows(self, document: str, language: str = "markdown") -> dict[str, str]:
        """Label -> the whole document once it is taken."""
        text, document_id, cursor = self.place(document, language)
        found = await self.text_document_completion_async(types.CompletionParams(document_id, cursor))
        assert all(item.text_edit.range.end == cursor for item in found.items)
        assert found.is_incomplete or not found.items
        return {item.label: edited(text, item.text_edit.range, item.text_edit.new_text) for item in found.items}

    async def grey(self, document: str, language: str = "markdown") -> list[str]:
        """The whole document once the grey text is taken."""
        text, document_id, cursor = self.place(document, language)
        context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
        found = await self.text_document_inline_completion_async(
            types.InlineCompletionParams(context, document_id, cursor)
        )
        return [edited(text, item.range, item.insert_text) for item in found.items]


def edited(text: str, place: types.Range, new: str) -> str:
    """A text after an edit of one line, whose place is counted in UTF-16."""
    lines = text.split("\n")
    assert place.start.line == place.end.line
    units = lines[place.end.line].encode("utf-16-le")
    changed = units[: 2 * place.start.character] + new.encode("utf-16-le") + units[2 * place.end.character :]
    lines[place.end.line] = changed.decode("utf-16-le")
    return "\n".join(lines)


def test_the_server_says_what_it_can(editor):
    assert editor.able.completion_provider and editor.able.inline_completion_provider is not None
    assert " " in editor.able.completion_provider.trigger_characters


TAKEN = {
    "# the gov|": ("government", "# the government"),
    "# 😀👩‍👩‍👧 the gov|": ("government", "# 😀👩‍👩‍👧 the government"),
    "# the govermnent|": ("government", "# the government"),  # a correction
    "# 😀 THE GOVERMNENT| ##": ("GOVERNMENT", "# 😀 THE GOVERNMENT ##"),
    "# the |": ("government", "# the government"),
    "# the government|": ("government won't", "# the government won't"),
    "---\ntitle: 'the government |'\n---": ("won't", "---\ntitle: 'the government won''t'\n---"),
    '---\r\ntitle: "the gov|"': ("government", '---\r\ntitle: "the government"'),
    "a\u2028b\n# the gov|": ("government", "a\u2028b\n# the government"),  # no line end to the protocol
}


@pytest.mark.parametrize("document", TAKEN)
def test_a_taken_row_replaces_the_open_word(loop, editor, document):
    label, after = TAKEN[document]
    assert loop.run(editor.rows(document))[label] == after


def test_hebrew_is_written_where_it_is_read(loop, editor):
    assert loop.run(editor.rows("😀 ממש|", "plaintext"))["ממשלה"] == "😀 ממשלה"
    assert "😀 ממשלה says" in loop.run(editor.rows("😀 ממשלה |", "plaintext")).values()


def test_grey_text_stands_at_the_end_of_a_title_alone(loop, editor):
    assert loop.run(editor.grey("# 😀 the gov|")) == ["# 😀 the government won't"]
    assert loop.run(editor.grey("---\ntitle: 'the gov|'\n---")) == ["---\ntitle: 'the government won''t'\n---"]
    for nowhere in ("# the gov| rises", "# the govermnent|", "the gov|", "```\n# the gov|"):
        assert loop.run(editor.grey(nowhere)) == []


def test_nothing_is_offered_in_a_body_in_code_or_in_a_document_that_is_not_open(loop, editor, tmp_path):
    for nowhere in ("the gov|", "```\n# the gov|\n```", "---\ndate: the gov|\n---"):
        assert loop.run(editor.rows(nowhere)) == {}
    assert loop.run(editor.rows("# the gov|", "python")) == {}
    path = tmp_path / "a.md"
    path.write_text("# the gov", encoding="utf-8")
    asked = types.CompletionParams(types.TextDocumentIdentifier(path.as_uri()), types.Position(0, 9))
    assert not loop.run(editor.text_document_completion_async(asked)).items


def test_a_change_is_followed_and_a_place_that_is_gone_is_no_error(loop, editor):
    _, document, _ = editor.place("# the|", "markdown")
    versioned = types.VersionedTextDocumentIdentifier(2, document.uri)
    whole = types.TextDocumentContentChangeWholeDocument("# the gov")
    editor.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [whole]))
    ask = editor.text_document_completion_async
    assert loop.run(ask(types.CompletionParams(document, types.Position(0, 9)))).items[0].label == "government"
    assert not loop.run(ask(types.CompletionParams(document, types.Position(7, 0)))).items


def test_an_editor_is_told_that_there_is_no_model_and_the_server_ends_with_it(loop, tmp_path):
    async def meet() -> tuple[list[str], dict[str, str]]:
        client = Editor("tests", "1")
        await client.open(str(tmp_path / "none"))
        found = await client.rows("# the gov|")
        await client.close()
        return client.messages, found

    messages, found = loop.run(meet())
    assert found == {} and len(messages) == 1 and messages[0].startswith("headline: ") and "none" in messages[0]


def test_a_row_is_never_told_as_0_percent():
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    told = [_item(0, Offer("a", "", "a", p, "word"), start).detail for p in (0.004, 0.0094, 0.0096, 0.304)]
    assert told == ["<1%", "<1%", "1%", "30%"]
