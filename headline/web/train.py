"""The Train tab: bring headlines, see what they are, start a run, watch it learn, type with the result."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from headline.errors import CorpusError, HeadlineError, SettingError
from headline.model.config import ModelConfig
from headline.runs.estimate import estimate as estimated_run
from headline.runs.queue import start as start_run
from headline.training.device import device_description
from headline.training.options import RunOptions
from headline.training.presets import PRESETS
from headline.training.progress import clock
from headline.training.settings import TrainingConfig
from headline.web.bring import SAMPLE, Bring, previewed
from headline.web.models import BUNDLED_ID, Models
from headline.web.own_models import listed, own_models
from headline.web.panels import panel_of, sheet_of
from headline.web.run_view import describe, refusal
from headline.web.write import EXAMPLES, QUIET, WriteTab

NOTHING = "nothing"
# The settings that a person may want to turn; all others are the preset's.
SETTINGS = (
    "epochs units embedding_size layers embedding_dropout dropout learning_rate weight_decay batch_size "
    "min_count max_words patience validation test seed"
).split()
SHAPE = ("units", "embedding_size", "layers")  # which a run that starts from a model takes from there
_SECONDS_BETWEEN_LOOKS = 0.5
_LONGEST_ESTIMATE = 120  # seconds


def train_tab(page: gr.Blocks, models: Models, write: WriteTab, mine: gr.BrowserState, sample: Path) -> None:
    """Lay the tab out within the page and wire it; a finished run is chosen in the Write tab. `mine` are
    the ids of the runs and models that this browser made."""
    limits = models.limits

    def model_of(begin: str) -> tuple[Path | None, ModelConfig | None]:
        if begin == NOTHING:
            return None, None
        return models.folder(begin), ModelConfig(**models.meta(begin)["model"])

    def settings_of(preset: str, begin: str, values: list) -> tuple[TrainingConfig, Path | None]:
        """What a run is to be told, and the model that it starts from.

        Raises:
            SettingError: a value cannot be.
        """
        chosen = PRESETS[preset]
        folder, config = model_of(begin) if chosen.recipe == "autocomplete" else (None, None)
        settings = chosen.settings(config)
        given = dict(zip(SETTINGS, values, strict=True))
        kept = {name: v for name, v in given.items() if v is not None and not (config and name in SHAPE)}
        settings = settings.changed(**{name: type(getattr(settings, name))(v) for name, v in kept.items()})
        if limits.epochs and settings.epochs > limits.epochs:
            raise SettingError(f"epochs must be {limits.epochs} or fewer on this page; it is {settings.epochs}.")
        return settings, folder

    def choose_preset(preset: str, begin: str) -> list:
        """The preset's settings, and what it is for."""
        chosen = PRESETS[preset]
        causal = chosen.recipe == "autocomplete"
        _, config = model_of(begin) if causal else (None, None)
        values = chosen.settings(config).as_dict()
        values["epochs"] = min(values["epochs"], limits.epochs or values["epochs"])
        fields = [gr.Number(value=values[n], interactive=not (config and n in SHAPE)) for n in SETTINGS]
        return [chosen.about, gr.Dropdown(visible=causal), *fields]

    def start(own_text: dict | None, mine: list | None, preset: str, begin: str, *told):
        """Arguments end as `asked` does: the settings, and what `Bring.brought` reads."""
        values, corpus = told[: len(SETTINGS)], told[len(SETTINGS) :]
        got = bring.brought(*corpus)
        if got.refused:
            return gr.skip(), refusal(got.refused), gr.skip(), gr.skip()
        try:
            settings, folder = settings_of(preset, begin, list(values))
        except SettingError as error:
            return gr.skip(), refusal(str(error)), gr.skip(), gr.skip()
        text = ((own_text or {}).get("text") or "").strip()
        options = RunOptions(
            files=tuple(map(str, got.paths)),
            settings=settings,
            column=got.column,
            start_from=str(folder) if folder else None,
            rows=limits.rows,
            minutes=limits.minutes,
            name=got.name,
            samples=(*EXAMPLES, *([text] if text else [])),
            compare=True,
        )
        job = start_run(options, models.runs, keep_files=got.own)
        return job.id, describe(job.status()), gr.Timer(active=True), [*(mine or []), job.id]

    def estimate_own(preset: str, begin: str, *told) -> Iterator[str]:
        """The estimate for a list that was just brought, if it can be read; the sample's is made when asked for."""
        source, *_ = corpus = told[len(SETTINGS) :]
        got = bring.brought(*corpus)
        readable = source != SAMPLE and not got.refused
        if readable:
            try:
                previewed(got.paths, got.column)
            except CorpusError:  # which the preview says
                readable = False
        if readable:
            yield from estimate(preset, begin, *told)
        else:
            yield ""

    def estimate(preset: str, begin: str, *told) -> Iterator[str]:
        """How long the run would take, from a few real steps in a process of its own."""
        values, corpus = told[: len(SETTINGS)], told[len(SETTINGS) :]
        got = bring.brought(*corpus)
        if got.refused:
            yield got.refused
            return
        yield "Trying a few steps…"
        try:
            settings, folder = settings_of(preset, begin, list(values))
            options = RunOptions(
                files=tuple(map(str, got.paths)),
                settings=settings,
                column=got.column,
                start_from=str(folder) if folder else None,
                rows=limits.rows,
            )
            found = estimated_run(options, _LONGEST_ESTIMATE)
            yield (
                f"About {clock(found.seconds)} on {found.device}, at {found.words_per_second:,} words per second; less "
                "if the held-out loss stops getting better earlier."
            )
        except HeadlineError as error:
            yield str(error)

    def follow(job_id: str | None, mine: list | None):
        """The panel, whether to look again, and once a model is there the Write tab's choice of it; where the
        run's memory ran out, the batch size that may do."""
        if not job_id:
            return gr.skip(), gr.Timer(active=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        if not models.is_run(job_id):
            gone = refusal("This run is not here any more.")
            return gone, gr.Timer(active=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        job = models.job(job_id)
        status = job.status()
        chosen = runs = begins = gr.skip()
        if status.ended:
            runs, begins = listed(models, mine), gr.Dropdown(choices=begin_choices(mine))
            if job.model.is_dir():
                chosen = gr.Dropdown(choices=models.choices(mine), value=job.id)
        smaller = status.suggested_settings.get("batch_size", gr.skip())
        return describe(status), gr.Timer(active=not status.ended), chosen, runs, begins, smaller

    def stop(job_id: str | None) -> None:
        if job_id and models.is_run(job_id):
            models.job(job_id).stop()

    def opened(mine: list | None):
        """A page that is opened, or opened again, finds the run that goes on, or what came of its last one."""
        begin = gr.Dropdown(choices=begin_choices(mine))
        for job in models.jobs(mine):
            status = job.status()
            if not status.ended:
                return job.id, describe(status), gr.Timer(active=True), listed(models, mine), begin
        last = next((models.job(id_) for id_ in reversed(mine or []) if models.is_run(id_)), None)
        return gr.skip(), describe(last.status()) if last else gr.skip(), gr.skip(), listed(models, mine), begin

    def begin_choices(mine: list | None) -> list[tuple[str, str]]:
        return [("What the bundled model knows", BUNDLED_ID), ("Nothing", NOTHING)] + [
            (f"Go on with {title}", id_)
            for title, id_ in models.choices(mine)
            if id_ != BUNDLED_ID and models.meta(id_)["model"]["recipe"] == "autocomplete"
        ]

    gr.Markdown(
        "Teach a model your own kind of headlines. It learns in a process of its own, on the GPU if there is one; "
        f"you can go on writing meanwhile. This machine trains on **{device_description()}**."
    )
    with gr.Row():
        with gr.Column():
            bring = Bring(sample, limits)
        with gr.Column():
            preset = gr.Radio(
                [(preset.title, name) for name, preset in PRESETS.items()],
                value="balanced",
                label="How",
                elem_id="preset",
            )
            about = gr.Markdown(PRESETS["balanced"].about, elem_id="about-preset")
            begin = gr.Dropdown(
                begin_choices([]),
                value=BUNDLED_ID,
                label="Begin with",
                info="What the bundled model knows helps most where a list is short.",
                elem_id="begin",
            )
            with gr.Accordion("All settings", open=False, elem_id="settings"), gr.Row():
                base = PRESETS["balanced"].settings(model_of(BUNDLED_ID)[1])
                abouts = {f.name: f.metadata["about"] for f in base.__dataclass_fields__.values()}
                fields = [
                    gr.Number(
                        value=getattr(base, name),
                        label=name.replace("_", " "),
                        info=abouts[name],
                        min_width=150,
                        interactive=name not in SHAPE,
                        elem_id=f"setting-{name}",
                    )
                    for name in SETTINGS
                ]
    said = panel_of("look")
    with gr.Row(elem_id="run-actions"):
        start_button = gr.Button("Start training", variant="primary", elem_id="start")
        stop_button = gr.Button("Stop and keep the best", elem_id="stop")
        estimate_button = gr.Button("How long will it take?", elem_id="estimate")
    estimated = gr.Markdown(elem_id="estimated")
    panel = panel_of("run")
    sheet = sheet_of("preview")
    run = own_models(models, write.model, mine, panel)
    job_id = gr.State(None)
    timer = gr.Timer(_SECONDS_BETWEEN_LOOKS, active=False)

    asked = [preset, begin, *fields, *bring.inputs]
    hidden = {"show_progress": "hidden", "api_visibility": "private"}
    one_by_one = hidden | {"concurrency_id": "estimate", "concurrency_limit": 1}
    for looked in bring.wire(page, sheet, said):
        looked.then(estimate_own, asked, estimated, **one_by_one)
    estimate_button.click(estimate, asked, estimated, **one_by_one)
    gr.on([preset.change, begin.change], choose_preset, [preset, begin], [about, begin, *fields], **QUIET)
    start_button.click(start, [write.box, mine, *asked], [job_id, panel, timer, mine], **hidden)
    stop_button.click(stop, job_id, None, **QUIET)
    batch_size = fields[SETTINGS.index("batch_size")]
    timer.tick(follow, [job_id, mine], [panel, timer, write.model, run, begin, batch_size], **QUIET)
    page.load(opened, mine, [job_id, panel, timer, run, begin], **QUIET)
