"""The Train tab: bring headlines, see what they are, start a run, watch it learn, type with the result."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from headline import jobs
from headline.archive import ArchiveError, pack, unpack
from headline.corpus import read_headlines
from headline.device import device_told
from headline.download import KNOWN, DownloadError, download, find
from headline.files import CorpusError
from headline.preview import Preview, preview
from headline.progress import clock
from headline.recipes import PRESETS, ModelConfig, SettingError, TrainingConfig
from headline.web.models import BUNDLED, Models
from headline.web.panels import panel_of, sheet_of
from headline.web.run_view import describe, refusal
from headline.web.write import EXAMPLES, QUIET, WriteTab

SAMPLE, UPLOAD, PASTE, PUBLIC = "The sample that comes with the app", "Files of my own", "Pasted lines", "A public list"
NOTHING = "nothing"
FILE_TYPES = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".gz"]
# The settings that a person may want to turn; all others are the preset's.
SETTINGS = (
    "epochs units embedding_size layers embedding_dropout dropout learning_rate weight_decay batch_size "
    "min_count max_words patience validation test seed"
).split()
_SECONDS_BETWEEN_LOOKS = 0.5
_LONGEST_PASTE = 5_000_000  # letters
_LONGEST_ESTIMATE = 120  # seconds
_AT_ONCE = 4_000_000  # bytes that the web server reads itself; more would hold others up


@dataclass(frozen=True)
class Brought:
    """The files that a person brought, or one sentence why there are none."""

    paths: list[Path]
    name: str = ""
    own: bool = True  # files that do not last, to be copied beside the run
    refused: str = ""


def train_tab(page: gr.Blocks, models: Models, write: WriteTab, mine: gr.BrowserState, sample: Path) -> None:
    """Lay the tab out within the page and wire it; a finished run is chosen in the Write tab. `mine` are
    the ids of the runs and models that this browser made."""
    limits = models.limits

    def brought(source: str, files: list[str] | None, pasted: str, fetched: list[str] | None) -> Brought:
        if source == SAMPLE:
            return Brought([sample], "Sample", own=False)
        if source == PASTE:
            if not (pasted or "").strip():
                return Brought([], refused="Paste some titles first, one a line.")
            path = Path(tempfile.mkdtemp()) / "pasted.txt"
            path.write_text(pasted[:_LONGEST_PASTE], encoding="utf-8")
            return Brought([path], "Pasted")
        paths = [Path(file) for file in (files if source == UPLOAD else fetched) or []]
        if not paths:
            todo = "Choose a file of headlines first." if source == UPLOAD else "Download a public list first."
            return Brought([], refused=todo)
        size = sum(path.stat().st_size for path in paths) / 2**20
        if limits.upload_mb and size > limits.upload_mb:
            return Brought([], refused=f"{size:.0f} MB are more than the {limits.upload_mb} MB that this page takes.")
        return Brought(paths, paths[0].name.split(".")[0])

    def look(source, files, column, pasted, fetched) -> tuple[dict, dict]:
        """The preview, or a sentence in its place."""
        got = brought(source, files, pasted, fetched)
        if got.refused:
            return {"groups": []}, {}
        try:
            return preview_sheet(previewed(got.paths, column_of(column))), {}
        except CorpusError as error:
            return {"groups": []}, refusal(str(error))

    def fetch(name: str) -> Iterator[tuple]:
        """Download a public list, with how far it is."""
        folder = Path(tempfile.mkdtemp())
        told: list[str] = []
        try:
            corpus = find(name or "")
            downloading = {"state": "running", "headline": f"Downloading {corpus.name}…"}
            yield gr.skip(), downloading, gr.skip()

            def on_bytes(done: int, total: int | None) -> None:
                told.append(f"{done / 2**20:.1f} MB" + (f" of {total / 2**20:.1f} MB" if total else "") + " so far")

            for state in in_thread(lambda: download(corpus, folder, on_bytes)):
                if state is None:
                    yield gr.skip(), downloading | {"lines": told[-1:]}, gr.skip()
                else:
                    done = {"state": "done", "headline": f"{corpus.name} is here: {len(state)} files."}
                    yield [str(path) for path in state], done, corpus.column or ""
        except DownloadError as error:
            yield None, refusal(str(error)), gr.skip()

    def model_of(begin: str) -> tuple[Path | None, ModelConfig | None]:
        if begin == NOTHING:
            return None, None
        return models.folder(begin), ModelConfig(**models.meta(begin)["model"])

    def settings_of(preset: str, begin: str, values: list) -> tuple[TrainingConfig, Path | None]:
        chosen = PRESETS[preset]
        folder, config = model_of(begin) if chosen.recipe == "autocomplete" else (None, None)
        settings = chosen.settings(config)
        given = dict(zip(SETTINGS, values, strict=True))
        if config:  # the network's shape is the model's
            given = {name: v for name, v in given.items() if name not in ("units", "embedding_size", "layers")}
        typed = {name: type(getattr(settings, name))(v) for name, v in given.items() if v is not None}
        settings = settings.changed(**typed)
        if limits.epochs and settings.epochs > limits.epochs:
            raise SettingError(f"epochs must be {limits.epochs} or fewer on this page; it is {settings.epochs}.")
        return settings, folder

    def choose_preset(preset: str, begin: str) -> list:
        """The preset's settings, and what it is for."""
        chosen = PRESETS[preset]
        causal = chosen.recipe == "autocomplete"
        _, config = model_of(begin) if causal else (None, None)
        settings = chosen.settings(config)
        shaped = config is not None
        fields = [
            gr.Number(
                value=min(settings.epochs, limits.epochs or settings.epochs) if n == "epochs" else getattr(settings, n),
                interactive=not (shaped and n in ("units", "embedding_size", "layers")),
            )
            for n in SETTINGS
        ]
        return [chosen.about, gr.Dropdown(visible=causal), *fields]

    def start(source, files, column, pasted, fetched, preset, begin, own_text, mine, *values):
        got = brought(source, files, pasted, fetched)
        if got.refused:
            return gr.skip(), refusal(got.refused), gr.skip(), gr.skip()
        try:
            settings, folder = settings_of(preset, begin, list(values))
        except (SettingError, ValueError, TypeError) as error:
            return gr.skip(), refusal(str(error)), gr.skip(), gr.skip()
        text = ((own_text or {}).get("text") or "").strip()
        job = jobs.start(
            got.paths,
            settings,
            column=column_of(column),
            name=got.name,
            runs=models.runs,
            keep_files=got.own,
            start_from=folder,
            samples=[*EXAMPLES, *([text] if text else [])],
            rows=limits.rows,
            minutes=limits.minutes,
        )
        return job.id, describe(job.status()), gr.Timer(active=True), [*(mine or []), job.id]

    def estimate_own(source, files, column, pasted, fetched, preset, begin, *values) -> Iterator[str]:
        """The estimate for a list that was just brought, if it can be read; the sample's is made when asked for."""
        got = brought(source, files, pasted, fetched)
        if source == SAMPLE or got.refused:
            yield ""
            return
        try:
            previewed(got.paths, column_of(column))
        except CorpusError:  # which the preview says
            yield ""
            return
        yield from estimate(source, files, column, pasted, fetched, preset, begin, *values)

    def estimate(source, files, column, pasted, fetched, preset, begin, *values) -> Iterator[str]:
        """How long the run would take, from a few real steps in a process of its own."""
        got = brought(source, files, pasted, fetched)
        if got.refused:
            yield got.refused
            return
        yield "Trying a few steps…"
        try:
            settings, folder = settings_of(preset, begin, list(values))
            command = jobs.command("time", got.paths, settings, column_of(column), folder, limits.rows)
            done = subprocess.run(
                [sys.executable, *command], cwd=jobs.ROOT, capture_output=True, text=True, timeout=_LONGEST_ESTIMATE
            )
            yield told_estimate(done.stdout, done.stderr)
        except subprocess.TimeoutExpired:
            yield "A few steps took more than two minutes: expect hours, or take a smaller preset."
        except (SettingError, ValueError, TypeError) as error:
            yield str(error)

    def follow(job_id: str | None, mine: list | None):
        """The panel, whether to look again, and once a model is there the Write tab's choice of it; where the
        run's memory ran out, the batch size that may do."""
        if not job_id:
            return gr.skip(), gr.Timer(active=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        job = jobs.Job(models.runs / Path(job_id).name)
        if not (job.folder / "job.json").is_file():
            gone = refusal("This run is not here any more.")
            return gone, gr.Timer(active=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        status = job.status()
        chosen = listed = begins = gr.skip()
        if status.ended and job.model.is_dir():
            chosen = gr.Dropdown(choices=models.choices(mine), value=job.id)
        if status.ended:
            listed, begins = runs_of(mine), gr.Dropdown(choices=begin_choices(mine))
        smaller = status.offer.get("batch_size", gr.skip())
        return describe(status), gr.Timer(active=not status.ended), chosen, listed, begins, smaller

    def stop(job_id: str | None) -> None:
        if job_id:
            jobs.Job(models.runs / Path(job_id).name).stop()

    def opened(mine: list | None):
        """A page that is opened, or opened again, while a run goes on finds it."""
        begin = gr.Dropdown(choices=begin_choices(mine))
        for job in models.jobs(mine):
            status = job.status()
            if not status.ended:
                return job.id, describe(status), gr.Timer(active=True), runs_of(mine), begin
        last = next((jobs.Job(models.runs / id_) for id_ in reversed(mine or []) if models.is_run(id_)), None)
        panel = describe(last.status()) if last else gr.skip()
        return gr.skip(), panel, gr.skip(), runs_of(mine), begin

    def begin_choices(mine: list | None) -> list[tuple[str, str]]:
        return [("What the bundled model knows", BUNDLED), ("Nothing", NOTHING)] + [
            (f"Go on with {title}", id_)
            for title, id_ in models.choices(mine)
            if id_ != BUNDLED and models.meta(id_)["model"]["recipe"] == "autocomplete"
        ]

    def runs_of(mine: list | None) -> gr.Dropdown:
        return gr.Dropdown(choices=[(title, id_) for title, id_ in models.choices(mine) if id_ != BUNDLED])

    def compare(mine: list | None) -> dict:
        return runs_sheet([(title, models.meta(id_)) for title, id_ in models.choices(mine)])

    def rename(run: str | None, name: str, mine: list | None):
        if run and name.strip():
            models.rename(run, name.strip()[:80])
        return runs_of(mine), gr.Dropdown(choices=models.choices(mine)), compare(mine)

    def delete(run: str | None, mine: list | None):
        if run:
            models.delete(run)
        kept = [id_ for id_ in mine or [] if id_ != run]
        listed = gr.Dropdown(choices=runs_of(kept).choices, value=None)
        return listed, gr.Dropdown(choices=models.choices(kept), value=BUNDLED), compare(kept), kept

    def packed(run: str | None) -> str | None:
        return str(pack(models.folder(run), Path(tempfile.mkdtemp()))) if run else None

    def unpacked(file: str, mine: list | None):
        try:
            folder = unpack(Path(file), models.runs)
        except ArchiveError as error:
            return refusal(str(error)), gr.skip(), gr.skip(), gr.skip()
        kept = [*(mine or []), folder.name]
        done = {"state": "done", "headline": f"{folder.name} is here: it is chosen in the Write tab."}
        return done, gr.Dropdown(choices=models.choices(kept), value=folder.name), runs_of(kept), kept

    gr.Markdown(
        "Teach a model your own kind of headlines. It learns in a process of its own, on the GPU if there is one; "
        f"you can go on writing meanwhile. This machine trains on **{device_told()}**."
    )
    fetched = gr.State(None)
    with gr.Row():
        with gr.Column():
            source = gr.Radio(
                [SAMPLE, UPLOAD, PASTE, PUBLIC], value=SAMPLE, label="Headlines to learn from", elem_id="source"
            )
            with gr.Column(visible=False) as files_group:
                files = gr.File(
                    label="CSV, TXT (one a line), JSONL or Parquet; gzipped too",
                    file_count="multiple",
                    file_types=FILE_TYPES,
                    elem_id="files",
                )
            with gr.Column(visible=False) as paste_group:
                pasted = gr.Textbox(label="Titles, one a line", lines=8, max_lines=16, elem_id="pasted")
            with gr.Column(visible=False) as public_group:
                public = gr.Textbox(
                    label="Its name",
                    info="; ".join(f"{name}: {corpus.about}" for name, corpus in KNOWN.items())
                    + "; kaggle:owner/name; or owner/name of the Hugging Face Hub",
                    elem_id="public",
                )
                fetch_button = gr.Button("Download it", elem_id="fetch")
            column = gr.Textbox(
                label="Column that holds the headlines", placeholder="found by its name when left empty", visible=False
            )
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
                value=BUNDLED,
                label="Begin with",
                info="What the bundled model knows helps most where a list is short.",
                elem_id="begin",
            )
            with gr.Accordion("All settings", open=False, elem_id="settings"), gr.Row():
                base = PRESETS["balanced"].settings(model_of(BUNDLED)[1])
                abouts = {f.name: f.metadata["about"] for f in base.__dataclass_fields__.values()}
                fields = [
                    gr.Number(
                        value=getattr(base, name),
                        label=name.replace("_", " "),
                        info=abouts[name],
                        min_width=150,
                        interactive=name not in ("units", "embedding_size", "layers"),
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
    with gr.Accordion("Models of your own", open=False, elem_id="runs") as runs_part:
        with gr.Row():
            run = gr.Dropdown([], label="Model", elem_id="run-choice")
            new_name = gr.Textbox(label="New name", elem_id="new-name")
        with gr.Row():
            rename_button = gr.Button("Rename", elem_id="rename")
            delete_button = gr.Button("Delete", elem_id="delete")
            pack_button = gr.DownloadButton("Download as a zip", elem_id="pack")
            unpack_button = gr.UploadButton("Bring a zip", file_types=[".zip"], elem_id="unpack")
        table = sheet_of("compare")
    job_id = gr.State(None)
    timer = gr.Timer(_SECONDS_BETWEEN_LOOKS, active=False)

    def show_source(chosen: str):
        visible = [gr.Column(visible=chosen == kind) for kind in (UPLOAD, PASTE, PUBLIC)]
        return [*visible, gr.Textbox(visible=chosen in (UPLOAD, PUBLIC))]

    corpus = [source, files, column, pasted, fetched]
    source.change(show_source, source, [files_group, paste_group, public_group, column], **QUIET)
    asked = [*corpus, preset, begin, *fields]
    one_by_one = {"concurrency_id": "estimate", "concurrency_limit": 1, "show_progress": "hidden"}
    for event in (source.change, files.change, column.blur, pasted.blur, fetched.change):
        looked = event(look, corpus, [sheet, said], show_progress="hidden", api_visibility="private")
        looked.then(estimate_own, asked, estimated, api_visibility="private", **one_by_one)
    fetch_button.click(fetch, public, [fetched, said, column], show_progress="hidden", api_visibility="private")
    gr.on([preset.change, begin.change], choose_preset, [preset, begin], [about, begin, *fields], **QUIET)
    start_button.click(
        start,
        [*corpus, preset, begin, write.box, mine, *fields],
        [job_id, panel, timer, mine],
        show_progress="hidden",
        api_visibility="private",
    )
    estimate_button.click(estimate, asked, estimated, api_visibility="private", **one_by_one)
    stop_button.click(stop, job_id, None, **QUIET)
    batch_size = fields[SETTINGS.index("batch_size")]
    timer.tick(follow, [job_id, mine], [panel, timer, write.model, run, begin, batch_size], **QUIET)
    page.load(opened, mine, [job_id, panel, timer, run, begin], **QUIET)
    page.load(look, corpus, [sheet, said], **QUIET)
    runs_part.expand(compare, mine, table, **QUIET)
    rename_button.click(rename, [run, new_name, mine], [run, write.model, table], **QUIET)
    delete_button.click(delete, [run, mine], [run, write.model, table, mine], **QUIET)
    run.change(packed, run, pack_button, **QUIET)
    unpack_button.upload(unpacked, [unpack_button, mine], [panel, write.model, run, mine], **QUIET)


def previewed(paths: list[Path], column: str | None) -> Preview:
    """A look at files, by a process of its own where they are large.

    Raises:
        CorpusError: they cannot be read as headlines.
    """
    if sum(path.stat().st_size for path in paths) <= _AT_ONCE:
        return preview(read_headlines(paths, column))
    command = [sys.executable, "-m", "headline", "preview", "--json", *map(str, paths)]
    done = subprocess.run(
        [*command, *(["--column", column] if column else [])], cwd=jobs.ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise CorpusError(last_words(done.stderr))
    return Preview(**json.loads(done.stdout))


def last_words(err: str) -> str:
    """The sentence that a command of ours ended with."""
    last = err.strip().splitlines()[-1:] or ["It ended without a word."]
    return last[0].removeprefix("headline: ")


def column_of(text: str | None) -> str | None:
    return (text or "").strip() or None


def in_thread(work) -> Iterator:
    """None about twice a second while `work` goes on in a thread, then what it returned; what it raised is raised."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        while True:
            try:
                yield future.result(timeout=_SECONDS_BETWEEN_LOOKS)
                return
            except TimeoutError:
                if future.done():
                    raise
                yield None


def preview_sheet(seen) -> dict:
    """A preview as groups of sections for the sheet's script."""
    n = max(1, seen.headlines)
    sections = [
        section(
            f"{seen.headlines:,} headlines",
            seen.summary,
            words=seen.warnings,
            head=("headline",),
            rows=[(row,) for row in seen.rows],
        )
    ]
    figures = section(
        "Words",
        f"{seen.words:,} in all, {seen.distinct:,} different ones, of which {seen.rare:.0%} come once only. "
        "The most frequent of four letters or more, with how often they come:",
        words=[f"{word} {count:,}" for word, count in seen.frequent],
    )
    lengths = section(
        "Length", "Words in a headline.", bars=[(f"{words} words", count / n) for words, count in seen.lengths if count]
    )
    groups = {"What was read": sections, "What is in it": [lengths, figures]}
    return {"groups": [{"title": title, "sections": made} for title, made in groups.items()]}


def runs_sheet(told: list[tuple[str, dict]]) -> dict:
    """All models side by side: (what it is called, what its checkpoint tells) of each."""
    rows = []
    for title, meta in told:
        test, saved = meta["metrics"].get("test", {}), meta["metrics"].get("keystrokes_saved", {})
        rows.append(
            (
                title,
                f"{meta['corpus'].get('kept', 0):,}",
                f"{meta['model']['vocab_size']:,}",
                f"{test['perplexity']:,.0f}" if test.get("perplexity") else "–",
                f"{test['top5']:.0%}" if test.get("top5") is not None else "–",
                f"{saved['this']:.1%}" if saved else "–",
            )
        )
    about = "Each on its own held-out headlines: lists differ in how hard they are."
    head = ("model", "headlines", "words", "perplexity", "among 5", "keystrokes saved")
    return {"groups": [{"title": "", "sections": [section("Side by side", about, head=head, rows=rows)]}]}


def section(title: str, about: str, words=(), head=(), rows=(), bars=()) -> dict:
    lists = {"words": words, "head": head, "rows": rows, "bars": bars}
    return {"title": title, "about": about} | {name: list(values) for name, values in lists.items()}


def told_estimate(out: str, err: str) -> str:
    """What `headline time` printed, in a sentence."""
    try:
        found = json.loads(out)
    except json.JSONDecodeError:
        return last_words(err)
    return (
        f"About {clock(found['seconds'])} on {found['device']}, at {found['words_per_second']:,} words a second; less "
        "if it stops getting better earlier."
    )
