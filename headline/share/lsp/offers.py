"""What an editor offers in a title: the rows of a list, and grey text after the cursor."""

from dataclasses import dataclass

from headline.generator.box.shown import SURE, shown
from headline.generator.suggester import Suggester, Suggestion
from headline.share.lsp.quoting import Refused
from headline.share.lsp.titles import Title


@dataclass(frozen=True)
class Offer:
    """Text that replaces the characters before the cursor. All offers for one title replace the same ones."""

    text: str  # as the file has to have it
    replaced: str  # those characters, as the file has them
    label: str  # what a person reads
    probability: float
    kind: str  # "word" or "correction"


def offers(suggester: Suggester, title: Title) -> list[Offer]:
    """Return the rows of the list, the most probable first: each word, and then the word with what carries it on."""
    found: dict[str, Offer] = {}
    for s in shown(suggester, title.text).suggestions:
        for text in dict.fromkeys((s.text, s.text + s.more)):
            if offer := _offer(suggester, title, s, text):
                found.setdefault(offer.text, offer)
    return list(found.values())


def grey_text(suggester: Suggester, title: Title) -> Offer | None:
    """Return what is shown behind the cursor, by the page's rule: the first row where it is probable enough."""
    for s in shown(suggester, title.text).suggestions[:1]:
        if title.at_end and s.probability >= SURE and s.kind == "word" and not s.replaces:
            return _offer(suggester, title, s, s.text + s.more)
    return None


def _offer(suggester: Suggester, title: Title, s: Suggestion, text: str) -> Offer | None:
    """What leads to a text, or None if the file cannot have it. An editor filters and underlines by the open word, so
    the whole of that is replaced, whatever part of it stays."""
    replaced = suggester.vocabulary.split_typed(title.text).fragment
    kept = len(title.text) - len(replaced)
    if s.replaces > len(replaced):
        return None  # a mark in the place of a space, which is not the open word's
    try:
        written = title.quoting.write(text[kept:], begins=not kept)
        return Offer(written, title.quoting.write(replaced), text[kept:].strip(), s.probability, s.kind)
    except Refused:
        return None
