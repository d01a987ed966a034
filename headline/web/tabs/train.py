"""The Train tab: select headlines, preview them, start a run, follow it, and write with the result."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr

from headline.errors import CorpusError, HeadlineError, LimitError, system_sentence
from headline.model.storage.metadata import Metadata
from headline.runs.estimate import estimate as estimate_in_child
from headline.runs.queue import start as start_run
from headline.runs.visitors import new_visitor, visitor_of
from headline.training.device import device_description
from headline.training.footprint import Footprint, check_memory, footprint
from headline.training.options import RunOptions
from headline.training.progress import clock
from headline.training.settings import TrainingConfig
from headline.web.allowance import Allowance
from headline.web.events import AT_ONCE, HIDDEN, QUIET
from headline.web.given import box_text, ids_of
from headline.web.http.metrics import count_refusal
from headline.web.models import Models
from headline.web.tabs.corpus_picker import SAMPLE_CHOICE, CorpusPicker, CorpusSelection
from headline.web.tabs.own_models import OwnModels
from headline.web.tabs.panels import line, line_of, panel_of
from headline.web.tabs.run_view import describe, refusal
from headline.web.tabs.settings_form import SettingsForm
from headline.web.tabs.write import LESSON_SEEDS, WriteTab

_POLL_SECONDS = 0.5
_LONGEST_ESTIMATE = 120  # seconds
_ESTIMATE = threading.Lock()  # one estimate at a time, or they would measure each other


class TrainTab:
    """The tab's components, the handlers of its events, and their wiring."""

    def __init__(self, models: Models, sample: Path, write: WriteTab):
        """Lay out the tab. A finished run is chosen in the Write tab."""
        self.models, self.write, self.mine = models, write, write.mine
        self.estimating = Allowance(models.limits.at_once_each)
        self.visitor = gr.BrowserState("", storage_key="headline.visitor", secret=write.mine.secret)
        gr.Markdown(
            "Train a model on your own kind of headlines. It trains in a process of its own, on a GPU if there is one, "
            "and you can go on writing."
        )
        line_of("device", f"This machine trains on {device_description()}.")
        with gr.Row():
            with gr.Column():
                self.corpus = CorpusPicker(sample, models, self.visitor)
            with gr.Column():
                self.settings = SettingsForm(models)
        self.corpus.lay_out_notice()
        with gr.Row(elem_id="run-actions"):
            self.start_button = gr.Button("Start training", variant="primary", elem_id="start")
            self.stop_button = gr.Button("Stop and keep the best", elem_id="stop")
            self.estimate_button = gr.Button("How long will it take?", elem_id="estimate")
        self.estimated = line_of("estimated")
        self.panel = panel_of("run")
        self.corpus.lay_out_preview()
        self.own = OwnModels(models, write.model, self.mine, self.visitor, self.panel)
        self.job_id = gr.State(None)
        self.timer = gr.Timer(_POLL_SECONDS, active=False)
        self.inputs = self.settings.inputs | self.corpus.inputs

    def wire(self, page: gr.Blocks) -> None:
        for previewed in self.corpus.wire(page):
            previewed.then(self.estimate_upload, self.inputs, self.estimated, **AT_ONCE)
        self.settings.wire()
        self.own.wire()
        self.estimate_button.click(self.estimate, self.inputs, self.estimated, **AT_ONCE)
        self.start_button.click(
            self.start,
            self.inputs | {self.write.box, self.mine},
            [self.job_id, self.panel, self.timer, self.mine],
            **HIDDEN,
        )
        self.stop_button.click(self.stop, self.job_id, None, **QUIET)
        shown = [self.panel, self.timer, self.own.model, self.settings.start_from]
        batch_size = self.settings.fields["batch_size"]
        followed = {self.job_id, self.mine}
        self.timer.tick(self.follow, followed, [*shown, self.write.model, batch_size], **QUIET)
        page.load(lambda visitor: visitor or new_visitor(), self.visitor, self.visitor, **QUIET)
        page.load(self.resume, self.mine, [*shown, self.job_id], **QUIET)

    def options(self, given: dict) -> tuple[RunOptions, bool]:
        """What a run or an estimate is given, and whether its files are temporary.

        Raises:
            HeadlineError: the files or the settings cannot be used.
        """
        selected = self.corpus.parsed_selection(given)
        settings, start_from = self.settings.read(given)
        check_memory(self._footprint(selected, settings, start_from), self.models.limits.run_mb)
        options = RunOptions(
            files=tuple(map(str, selected.paths)),
            settings=settings,
            column=selected.column,
            start_from=str(start_from) if start_from else None,
            rows=self.models.limits.rows,
            minutes=self.models.limits.minutes,
            name=selected.name,
            samples=tuple(LESSON_SEEDS),
            compare=True,
        )
        return options, selected.temporary

    def _footprint(
        self, selected: CorpusSelection, settings: TrainingConfig, start_from: Path | str | None
    ) -> Footprint:
        """How large the run will be."""
        shown = selected.preview
        assert shown is not None, "the files have been parsed"
        vocabulary = Metadata.read(Path(start_from)).model.vocab_size if start_from and settings.keep_words else 0
        share = min(1.0, (self.models.limits.rows or shown.headlines) / max(1, shown.headlines))
        return footprint(
            settings,
            headlines=round(share * shown.headlines),
            words=round(share * shown.words),
            distinct=shown.distinct + vocabulary,
            longest=shown.longest,
        )

    def start(self, given: dict) -> dict:
        """Start a run when its turn comes."""
        try:
            options, temporary = self.options(given)
        except HeadlineError as error:
            count_refusal(error)
            return {self.panel: refusal(str(error))}
        text = box_text(given[self.write.box]).strip()
        options = replace(options, samples=(*options.samples, text)) if text else options
        visitor = visitor_of(given[self.visitor])
        try:
            job = start_run(options, self.models.runs, keep_files=temporary, visitor=visitor, limits=self.models.limits)
        except LimitError as error:
            count_refusal(error)
            return {self.panel: refusal(str(error))}
        except OSError as error:
            return {self.panel: refusal(f"The run could not be added: {system_sentence(error)}")}
        return {
            self.job_id: job.id,
            self.panel: describe(job.status()),
            self.timer: gr.Timer(active=True),
            self.mine: [*ids_of(given[self.mine]), job.id],
        }

    def estimate_upload(self, given: dict) -> Iterator[dict]:
        """Estimate the time for headlines that were just selected; for the sample only on request."""
        try:
            self.corpus.parsed_selection(given)
            readable = given[self.corpus.source] != SAMPLE_CHOICE
        except (CorpusError, LimitError):  # the preview says why
            readable = False
        if readable:
            yield from self.estimate(given)
        else:
            yield line("")

    def estimate(self, given: dict) -> Iterator[dict]:
        """Estimate how long the run would take, from a few steps in a process of its own."""
        yield line("Training a few steps…")
        try:
            options, _ = self.options(given)
            size = self._footprint(self.corpus.parsed_selection(given), options.settings, options.start_from)
            with self.estimating.used_by(visitor_of(given[self.visitor])), _ESTIMATE:
                found = estimate_in_child(options, _LONGEST_ESTIMATE)
        except HeadlineError as error:
            yield line(str(error))
        else:
            yield line(
                f"About {clock(found.seconds)} on {found.device}, at {found.words_per_second:,} words per second; less "
                f"if the held-out loss stops getting better earlier. {size}."
            )

    def follow(self, given: dict) -> dict:
        """The state of the run; once it has ended, its model in the Write tab.

        If memory ran out, the field of the batch size gets one that may do.
        """
        id_, mine = given[self.job_id], given[self.mine]
        if not id_:
            return {self.timer: gr.Timer(active=False)}
        if not self.models.is_run(id_):
            return {self.panel: refusal("This run has been deleted."), self.timer: gr.Timer(active=False)}
        job = self.models.job(id_)
        status = job.status()
        shown = {self.panel: describe(status), self.timer: gr.Timer(active=not status.ended)}
        if status.ended:
            shown |= self._choices(mine)
            if job.model.is_dir():
                shown[self.write.model] = gr.Dropdown(choices=self.models.choices(mine), value=id_)
        if "batch_size" in status.suggested_settings:
            shown[self.settings.fields["batch_size"]] = status.suggested_settings["batch_size"]
        return shown

    def stop(self, id_: str | None) -> None:
        if id_ and self.models.is_run(id_):
            self.models.job(id_).stop()

    def resume(self, mine: list[str] | None) -> dict:
        """Follow a run that is under way when the page is opened, or else show the last one of this browser."""
        shown = self._choices(mine)
        for job in self.models.jobs(mine):
            status = job.status()
            if not status.ended:
                return shown | {
                    self.job_id: job.id,
                    self.panel: describe(status),
                    self.timer: gr.Timer(active=True),
                }
        last = next((self.models.job(id_) for id_ in reversed(ids_of(mine)) if self.models.is_run(id_)), None)
        return shown | ({self.panel: describe(last.status())} if last else {})

    def _choices(self, mine: list[str] | None) -> dict:
        """The lists of models, which a run may have made longer."""
        return {
            self.own.model: self.own.choice(mine),
            self.settings.start_from: gr.Dropdown(choices=self.settings.start_choices(mine)),
        }
