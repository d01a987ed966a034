"""The endpoints of Gradio's API, which are MCP tools too.

Their docstrings appear on Gradio's API page and as the descriptions of the tools.
"""

import gradio as gr

from headline.errors import LimitError, RequestError
from headline.web.allowance import Allowance, address_of
from headline.web.given import without_folders
from headline.web.http.answers import Answers
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID

_GENERATE_AT_ONCE = 4  # calls; further ones wait


class Sentence(gr.Error):
    """A refusal: the caller gets the sentence alone, and nothing is logged."""

    def __init__(self, sentence: object):
        super().__init__(without_folders(str(sentence)), print_exception=False)

    def __str__(self) -> str:  # what MCP sends; Gradio would put it in quotes
        return self.message


def add_api(answers: Answers, allowance: Allowance) -> None:
    """Add the endpoints /suggest, /complete, /generate and /models to the page.

    `allowance` is that of requests for whole headlines.
    """

    def suggest(text: str, count: int = 8, model: str = BUNDLED_ID, phrases: bool = False) -> list[dict]:
        """The likeliest continuations of a headline: next words and punctuation marks after a word,
        completions within one, first words for an empty text.

        Args:
            text: the beginning of a headline; only its last 10,000 characters are read
            count: how many suggestions at most, from 1 to 50
            model: the id of a model, as `models` lists them
            phrases: whether each says what follows it where that is likelier than not, and for an empty text a usual opening

        Returns:
            suggestions, the likeliest first, each with the whole text, the completion, its probability, its kind (word, mark or correction), the words that follow likelier than not, and how many characters at the end of the text the completion replaces
        """  # noqa: E501  a line a description, as Gradio reads them
        try:
            return answers.suggest(text, count, model, phrases)
        except RequestError as error:
            count_refusal(error)
            raise Sentence(error) from None

    def complete(text: str, model: str = BUNDLED_ID) -> str:
        """The beginning of a headline with its likeliest word or mark, and what then follows if likelier than not.

        Args:
            text: the beginning of a headline; only its last 10,000 characters are read
            model: the id of a model, as `models` lists them

        Returns:
            the completed text
        """
        try:
            return answers.complete(text, model)
        except RequestError as error:
            count_refusal(error)
            raise Sentence(error) from None

    def generate(
        seed: str = "",
        number: int = 5,
        temperature: float = 0.7,
        words: int = 0,
        model: str = BUNDLED_ID,
        request: gr.Request | None = None,
    ) -> list[dict]:
        """Whole headlines that begin with a seed: the best of many samples first.

        Args:
            seed: the beginning; may be empty; only its last 1,000 characters are read
            number: how many, from 1 to 20; fewer if no more different ones are found
            temperature: from 0 to 2; low is predictable, high is surprising; at 0 there are at most two
            words: how many words to add, up to 20; 0: until the headline ends
            model: the id of a model, as `models` lists them

        Returns:
            headlines, each with its text and whether exactly this headline was trained on
        """
        try:
            with allowance.used_by(address_of(request)):
                return answers.generate(seed, number, temperature, words, model)
        except (LimitError, RequestError) as error:
            count_refusal(error)
            raise Sentence(error) from None

    def models() -> list[dict]:
        """The available models, the bundled one first.

        Returns:
            models, each with its id, its name, the number of headlines it was trained on, the size of its vocabulary, and its perplexity on held-out headlines
        """  # noqa: E501
        return answers.models()

    for quick in (suggest, complete, models):
        gr.api(quick, api_name=quick.__name__, queue=False)
    gr.api(generate, api_name="generate", concurrency_limit=_GENERATE_AT_ONCE)
