"""The Train tab: choose headlines, start a run, see how it goes, type with the result."""

import math
from pathlib import Path

import gradio as gr

from headline import jobs
from headline.progress import clock
from headline.recipes import FINE_TUNING, RECIPES, SettingError
from headline.web.models import BUNDLED, Models
from headline.web.panels import run_panel
from headline.web.write import QUIET, WriteTab

SAMPLE, UPLOAD = "The sample that comes with the app", "Files of my own"
BUNDLED_MODEL, NOTHING = "What the bundled model knows", "Nothing"
RECIPE_TITLES = {
    "Autocomplete (recommended)": "autocomplete",
    "The lesson’s notebook": "notebook",
}
FILE_TYPES = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".gz"]
_SECONDS_BETWEEN_LOOKS = 0.5


def train_tab(page: gr.Blocks, models: Models, write: WriteTab, sample: Path) -> None:
    """Lay the tab out within the page and wire it; a finished run is chosen in the Write tab."""

    def start(source: str, files: list[str] | None, column: str, recipe: str, begin: str, epochs: int):
        if source == UPLOAD and not files:
            return None, refusal("Choose a file of headlines first, or train on the sample."), gr.skip()
        running = jobs.running(models.runs)
        if running:
            return running.id, refusal("A run is under way: wait for it, or stop it first."), gr.Timer(active=True)
        try:
            settings = RECIPES[RECIPE_TITLES[recipe]]
            base = models.bundled if begin == BUNDLED_MODEL and settings.recipe == "autocomplete" else None
            if base:
                settings = settings.fine_tuning(models.get(BUNDLED).checkpoint.config)
            settings = settings.changed(epochs=int(epochs))
        except SettingError as error:
            return None, refusal(str(error)), gr.skip()
        own = source == UPLOAD
        paths = files if own else [sample]
        name = Path(paths[0]).stem if own else "Sample"
        job = jobs.start(
            paths,
            settings,
            column=(column or "").strip() or None,
            name=name,
            runs=models.runs,
            keep_files=own,
            start_from=base,
        )
        return job.id, describe(job.status()), gr.Timer(active=True)

    def follow(job_id: str | None):
        """The panel, whether to look again, and once a model is there the Write tab's choice of it."""
        if not job_id:
            return gr.skip(), gr.Timer(active=False), gr.skip()
        job = jobs.Job(models.runs / Path(job_id).name)
        status = job.status()
        chosen = gr.skip()
        if status.ended and job.model.is_dir():
            chosen = gr.Dropdown(choices=models.choices(), value=job.id)
        return describe(status), gr.Timer(active=not status.ended), chosen

    def stop(job_id: str | None) -> None:
        if job_id:
            jobs.Job(models.runs / Path(job_id).name).stop()

    def offer(recipe: str, begin: str) -> tuple[dict, int]:
        """The lesson's recipe begins with nothing; each way has epochs that suit it."""
        settings = RECIPES[RECIPE_TITLES[recipe]]
        causal = settings.recipe == "autocomplete"
        epochs = FINE_TUNING["epochs"] if causal and begin == BUNDLED_MODEL else settings.epochs
        return gr.Radio(visible=causal), epochs

    def find_running():
        """A page that is opened, or opened again, while a run goes on finds it."""
        running = jobs.running(models.runs)
        if running is None:
            return gr.skip(), gr.skip(), gr.skip()
        return running.id, describe(running.status()), gr.Timer(active=True)

    gr.Markdown(
        "Teach a model your own kind of headlines. It learns in a process of its own, on the GPU if there is one; "
        "you can go on writing meanwhile."
    )
    with gr.Row():
        with gr.Column():
            source = gr.Radio([SAMPLE, UPLOAD], value=SAMPLE, label="Headlines to learn from", elem_id="source")
            with gr.Column(visible=False) as own_files:
                files = gr.File(
                    label="CSV, TXT (one a line), JSONL or Parquet; gzipped too",
                    file_count="multiple",
                    file_types=FILE_TYPES,
                    elem_id="files",
                )
                column = gr.Textbox(
                    label="Column that holds the headlines", placeholder="found by its name when left empty"
                )
        with gr.Column():
            recipe = gr.Radio(list(RECIPE_TITLES), value=next(iter(RECIPE_TITLES)), label="Recipe", elem_id="recipe")
            begin = gr.Radio(
                [BUNDLED_MODEL, NOTHING],
                value=BUNDLED_MODEL,
                label="Begin with",
                info="What the bundled model knows helps most where a list is short.",
                elem_id="begin",
            )
            epochs = gr.Slider(
                1, 50, value=FINE_TUNING["epochs"], step=1, label="Epochs (times the whole list is read)"
            )
    with gr.Row():
        start_button = gr.Button("Start training", variant="primary", elem_id="start")
        stop_button = gr.Button("Stop, keep the best so far", elem_id="stop")
    panel = run_panel("run")
    job_id = gr.State(None)
    timer = gr.Timer(_SECONDS_BETWEEN_LOOKS, active=False)

    source.change(lambda chosen: gr.Column(visible=chosen == UPLOAD), source, own_files, **QUIET)
    gr.on([recipe.change, begin.change], offer, [recipe, begin], [begin, epochs], **QUIET)
    choices = [source, files, column, recipe, begin, epochs]
    start_button.click(start, choices, [job_id, panel, timer], api_visibility="private")
    stop_button.click(stop, job_id, None, **QUIET)
    timer.tick(follow, job_id, [panel, timer, write.model], **QUIET)
    page.load(find_running, None, [job_id, panel, timer], **QUIET)


def refusal(sentence: str) -> dict:
    return {"state": "failed", "headline": sentence}


def describe(status: jobs.Status) -> dict:
    """What the panel shows of a run: plain values, which its script puts on the page as text."""
    now = status.progress
    lines = [status.corpus["summary"]] if status.corpus else []
    share = None
    if status.state == "running":
        headline = {
            "starting": "Starting…",
            "reading": "Reading the headlines…",
            "measuring": "Measuring on held-out headlines…",
        }.get(status.stage, "Training…")
        share = 0.0
        if now:
            share = ((now["epoch"] - 1) * now["steps"] + now["step"]) / (now["epochs"] * now["steps"])
            if status.stage == "training":
                headline = f"Epoch {now['epoch']} of {now['epochs']} · loss {number(now['loss'])}"
                if now["seconds_left"] is not None:
                    headline += f" · {clock(now['seconds_left'])} left"
            lines.append(f"{now['words_per_second']:,.0f} words a second, {clock(now['seconds'])} so far")
    elif status.message:
        headline = status.message
    else:
        headline = "Done." if status.state == "done" else "Stopped; the best so far is kept."
        headline += " It is chosen in the Write tab: go and type with it."
        if status.metrics.get("top5") is not None:
            lines.append(
                f"On {status.metrics['headlines']:,} headlines it never saw: perplexity "
                f"{status.metrics['perplexity']:,.0f}, right word among the first five {status.metrics['top5']:.0%}"
            )
    return {
        "state": status.state,
        "headline": headline,
        "share": share,
        "lines": lines,
        "epochs": [epoch_row(epoch) for epoch in status.history],
    }


def epoch_row(epoch: dict) -> list[str]:
    held_out = epoch["validation_loss"]
    perplexity = "–" if held_out is None else f"{math.exp(min(held_out, 99)):,.0f}"
    return [str(epoch["epoch"]), number(epoch["loss"]), number(held_out), perplexity]


def number(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.3f}"
