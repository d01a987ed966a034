"""What is asked about a text over HTTP, and the answers, by the page's server and by that of suggestions alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headline.errors import RequestError
from headline.generator.box.shown import ROWS, shown
from headline.generator.suggester import Suggester

API = "/gradio_api/headline"  # prefix of the routes that only the page asks
LONGEST = 10_000  # characters of a text
STYLES = ("auto", "sentence", "title", "lower", "upper")
_MOST_SUGGESTIONS = 20
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def text_of(value: object, most: int = LONGEST) -> str:
    """The end of a text; empty if it is none. Half surrogate pairs become “?”, because UTF-8 cannot encode them."""
    return value[-most:].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


@dataclass(frozen=True)
class Question:
    """What the page asks about a text."""

    text: str
    k: int = ROWS  # suggestions at most
    style: str = "auto"
    phrases: bool = True

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Question":
        """Read the parameters of a request.

        Raises:
            RequestError: one that must be a whole number is none.
        """
        style = given.get("style", "auto")
        return cls(
            text_of(given.get("q", "")),
            max(0, min(whole(given, "k", ROWS), _MOST_SUGGESTIONS)),
            style if style in STYLES else "auto",
            bool(whole(given, "phrases", 1)),
        )


def answer(suggester: Suggester, asked: Question) -> dict:
    """The list for a text, as assets/engine answers it in the page.

    "suggestions" are as in the public route, without the whole text, and "more" is there only where there is some;
    "complete" is the probability that the open word is a word by itself.
    """
    suggestions = []
    made = shown(suggester, asked.text, asked.k, asked.phrases, asked.style)
    for s in made.suggestions:
        item: dict[str, Any] = {"completion": s.completion, "probability": round(s.probability, 4), "kind": s.kind}
        if s.more:
            item["more"] = s.more
        if s.replaces:
            item["replaces"] = s.replaces
        suggestions.append(item)
    return {"q": asked.text, "suggestions": suggestions, "complete": round(made.complete, 4)}


def suggestions(suggester: Suggester, text: str, count: int, phrases: bool) -> list[dict]:
    """The suggestions for a text in the form of the public route."""
    return [
        {
            "text": s.text,
            "completion": s.completion,
            "probability": round(s.probability, 6),
            "kind": s.kind,
            "more": s.more,
            "replaces": s.replaces,
        }
        for s in suggester.suggest(text, count, phrases)
    ]


def whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not _WHOLE.fullmatch(text):
        raise RequestError(f"{name} must be a whole number.")
    return int(text)
