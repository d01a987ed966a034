"""The app's functions for other programs: endpoints of Gradio's API, which are MCP tools too.

Their docstrings are what Gradio shows on the page on its API, and what an assistant reads of a tool.
"""

import gradio as gr

from headline.errors import RequestError
from headline.web.answers import Answers
from headline.web.models import BUNDLED_ID

_AT_ONCE = 4  # calls that write headlines, the rest wait


class Sentence(gr.Error):
    """A refusal: the sentence alone reaches whoever asked, and nothing the log."""

    def __init__(self, sentence: object):
        super().__init__(str(sentence), print_exception=False)

    def __str__(self) -> str:  # what MCP sends; Gradio's own puts it in quotes
        return self.message


def add_api(answers: Answers) -> None:
    """Add the endpoints /suggest, /complete, /generate and /models to the page that is being built."""

    def suggest(text: str, count: int = 8, model: str = BUNDLED_ID, phrases: bool = False) -> list[dict]:
        """The likeliest ways to go on with a headline: next words after a space, completions within a word,
        starts of headlines for an empty text.

        Args:
            text: the beginning of a headline; of more than 10,000 letters the end is read
            count: how many suggestions at most, from 1 to 50
            model: the id of a model, as `models` lists them
            phrases: whether likely continuations of several words may be among them

        Returns:
            suggestions, the likeliest first, each with the whole text, what it adds, its probability, and its kind (word, phrase or correction)
        """  # noqa: E501  a line a description, as Gradio reads them
        try:
            return answers.suggest(text, count, model, phrases)
        except RequestError as error:
            raise Sentence(error) from None

    def complete(text: str, model: str = BUNDLED_ID) -> str:
        """A headline's beginning with the one word or phrase that most likely saves the most typing.

        Args:
            text: the beginning of a headline; of more than 10,000 letters the end is read
            model: the id of a model, as `models` lists them

        Returns:
            the completed text
        """
        try:
            return answers.complete(text, model)
        except RequestError as error:
            raise Sentence(error) from None

    def generate(
        seed: str = "", number: int = 5, temperature: float = 0.7, words: int = 0, model: str = BUNDLED_ID
    ) -> list[dict]:
        """Whole headlines that begin with a seed: the likeliest one, then different ones by chance.

        Args:
            seed: how they are to begin; may be empty; of more than 1,000 letters the end is read
            number: how many, from 1 to 20; there may be fewer where no more different ones are found
            temperature: from 0 to 2; low is likely, high is odd; at 0 there are two at most
            words: how many words to add, up to 20; 0 goes on until the headline ends
            model: the id of a model, as `models` lists them

        Returns:
            headlines, each with its text and whether it was seen word for word in training
        """
        try:
            return answers.generate(seed, number, temperature, words, model)
        except RequestError as error:
            raise Sentence(error) from None

    def models() -> list[dict]:
        """The models that can be asked, the bundled one first.

        Returns:
            models, each with its id, name, how many headlines it learnt from, how many words it knows, and its perplexity on headlines that it never saw
        """  # noqa: E501
        return answers.models()

    for quick in (suggest, complete, models):
        gr.api(quick, api_name=quick.__name__, queue=False)
    gr.api(generate, api_name="generate", concurrency_limit=_AT_ONCE)
