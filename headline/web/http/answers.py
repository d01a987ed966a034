"""Answers for other programs: suggestions, completions, whole headlines, and the list of models.

Gradio's API, MCP and plain HTTP all give these answers.
"""

import math
from typing import Any

from headline.errors import CheckpointError, RequestError
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.model.storage.metadata import Metadata
from headline.web.given import text_of
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import suggestions
from headline.web.tabs.write import TOP_K

MOST_SUGGESTIONS = 50
MOST_HEADLINES = 20
MOST_WORDS = 20  # to add to a headline
HOTTEST = 2.0  # temperature
LONGEST_SEED = 1000  # characters: the whole text is read again for every word that is added
NAN = float("nan")


class Answers:
    """The answers of an app's models, as lists and dicts that can be sent as JSON.

    Arguments come from outside and may be anything. Numbers above a limit are lowered to it, of a text only the last
    10,000 characters are read, and everything else that is not allowed is refused.
    """

    def __init__(self, models: Models):
        self._models = models

    def suggest(self, text: Any, count: Any = 8, model: Any = BUNDLED_ID, phrases: Any = False) -> list[dict]:
        """Suggestions, the likeliest first: {"text", "completion", "probability", "kind", "more", "replaces"} of each.

        Raises:
            RequestError: the text is not a string, the count is not a whole number above 0, or there is no such model.
        """
        text, count = _text(text), _whole("The number of suggestions", count, 1, MOST_SUGGESTIONS)
        return suggestions(self._suggester(model), text, count, bool(phrases))

    def complete(self, text: Any, model: Any = BUNDLED_ID) -> str:
        """The text with its likeliest word or mark, and with what follows that where it is likelier than not.

        An open word is completed, or taken as complete if that is likelier. The text is unchanged if nothing is known
        to follow.

        Raises:
            RequestError: the text is not a string, or there is no such model.
        """
        text, suggester = _text(text), self._suggester(model)
        answer = suggester.answer(text, 1, phrases=True)
        found = answer.suggestions
        if answer.complete > (found[0].probability if found else 0.0):
            found = suggester.suggest(text + " ", 1, phrases=True)
        return found[0].text + found[0].more if found else text

    def generate(
        self, seed: Any = "", number: Any = 5, temperature: Any = 0.7, words: Any = 0, model: Any = BUNDLED_ID
    ) -> list[dict]:
        """Different whole headlines, the best of many samples first. {"text", "seen"} of each.

        "seen" is whether exactly this headline was trained on. Only the last 1,000 characters of the seed are read.
        At a temperature of 0 there are at most two.

        Raises:
            RequestError: the seed is not a string, a number is out of range, or there is no such model.
        """
        seed, number = _text(seed, "The seed"), _whole("The number of headlines", number, 1, MOST_HEADLINES)
        temperature = _number("The temperature", temperature, 0, HOTTEST)
        words = _whole("The number of words", words, 0, MOST_WORDS)
        made = Generator(self._suggester(model)).several(
            seed[-LONGEST_SEED:], number, temperature, TOP_K, words or None
        )
        return [{"text": headline.text, "seen": headline.seen} for headline in made]

    def models(self) -> list[dict]:
        """{"id", "name", "headlines", "words", "perplexity"} of each model; on a public page only the bundled one.

        The perplexity is on held-out headlines, None if it was not measured.
        """
        described = (_description(id_, name, self._models) for name, id_ in self._models.choices([]))
        return [one for one in described if one is not None]

    def is_bundled(self, model: Any) -> bool:
        return model in (None, "", BUNDLED_ID)

    def _suggester(self, model: Any) -> Suggester:
        if self.is_bundled(model):
            model = BUNDLED_ID
        found = self._models.find(model) if isinstance(model, str) else None
        if found is None:
            raise RequestError(
                f"There is no such model; “{BUNDLED_ID}” is always there, and `models` lists the others."
            )
        return found


def _description(id_: str, name: str, models: Models) -> dict | None:
    """An entry of the list of models; None if its checkpoint cannot be read."""
    try:
        meta = Metadata.read(models.folder(id_)).as_dict()
        perplexity = meta["metrics"].get("test", {}).get("perplexity", NAN)
        return {
            "id": id_,
            "name": name,
            "headlines": int(meta["corpus"].get("kept", 0)),
            "words": int(meta["model"]["vocab_size"]),
            "perplexity": round(float(perplexity), 1) if math.isfinite(perplexity) else None,
        }
    except (CheckpointError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _text(value: Any, name: str = "The text") -> str:
    """The end of a text. Lone surrogates become “?”, because UTF-8 cannot encode them."""
    if not isinstance(value, str):
        raise RequestError(f"{name} must be a string of letters.")
    return text_of(value)


def _whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number, lowered to `most`."""
    number = _number(name, value, least, most)
    if number != int(number):
        raise RequestError(f"{name} must be a whole number from {least} to {most}.")
    return int(number)


def _number(name: str, value: Any, least: float, most: float) -> float:
    """A number, lowered to `most`. A string of digits counts as a number."""
    try:
        number = NAN if isinstance(value, bool) else float(value)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        number = NAN
    if not number >= least:
        raise RequestError(f"{name} must be a number from {least:g} to {most:g}.")
    return min(number, most)
