"""The Inside tab: the lesson's steps, on the text that was typed."""

from dataclasses import asdict
from functools import cache, lru_cache

import gradio as gr

from headline.generator.suggester import Suggester
from headline.paths import LESSON_MODEL
from headline.web.events import QUIET
from headline.web.given import text_of
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.inside_parts.embedding_map import EmbeddingMap, embedding_map_of
from headline.web.tabs.inside_parts.unit_hints import unit_hints
from headline.web.tabs.panels import sheet_of
from headline.web.tabs.walkthrough import (
    Section,
    autocomplete_steps,
    model_summary,
    nearest_words,
    next_word_bars,
    notebook_steps,
)
from headline.web.tabs.word_walk import word_walk, word_walk_of
from headline.web.tabs.write import WriteTab

_EXAMPLE = "Former N.F.L. Cheerleaders’ Settlement Offer"
_LONGEST = 300  # characters of the text that are shown
LESSON, OURS = "The lesson’s recipe", "Our own recipe"
# In the browser, at the moment of the click: an answer that comes later never overwrites what is typed meanwhile.
_TAKE_TEXT = "(box, text) => box?.text?.trim() ? box.text : text"


class InsideTab:
    """The tab's components, the handlers of its events, and their wiring."""

    def __init__(self, models: Models, write: WriteTab):
        self.models, self.write = models, write
        gr.Markdown(
            "Each step that a headline goes through: in the model that is chosen, then in the [lesson’s]"
            "(https://www.kaggle.com/code/shivamb/beginners-guide-to-text-generation-using-lstms) recipe or in our own."
        )
        self.text = gr.Textbox(_EXAMPLE, label="Headline", elem_id="inside-text", lines=1, max_lines=3)
        self.walk = word_walk_of("word-walk")
        self.map = embedding_map_of("embedding-map")
        self.mapped = gr.State(None)  # the id of the model whose map the page has
        self.path = gr.Radio([LESSON, OURS], value=LESSON, label="Path from the text to the next word", elem_id="path")
        self.panel = sheet_of("inside")

    def wire(self, tab: gr.Tab) -> None:
        write = self.write
        tab.select(None, [write.box, self.text], self.text, js=_TAKE_TEXT, **QUIET)
        gr.on(
            [tab.select, self.text.change, self.path.input],
            self.show,
            {self.text, self.path, self.mapped, write.model},
            [self.walk, self.map, self.mapped, self.panel],
            trigger_mode="always_last",
            **QUIET,
        )

    def show(self, given: dict) -> dict:
        """Show the steps of the text, in the chosen model and on the chosen path."""
        text, model = text_of(given[self.text])[:_LONGEST], given[self.write.model] or BUNDLED_ID
        suggester = self.models.get(model)
        return {
            self.walk: word_walk(text, suggester)
            | {"hints": {str(u): said for u, said in unit_hints(suggester).items()}},
            self.map: self._map(text, suggester, known=given[self.mapped] == model),
            self.mapped: model,
            self.panel: sheet(text, *self._path(given[self.path], suggester)),
        }

    def _map(self, text: str, suggester: Suggester, known: bool) -> dict:
        """The value of the map; the frequent words only where the page does not have them yet."""
        made = map_of(suggester)
        value: dict = {"typed": made.typed(suggester.vocabulary.tokenizer.words(text))}
        if not known:
            size = int(suggester.checkpoint.config.embedding_size)
            value |= {"points": made.points(), "share": made.share, "size": size}
        return value

    def _path(self, path: str, suggester: Suggester) -> tuple[str, Suggester]:
        """The path, and the model at its end: the chosen one if it is of this recipe, else one that comes with it."""
        if path == OURS:
            return OURS, suggester if suggester.checkpoint.config.causal else self.models.get(BUNDLED_ID)
        return LESSON, lesson_model() if suggester.checkpoint.config.causal else suggester


@cache
def lesson_model() -> Suggester:
    """The lesson's network on the sample, which comes with the program."""
    return Suggester.load(LESSON_MODEL)


@lru_cache(maxsize=3)
def map_of(suggester: Suggester) -> EmbeddingMap:
    return EmbeddingMap(suggester)


def sheet(text: str, path: str, suggester: Suggester) -> dict:
    """The steps of a text on one path as the value of a sheet: {"groups": [{"title", "sections"}], "index"}.

    `suggester` has the network at the end of the path.
    """
    config, vocabulary = suggester.checkpoint.config, suggester.vocabulary
    steps: list[Section]
    if path == LESSON:
        title = "The lesson’s recipe, from the text to its network"
        steps = notebook_steps(text, vocabulary, config.block_size)
    else:
        title = "Our recipe, from the text to its network"
        steps = autocomplete_steps(text, vocabulary, config.block_size)
    steps += [
        model_summary(config),
        next_word_bars(suggester, text),
        nearest_words(suggester, vocabulary.tokenizer.words(text)),
        corpus_figures(suggester),
    ]
    return {"index": True, "groups": [{"title": title, "sections": [asdict(step) for step in steps]}]}


def corpus_figures(suggester: Suggester) -> Section:
    """The checkpoint's corpus report; for the New York Times files 9,335 -> 8,603 headlines, 11,753 words."""
    report = suggester.checkpoint.corpus
    names = {
        "rows": "rows read",
        "dropped_placeholder": "placeholders such as Unknown dropped",
        "dropped_duplicate": "duplicates dropped",
        "dropped_blank": "blank rows dropped",
        "dropped_null": "rows without a value dropped",
        "dropped_malformed": "malformed rows dropped",
        "kept": "headlines kept",
        "train": "trained on",
        "validation": "held out to choose the best epoch",
        "test": "held out to measure the model",
    }
    rows = [(title, f"{report[name]:,}") for name, title in names.items() if report.get(name)]
    rows.append(("words in the vocabulary, special tokens included", f"{len(suggester.vocabulary):,}"))
    return Section("Training data", "What this network learnt from.", head=("what", "count"), rows=tuple(rows))
