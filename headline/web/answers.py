"""What any program may ask: suggestions, completions, whole headlines, the models that there are.

The same answers by whichever way they are asked for: Gradio's API, MCP, plain HTTP.
"""

import math
from typing import Any

from headline.errors import CheckpointError, RequestError
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.model.metadata import Metadata
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import LONGEST
from headline.web.write import TOP_K

MOST_SUGGESTIONS = 50
MOST_HEADLINES = 20
MOST_WORDS = 20  # that a headline is to be gone on with
HOTTEST = 2.0  # temperature
LONGEST_SEED = 1000  # letters: a headline's text is read anew for every word that is put behind it
NAN = float("nan")


class Answers:
    """Answers of one app's models, as lists and dicts that are ready to be sent.

    What is asked comes from outside and may be anything at all. Numbers above a limit are lowered to it,
    of a text beyond 10,000 letters the end is read, and the rest is refused.
    """

    def __init__(self, models: Models):
        self._models = models

    def suggest(self, text: Any, count: Any = 8, model: Any = BUNDLED_ID, phrases: Any = False) -> list[dict]:
        """Ways to go on, the likeliest first: {"text", "completion", "probability", "kind"} of each.

        Raises:
            RequestError: the text is none, the count no whole number above 0, or there is no such model.
        """
        text, count = _text(text), _whole("The number of suggestions", count, 1, MOST_SUGGESTIONS)
        suggester = self._suggester(model)
        return [
            {"text": s.text, "completion": s.completion, "probability": round(s.probability, 6), "kind": s.kind}
            for s in suggester.suggest(text, count, bool(phrases))
        ]

    def complete(self, text: Any, model: Any = BUNDLED_ID) -> str:
        """The text with the word or phrase that saves the most keys; as it came where nothing is known to follow.

        An open word is completed, or gone on from where it more likely is a word as it stands.

        Raises:
            RequestError: the text is none, or there is no such model.
        """
        text, suggester = _text(text), self._suggester(model)
        found = suggester.suggest(text, 1, phrases=True)
        if suggester.complete_word_probability(suggester.vocabulary.split_typed(text)) > (
            found[0].probability if found else 0.0
        ):
            found = suggester.suggest(text + " ", 1, phrases=True)
        return found[0].text if found else text

    def generate(
        self, seed: Any = "", number: Any = 5, temperature: Any = 0.7, words: Any = 0, model: Any = BUNDLED_ID
    ) -> list[dict]:
        """Whole headlines, the likeliest first, then different ones by chance: {"text", "seen"} of each.

        "seen" says whether it stood word for word among the headlines that the model learnt from. Of the
        seed the last 1,000 letters are read. At a temperature of 0 there are two at most.

        Raises:
            RequestError: the seed is no text, a number is out of its range, or there is no such model.
        """
        seed, number = _text(seed, "The seed"), _whole("The number of headlines", number, 1, MOST_HEADLINES)
        temperature = _number("The temperature", temperature, 0, HOTTEST)
        words = _whole("The number of words", words, 0, MOST_WORDS)
        made = Generator(self._suggester(model)).several(
            seed[-LONGEST_SEED:], number, temperature, TOP_K, words or None
        )
        return [{"text": headline.text, "seen": headline.seen} for headline in made]

    def models(self) -> list[dict]:
        """{"id", "name", "headlines", "words", "perplexity"} of each model; on a public page of the bundled one only.

        The perplexity is that of headlines held out, None where none was measured.
        """
        told = (_told(id_, name, self._models) for name, id_ in self._models.choices([]))
        return [one for one in told if one is not None]

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


def _told(id_: str, name: str, models: Models) -> dict | None:
    """One line of the list of models; None where its checkpoint tells nothing that can be read."""
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
    """A text's last letters, and no half of a pair of surrogates, which no answer could carry."""
    if not isinstance(value, str):
        raise RequestError(f"{name} must be a string of letters.")
    return value[-LONGEST:].encode("utf-8", "replace").decode("utf-8")


def _whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number, lowered to `most`."""
    number = _number(name, value, least, most)
    if number != int(number):
        raise RequestError(f"{name} must be a whole number from {least} to {most}.")
    return int(number)


def _number(name: str, value: Any, least: float, most: float) -> float:
    """A number, lowered to `most`; a text that spells one will do, for an address has nothing else."""
    try:
        number = NAN if isinstance(value, bool) else float(value)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        number = NAN
    if not number >= least:
        raise RequestError(f"{name} must be a number from {least:g} to {most:g}.")
    return min(number, most)
