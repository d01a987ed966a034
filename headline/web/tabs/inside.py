"""The Inside tab: the lesson's steps, on the text that was typed."""

from dataclasses import asdict
from functools import cache
from pathlib import Path

import gradio as gr

from headline.corpus.reader import read_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.generator.suggester import Suggester
from headline.web.events import QUIET
from headline.web.given import box_text, text_of
from headline.web.models import Models
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


class InsideTab:
    """The tab's components, the handlers of its events, and their wiring."""

    def __init__(self, models: Models, sample: Path, write: WriteTab):
        self.models, self.sample, self.write = models, sample, write
        gr.Markdown(
            "Each step that a headline goes through: in the [lesson’s](https://www.kaggle.com/code/shivamb/"
            "beginners-guide-to-text-generation-using-lstms) recipe, in our own, and in the model that is chosen."
        )
        self.text = gr.Textbox(label="Headline", elem_id="inside-text", lines=1, max_lines=3)
        self.walk = word_walk_of("word-walk")
        self.panel = sheet_of("inside")

    def wire(self, tab: gr.Tab) -> None:
        write = self.write
        tab.select(self.open, {write.box, write.model}, [self.text, self.walk, self.panel], **QUIET)
        self.text.change(
            self.show, {self.text, write.model}, [self.walk, self.panel], trigger_mode="always_last", **QUIET
        )

    def open(self, given: dict) -> dict:
        """Show the steps of the text in the Write tab's box."""
        text = box_text(given[self.write.box]) or _EXAMPLE
        return {self.text: text} | self._shown(text, given[self.write.model])

    def show(self, given: dict) -> dict:
        """Show the steps of the text that was typed in this tab."""
        return self._shown(text_of(given[self.text]), given[self.write.model])

    def _shown(self, text: str, model: str) -> dict:
        text, suggester = text[:_LONGEST], self.models.get(model)
        return {self.walk: word_walk(text, suggester), self.panel: sheet(text, suggester, self.sample)}


def sheet(text: str, suggester: Suggester, sample: Path) -> dict:
    """The steps of a text as the value of a sheet: {"groups": [{"title", "sections"}]}."""
    config = suggester.checkpoint.config
    own = not config.causal
    lesson_words, longest = (suggester.vocabulary, config.block_size) if own else sample_words(sample)
    whose = "its own vocabulary" if own else "the sample’s vocabulary"
    groups: list[tuple[str, list[Section]]] = [
        (f"The lesson’s recipe, with {whose}", notebook_steps(text, lesson_words, longest))
    ]
    words = suggester.vocabulary.tokenizer.words(text)
    model = [model_summary(config), next_word_bars(suggester, text), nearest_words(suggester, words)]
    if own:
        groups.append(("The model", model))
    else:
        steps = autocomplete_steps(text, suggester.vocabulary, config.block_size)
        groups.append(("The autocomplete recipe, with the model’s vocabulary", steps + model))
    groups.append(("Training data", [corpus_figures(suggester)]))
    return {"groups": [{"title": title, "sections": [asdict(s) for s in sections]} for title, sections in groups]}


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
    return Section("Figures", "", head=("what", "count"), rows=tuple(rows))


@cache
def sample_words(sample: Path) -> tuple[Vocabulary, int]:
    """The sample's vocabulary by the lesson's tokenizer, and the length of its longest headline in words."""
    headlines = read_headlines(sample, normalise=False).headlines
    vocabulary = Vocabulary.build(headlines, "keras")
    return vocabulary, max(len(vocabulary.tokenizer.words(line)) for line in headlines)
