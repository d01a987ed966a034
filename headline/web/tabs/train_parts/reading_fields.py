"""The fields of the Train tab that say how files are read: the column, the first row, the encoding, the language."""

import gradio as gr
from gradio.components import Component

from headline.corpus.files import Reading
from headline.corpus.language.languages import LANGUAGES, check_language
from headline.corpus.preview import Preview
from headline.corpus.reading.encoding import CHOICES
from headline.web.given import text_of

FOUND_COLUMN = [("Found out", "")]
FOUND_LANGUAGE = ("Found out", "auto")
_LANGUAGES = sorted((language.name, tag) for tag, language in LANGUAGES.items())


class ReadingFields:
    """The components, and what their values mean."""

    def __init__(self) -> None:
        """Lay them out."""
        with gr.Group(visible=False, elem_id="reading") as self.group:
            self.column = gr.Dropdown(
                FOUND_COLUMN,
                value="",
                label="Column that holds the headlines",
                info="Its name, or its number from 1",
                allow_custom_value=True,
                elem_id="column",
            )
            self.no_header = gr.Checkbox(label="The first row is a title, not a heading", elem_id="no-header")
            self.encoding = gr.Dropdown(
                [("Found out", ""), *((label, name) for name, label in CHOICES.items())],
                value="",
                label="Encoding of text files",
                info="Change it if letters look wrong",
                elem_id="encoding",
            )
            self.table = gr.Dropdown(
                FOUND_COLUMN,
                value="",
                label="Sheet or table that holds the headlines",
                visible=False,
                elem_id="table",
            )
        self.language = gr.Dropdown(
            [FOUND_LANGUAGE, *_LANGUAGES],
            value="auto",
            label="Language of the headlines",
            info="Change it if the words look wrong",
            elem_id="language",
        )
        self.header_asked = gr.State(None)  # whether the first row has names, if the visitor said so
        self.of_preview = [self.language, self.column, self.no_header, self.table, self.group]  # what `found` updates
        self.said: list[Component] = [self.language, self.column, self.no_header, self.encoding, self.table]
        self.said += [self.header_asked]  # what a visitor says of the files, and `forget` empties
        self.inputs = set(self.said)

    def reading(self, given: dict) -> Reading:
        """How the visitor wants files to be read."""
        header = given[self.header_asked]
        return Reading(
            column=text_of(given[self.column]).strip() or None,
            header=header if isinstance(header, bool) else None,
            encoding=text_of(given[self.encoding]).strip() or None,
            table=text_of(given[self.table]) or None,
        )

    def language_of(self, given: dict) -> str:
        """The tag of the headlines' language as the visitor says it; "auto": it is found out.

        Raises:
            SettingError: there is no such language.
        """
        tag = text_of(given[self.language]).strip() or "auto"
        check_language(tag)
        return tag

    def forget(self) -> dict:
        """The components as they are before anything was said."""
        return {
            self.language: "auto",
            self.column: gr.Dropdown(choices=FOUND_COLUMN, value=""),
            self.no_header: False,
            self.encoding: "",
            self.table: gr.Dropdown(choices=FOUND_COLUMN, value="", visible=False),
            self.header_asked: None,
        }

    def found(self, shown: Preview, visible: bool) -> dict:
        """The components with what was found out in the files of a preview."""
        column = f"Found: {shown.column}" if shown.column else FOUND_COLUMN[0][0]
        table = f"Read: {shown.tables[0]}" if shown.tables else FOUND_COLUMN[0][0]
        tables = [(table, ""), *((name, name) for name in shown.tables)]
        return {
            self.language: gr.Dropdown(choices=[(f"Found: {shown.found}", "auto"), *_LANGUAGES]),
            self.column: gr.Dropdown(choices=[(column, ""), *((name, name) for name in shown.columns)]),
            self.no_header: gr.Checkbox(value=shown.header is False),
            self.table: gr.Dropdown(choices=tables, visible=len(shown.tables) > 1),
            self.group: gr.Group(visible=visible),
        }

    def nothing_found(self) -> dict:
        """The components while no files are selected."""
        return {
            self.language: gr.Dropdown(choices=[FOUND_LANGUAGE, *_LANGUAGES]),
            self.column: gr.Dropdown(choices=FOUND_COLUMN),
            self.table: gr.Dropdown(choices=FOUND_COLUMN, visible=False),
        }

    def restored(self, shown: dict) -> dict:
        """Updates that show values again which are not among the choices before files are read. `shown` are values."""
        again: dict = {self.language: shown.get(self.language) or "auto"}
        for field in (self.column, self.table):
            if value := shown.get(field):
                again[field] = gr.Dropdown(choices=[*FOUND_COLUMN, (value, value)], value=value)
        return again
