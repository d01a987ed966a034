"""The language server: answers an editor over standard input and output."""

import asyncio
import re
from collections.abc import Callable

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from headline import __version__
from headline.errors import HeadlineError
from headline.generator.box.shown import figure
from headline.generator.suggester import Suggester
from headline.share.lsp.offers import Offer, grey_text, offers
from headline.share.lsp.titles import Title, title_at

# After these an editor asks too; after a letter it does anyway. A space asks for the next word.
_ASK_AFTER = (" ", '"', "'", "-")
_LINE_END = re.compile(r"\r\n|\r|\n")  # of the protocol; Python's own lines end at more characters


class HeadlineServer(LanguageServer):
    """A server with one model, which is loaded in a thread once an editor is there: its start never waits for that."""

    def __init__(self, load: Callable[[], Suggester]):
        super().__init__("headline", __version__, types.TextDocumentSyncKind.Full)
        self._load = load
        self._loaded: asyncio.Future[Suggester] | None = None
        self.feature(types.INITIALIZED)(_load)
        self.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(_ASK_AFTER))(_complete)
        self.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())(_complete_inline)

    async def suggester(self) -> Suggester:
        """The model, after waiting for it.

        Raises:
            HeadlineError, OSError: it cannot be loaded.
        """
        if self._loaded is None:
            self._loaded = asyncio.get_running_loop().run_in_executor(None, self._load)
        return await asyncio.shield(self._loaded)  # an editor cancels requests, which must not cancel that

    def title(self, params: types.CompletionParams | types.InlineCompletionParams) -> Title | None:
        """The title at the cursor of a document that is open."""
        document = self.workspace.text_documents.get(params.text_document.uri)
        if document is None:
            return None
        lines, at = _LINE_END.split(document.source), params.position
        if at.line >= len(lines):
            return None
        units = self.workspace.position_codec
        column = units.position_from_client_units([lines[at.line]], types.Position(0, at.character)).character
        return title_at(lines, at.line, column, document.language_id or "")

    def place(self, offer: Offer, cursor: types.Position) -> types.Range:
        """What an offer replaces, in the units in which the editor counts."""
        begin = cursor.character - self.workspace.position_codec.client_num_units(offer.replaced)
        return types.Range(types.Position(cursor.line, begin), cursor)


async def _load(server: HeadlineServer, params: types.InitializedParams) -> None:
    """Load the model, or say why that is impossible."""
    try:
        await server.suggester()
    except (HeadlineError, OSError) as error:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"headline: {error}"))


async def _complete(server: HeadlineServer, params: types.CompletionParams) -> types.CompletionList:
    """A list that the editor asks for anew at each key, because each key changes what is likely."""
    title = server.title(params)
    try:
        found = offers(await server.suggester(), title) if title else []
    except (HeadlineError, OSError):  # the editor was told
        found = []
    items = [_item(n, offer, server.place(offer, params.position)) for n, offer in enumerate(found)]
    return types.CompletionList(is_incomplete=title is not None, items=items)


async def _complete_inline(server: HeadlineServer, params: types.InlineCompletionParams) -> types.InlineCompletionList:
    title = server.title(params)
    try:
        offer = grey_text(await server.suggester(), title) if title else None
    except (HeadlineError, OSError):
        offer = None
    if offer is None:
        return types.InlineCompletionList([])
    place = server.place(offer, params.position)
    return types.InlineCompletionList([types.InlineCompletionItem(offer.text, offer.text, place)])


def _item(number: int, offer: Offer, place: types.Range) -> types.CompletionItem:
    correction = ", correction" if offer.kind == "correction" else ""
    return types.CompletionItem(
        label=offer.label,
        kind=types.CompletionItemKind.Text,
        detail=f"{figure(offer.probability)}{correction}",
        sort_text=f"{number:02}",  # editors sort by it, and else by the alphabet
        # Editors leave out what does not begin with the open word, as a correction does not.
        filter_text=offer.replaced if offer.kind == "correction" else offer.text,
        insert_text_format=types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(place, offer.text),
    )
