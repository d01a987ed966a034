"""The Train tab, a story in three steps: your titles, how long, go."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from headline.corpus.preview import beginnings
from headline.errors import HeadlineError, system_sentence
from headline.model.storage.metadata import Metadata
from headline.runs.job import Job, Status
from headline.runs.limits import slots
from headline.runs.queue import start as start_run
from headline.runs.visitors import new_visitor, visitor_of
from headline.training.data.enough import check_number
from headline.training.duration.estimate import estimate
from headline.training.duration.speed import known_factor
from headline.training.duration.work import ListSize
from headline.training.footprint import Footprint, check_memory, footprint
from headline.training.options import RunOptions
from headline.training.progress import about
from headline.training.settings import TrainingConfig
from headline.web.events import AT_ONCE, HIDDEN, QUIET
from headline.web.given import ids_of
from headline.web.http.metrics import count_refusal
from headline.web.machine_speed import machine_factor
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.corpus_picker import CorpusPicker, CorpusSelection
from headline.web.tabs.own_models import OwnModels
from headline.web.tabs.panels import line, line_of, panel_of
from headline.web.tabs.run_view import describe, refusal, starting
from headline.web.tabs.settings_form import SettingsForm
from headline.web.tabs.train_parts.form_memory import form_of, keep_form, kept_form
from headline.web.tabs.train_parts.limits_line import limits_line
from headline.web.tabs.train_parts.newest_runs import NewestRuns
from headline.web.tabs.train_parts.where import ELSEWHERE, flavor_of, where_to_train
from headline.web.tabs.write import WriteTab

_POLL_SECONDS = 0.5
_CHOSEN = "It is chosen in the Write tab."
_TO_WRITE = "() => document.querySelector('[role=tab]').click()"  # the first tab


class TrainTab:
    """The tab's components, the handlers of its events, and their wiring."""

    def __init__(self, models: Models, sample: Path, write: WriteTab):
        """Lay out the tab. A finished run is chosen in the Write tab."""
        self.models, self.write, self.mine = models, write, write.mine
        self.newest = NewestRuns()
        self.visitor = gr.BrowserState("", storage_key="headline.visitor", secret=write.mine.secret)
        gr.Markdown("Teach a model to write titles like yours, in three steps. No knowledge is needed.")
        line_of("limits", limits_line(models.limits))
        gr.Markdown("## 1 · Your titles", elem_classes="step", elem_id="step-titles")
        self.corpus = CorpusPicker(sample, models, self.visitor)
        self.corpus.lay_out_notice()
        self.corpus.lay_out_preview()
        gr.Markdown("## 2 · How long", elem_classes="step", elem_id="step-long")
        self.settings = SettingsForm(models)
        gr.Markdown("## 3 · Go", elem_classes="step", elem_id="step-go")
        self.where = where_to_train(models.limits)
        self.start_button = gr.Button("Train", variant="primary", elem_id="start")
        self.estimated = line_of("estimated")
        self.stop_button = gr.Button("Stop and keep the best", elem_id="stop", visible=False)
        self.panel = panel_of("run", step="#step-go")
        with gr.Row(visible=False, elem_id="use-row", equal_height=True) as self.use_row:
            self.chosen = line_of("chosen")
            self.use_button = gr.Button("Write with it", variant="primary", elem_id="use", scale=0, min_width=160)
        self.own = OwnModels(models, write.model, self.mine, self.visitor, self.panel)
        self.job_id = gr.State(None)
        self.timer = gr.Timer(_POLL_SECONDS, active=False)
        self.inputs = self.settings.inputs | self.corpus.inputs | {self.where}

    def wire(self, page: gr.Blocks, tab: gr.Tab | None = None) -> None:
        offered = [self.start_button, self.estimated, self.settings.preset, self.panel]
        for previewed in self.corpus.wire(page):
            previewed.then(self.offer, self.inputs, offered, **AT_ONCE)
        self.settings.wire()
        changes = [self.settings.preset.input, self.settings.start_from.input, self.where.input]
        changes += [field.change for field in self.settings.fields.values()]
        gr.on(
            changes + ([tab.select] if tab else []),
            self.offer,
            self.inputs,
            offered,
            trigger_mode="always_last",
            **AT_ONCE,
        )
        self.own.wire()
        started = [self.job_id, self.panel, self.timer, self.mine, self.stop_button, self.use_row]
        self.start_button.click(self.press_start, None, [self.panel, self.stop_button, self.use_row], **QUIET).then(
            self.start, self.inputs | {self.mine}, started, **HIDDEN
        )
        self.stop_button.click(self.stop, self.job_id, self.stop_button, **QUIET)
        use = [self.chosen, self.use_button, self.use_row]
        shown = [self.panel, self.timer, self.stop_button, self.own.model, self.settings.start_from, *use]
        batch_size = self.settings.fields["batch_size"]
        followed = {self.job_id, self.mine, self.write.model}
        self.timer.tick(self.follow, followed, [*shown, self.write.model, batch_size], **QUIET)
        self.write.model.change(self.tell_chosen, {self.job_id, self.write.model}, use, **QUIET)
        self.use_button.click(self.use, {self.job_id, self.mine}, self.write.model, **QUIET).then(None, js=_TO_WRITE)
        page.load(lambda visitor: visitor or new_visitor(), self.visitor, self.visitor, **QUIET)
        restored = sorted(self.inputs - {self.visitor}, key=lambda component: component._id)
        page.load(
            self.resume,
            {self.mine, self.write.chosen},
            [*dict.fromkeys([*shown, self.job_id, *restored, self.settings.about, self.corpus.read])],
            **QUIET,
        )

    def options(self, given: dict) -> tuple[RunOptions, bool]:
        """What a run is given, and whether its files are temporary.

        Raises:
            HeadlineError: the files or the settings cannot be used.
        """
        selected = self.corpus.parsed_selection(given)
        settings, start_from = self.settings.read(given)
        settings = settings.changed(language=self.corpus.how.language_of(given))
        check_memory(self._footprint(selected, settings, start_from), self.models.limits.run_mb)
        assert selected.preview is not None, "the files have been parsed"
        options = RunOptions(
            files=tuple(map(str, selected.paths)),
            settings=settings,
            column=selected.column,
            start_from=str(start_from) if start_from else None,
            rows=self.models.limits.rows,
            minutes=self.models.limits.minutes,
            name=selected.name,
            samples=beginnings(selected.preview.rows),
            compare=True,
            flavor=flavor_of(given.get(self.where), self.models.limits),
            resumable=not slots(),  # the page starts a run anew; a worker may go on with another one's
        )
        return options, selected.temporary

    def _size(self, selected: CorpusSelection) -> ListSize:
        """The size of the list that a run will learn from."""
        shown = selected.preview
        assert shown is not None, "the files have been parsed"
        share = min(1.0, (self.models.limits.rows or shown.headlines) / max(1, shown.headlines))
        return ListSize(round(share * shown.headlines), round(share * shown.words), shown.distinct, shown.longest)

    def _footprint(
        self, selected: CorpusSelection, settings: TrainingConfig, start_from: Path | str | None
    ) -> Footprint:
        """How large the run will be."""
        size = self._size(selected)
        kept = Metadata.read(Path(start_from)).model.vocab_size if start_from and settings.keep_words else 0
        return footprint(settings, size.headlines, size.words, size.distinct + kept, size.longest)

    def offer(self, given: dict, request: gr.Request | None = None) -> Iterator[dict]:
        """What the start button will do and how long that takes, and how long each preset would.

        Where a run was refused for what the form held, it is told what is wrong now, if anything is.
        """
        page = _page(request)
        try:
            options, _ = self.options(given)
            selected = self.corpus.parsed_selection(given)
            size = self._size(selected)
            check_number(size.headlines)
        except HeadlineError as error:
            refused = refusal(str(error))
            told = {self.panel: refused} if self.newest.refused_anew(page, refused) else {}
            yield {self.start_button: "Train", self.estimated: line(str(error))} | told
            return
        if self.newest.forget_refusal(page):
            yield {self.panel: {}}
        if options.flavor:
            on = f"Train on {options.flavor} of Hugging Face"
            yield {self.start_button: on, self.estimated: line(ELSEWHERE)}
            return
        titles = f"Train on {size.headlines:,} title{'s' * (size.headlines != 1)}"
        if known_factor() is None:
            said = "How fast this machine trains is being measured, once: some ten seconds…"
            yield {self.start_button: titles, self.estimated: line(said)}
        try:
            factor = machine_factor()
        except HeadlineError as error:
            yield {self.start_button: titles, self.estimated: line(str(error))}
            return
        kept = Metadata.read(Path(options.start_from)).model.vocab_size if options.start_from else 0
        found = estimate(options.settings, size, factor, kept)
        earlier = "ends earlier if it stops getting better, and " * bool(options.settings.patience)
        limit = f" This page ends a run after {options.minutes:g} minutes." if options.minutes else ""
        yield {
            self.start_button: f"{titles}, {about(found.seconds)}",
            self.estimated: line(
                f"{found.epochs} passes over your titles on {found.device}. It {earlier}goes on if you close this "
                f"page.{limit} "
                f"{self._footprint(selected, options.settings, options.start_from)}."
            ),
            self.settings.preset: gr.Radio(choices=self._presets(given, size, factor)),
        }

    def _presets(self, given: dict, size: ListSize, factor: float) -> list[tuple[str, str]]:
        """(title with its time, name) of each preset."""
        found = self.settings.preset_settings(given)
        return [
            (f"{title} · {about(estimate(found[name][0], size, factor, found[name][1]).seconds)}", name)
            for title, name in self.settings.preset_titles()
        ]

    def press_start(self, request: gr.Request | None = None) -> dict:
        """What the page shows at once when a run is asked for."""
        self.newest.pressed_start(_page(request))
        return {
            self.panel: starting(show=True),
            self.stop_button: gr.Button("Stop and keep the best", visible=True, interactive=True),
            self.use_row: gr.Row(visible=False),
        }

    def start(self, given: dict, request: gr.Request | None = None) -> dict:
        """Start a run when its turn comes."""
        page, shown = _page(request), refusal("The run could not be added.")
        job: Job | None = None
        form_is_right = False
        try:
            options, temporary = self.options(given)
            check_number(self._size(self.corpus.parsed_selection(given)).headlines)
            form_is_right = True
            visitor = visitor_of(given[self.visitor])
            job = start_run(options, self.models.runs, keep_files=temporary, visitor=visitor, limits=self.models.limits)
            self._keep_form(job, given)
        except HeadlineError as error:
            count_refusal(error)
            shown = refusal(str(error), show=True)
        except OSError as error:
            shown = refusal(f"The run could not be added: {system_sentence(error)}", show=True)
        finally:
            if job:
                self.newest.added(page, job)
            else:
                self.newest.refused(page, shown, until_changed=not form_is_right)
        if job is None:
            return {self.panel: shown, self.stop_button: gr.Button(visible=False)}
        return {
            self.job_id: job.id,
            self.panel: describe(job.status()),
            self.timer: gr.Timer(active=True),
            self.mine: [*ids_of(given[self.mine]), job.id],
        }

    def _keep_form(self, job: Job, given: dict) -> None:
        """Keep what the page holds in the run's folder, for a reload. Pasted text is kept by its file."""
        form = form_of([*self.corpus.parts, self.settings], {k: v for k, v in given.items() if k in self.inputs})
        form.pop("visitor", None)
        with contextlib.suppress(OSError, TypeError, ValueError):  # the run itself does not need it
            keep_form(job.folder, self.corpus.storable(form, given))

    def stop(self, id_: str | None, request: gr.Request | None = None) -> gr.Button:
        """Stop the run that the page shows, or the one that it has just asked for."""
        shown = self.models.job(id_) if id_ and self.models.is_run(id_) else None
        self.newest.pressed_stop(_page(request), shown)
        return gr.Button("Stopping…", interactive=False)

    def follow(self, given: dict, request: gr.Request | None = None) -> dict:
        """The state of the run; once it has ended, its model in the Write tab of the browser that started it.

        From the press on start on no other run is shown. If memory ran out, the field of the batch size gets one that
        may do.
        """
        page = _page(request)
        if self.newest.awaited(page):
            return {self.panel: starting()}
        if said := self.newest.refusal(page):
            return {self.panel: said, self.timer: gr.Timer(active=False)}
        own, mine = self.newest.job(page), given[self.mine]
        id_ = own.id if own else given[self.job_id]
        if not id_:
            return {self.timer: gr.Timer(active=False)}
        if not self.models.is_run(id_):
            return {
                self.panel: refusal("This run has been deleted."),
                self.timer: gr.Timer(active=False),
                self.stop_button: gr.Button(visible=False),
            }
        job = self.models.job(id_)
        status = job.status()
        shown = {self.timer: gr.Timer(active=not status.ended)} | self._shown(job, status)
        if status.ended:
            shown |= self._choices(mine, id_)
            chosen = given[self.write.model]
            if job.model.is_dir() and id_ in ids_of(mine):
                shown[self.write.model] = gr.Dropdown(choices=self.models.choices(mine), value=id_)
                chosen = id_
            shown |= self.tell_chosen({self.job_id: id_, self.write.model: chosen})
        if "batch_size" in status.suggested_settings:
            shown[self.settings.fields["batch_size"]] = status.suggested_settings["batch_size"]
        return shown

    def _shown(self, job: Job, status: Status) -> dict:
        """The panel, and the button that stops the run as long as there is something to stop."""
        asked = job.asked_to_stop
        stop = "Stopping…" if asked else "Stop and keep the best"
        button = gr.Button(stop, visible=not status.ended, interactive=not asked)
        return {self.panel: describe(status), self.stop_button: button}

    def tell_chosen(self, given: dict) -> dict:
        """Whether the run's model is chosen in the Write tab, and if not, a button that chooses it."""
        id_, chosen = given[self.job_id], given[self.write.model] or BUNDLED_ID
        if not id_ or not self.models.exists(id_) or not self.models.job(id_).status().ended:
            return {self.use_row: gr.Row(visible=False)}
        label = "Write with it" if id_ == chosen else "Choose it and write"
        said = _CHOSEN if id_ == chosen else "The Write tab uses another model."
        return {self.use_row: gr.Row(visible=True), self.chosen: line(said), self.use_button: label}

    def use(self, given: dict) -> gr.Dropdown:
        """Choose the run's model in the Write tab."""
        return gr.Dropdown(choices=self.models.choices(given[self.mine]), value=given[self.job_id])

    def resume(self, given: dict) -> dict:
        """Follow a run that is under way when the page is opened, or else show the last one of this browser.

        The list and the settings are those that the run was started with.
        """
        mine = given[self.mine]
        jobs = self.models.jobs(mine)
        last = next((self.models.job(id_) for id_ in reversed(ids_of(mine)) if self.models.is_run(id_)), None)
        job = next((job for job in jobs if not job.status().ended), last)
        if job is None:
            return self._choices(mine)
        status = job.status()
        shown = self._choices(mine) | self._shown(job, status)
        shown |= {self.job_id: job.id, self.timer: gr.Timer(active=not status.ended)}
        if status.ended:
            shown |= self.tell_chosen({self.job_id: job.id, self.write.model: given[self.write.chosen]})
            shown |= self._choices(mine, job.id)
        if (form := kept_form(job.folder)) and (not self.models.limits.public or job.id in ids_of(mine)):
            shown |= self.corpus.restored(form, job.visitor) | self.settings.restored(form, mine)
        return shown

    def _choices(self, mine: list[str] | None, newest: str | None = None) -> dict:
        """The lists of models, which a run may have made longer: the `newest` is chosen among one's own."""
        return {
            self.own.model: self.own.choice(mine, newest),
            self.settings.start_from: gr.Dropdown(choices=self.settings.start_choices(mine)),
        }


def _page(request: gr.Request | None) -> str:
    """The session of the page that asks; the same for all that have none."""
    return str(getattr(request, "session_hash", None) or "")
