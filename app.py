"""The app: builds the page and serves it. A Hugging Face Space starts this file, and so does `make app`."""

import contextlib
import importlib.util
import os
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

# Set before the import, or Gradio reports every start to its makers.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Set before NumPy is imported. A key is answered by one thread, because on a busy machine two of them mostly wait for
# each other. `child_command` takes this back for training runs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from headline.runs.limits import Limits, is_public, niceness, slots
from headline.runs.queue import RUNS, dispatch, sweep
from headline.runs.visitors import UPLOADS, make_private

# Set before the import too. On a public page uploads are stored where the sweep finds them and nobody else looks.
if is_public():
    os.environ.setdefault("GRADIO_TEMP_DIR", str(RUNS.resolve() / UPLOADS))

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from headline.errors import SettingError
from headline.paths import ASSETS, SAMPLE_CORPUS, read_asset
from headline.runs.leftovers import remove_leftovers
from headline.runs.shutdown import ending_on_sigterm
from headline.web.freed_memory import keep_large_blocks_apart
from headline.web.guard.bodies import BodyLimits
from headline.web.guard.browser_key import browser_key
from headline.web.guard.rules import Rules
from headline.web.guard.slow_connections import close_slow_connections
from headline.web.http.answers import Answers
from headline.web.http.api import add_api
from headline.web.http.cors import PublicCors, allowed_origins
from headline.web.http.engine_routes import engine_routes
from headline.web.http.front import FrontPage
from headline.web.http.metrics import Heartbeat, Measured, RequestLog, count_workers, operation_routes
from headline.web.http.opensearch import ABOUT, NAME
from headline.web.http.public import OPENSEARCH_XML, PUBLIC, public_routes
from headline.web.http.refusals import GradioRefusals
from headline.web.http.search_routes import search_routes
from headline.web.http.zip_route import zip_route
from headline.web.models import Models
from headline.web.page import Page
from headline.web.serve.one_model import BundledFirst, OneModel
from headline.web.serve.page_workers import PageProtocol, PageWorkers, bytes_kept, number_of_workers
from headline.web.shortcut import Shortcut
from headline.web.tabs.inside import InsideTab
from headline.web.tabs.train import TrainTab
from headline.web.tabs.write import WriteTab
from headline.web.turns import Turns

THEME = gr.themes.Default(
    primary_hue="teal",
    neutral_hue="slate",
    font=["ui-sans-serif", "system-ui", "sans-serif"],
    font_mono=["ui-monospace", "Consolas", "monospace"],
).set(
    # The theme's own grey and button have too little contrast with their text (WCAG 2.2 requires 4.5).
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover_dark="*primary_800",
)


_MOST_EVENTS = 200  # that wait in Gradio's queue on a public page; further ones are refused


def build_app(bundled: Path = ASSETS / "model", runs: Path = RUNS) -> gr.Blocks:
    """Build the page for a bundled model and a folder of runs, which is made if need be. Nothing is started."""
    keep_large_blocks_apart()
    slots(), niceness()  # a wrong number is told now, not when the first run starts
    workers = number_of_workers()
    models = Models(bundled, runs, Limits.from_environment(), bytes_kept(workers))
    models.get(None)  # loaded now, not when the first visitor types
    with Page(title=NAME) as page:
        gr.Markdown(f"# {NAME}\n{ABOUT}", elem_id="title")
        # The ids of the runs and models that belong to this browser; nobody can guess them.
        mine = gr.BrowserState([], storage_key="headline.runs", secret=browser_key(runs))
        with gr.Tab("Write") as write_tab:
            write = WriteTab(models, mine)
        with gr.Tab("Train") as train_tab:
            train = TrainTab(models, SAMPLE_CORPUS, write)
        with gr.Tab("Inside") as inside_tab:
            inside = InsideTab(models, write)
        write.wire(page, [write_tab, train_tab, inside_tab])
        train.wire(page, train_tab)
        inside.wire(inside_tab)
        add_api(Answers(models), models.generating)
    if models.limits.public:
        page.queue(max_size=_MOST_EVENTS)
    page.api_open = False  # calls that must queue cannot skip the queue by plain HTTP
    page.heartbeat = Heartbeat()
    turns = Turns()
    page.routes_of_its_own = [
        *search_routes(models, turns),
        *engine_routes(models),
        zip_route(models),
        *public_routes(models, turns),
        *operation_routes(models, page.heartbeat),
    ]
    page.models, page.bundled, page.workers = models, OneModel(lambda: models.get(None), turns), workers
    return page


def launch(page: gr.Blocks, **options: Any) -> tuple:
    """Serve the page. `options` replace those that are given to `gr.Blocks.launch`."""
    paths, origins = {route.path for route in page.routes_of_its_own}, allowed_origins()
    rules = Rules.from_environment(page.models.limits.public)

    @contextlib.asynccontextmanager
    async def opened(app: gr.routes.App) -> AsyncIterator[None]:
        # CORS must be outermost, outside Gradio's own middleware; `app_kwargs` cannot put it there.
        inner = BundledFirst(Shortcut(GradioRefusals(app.middleware_stack), page.routes_of_its_own), page.bundled)
        cors = PublicCors(inner, PUBLIC, frozenset(paths), origins)
        app.middleware_stack = Measured(rules.guard(cors), frozenset(paths))  # outermost: it counts all
        yield

    front = Middleware(FrontPage, NAME, ABOUT, OPENSEARCH_XML.removeprefix("/"), rules.frames)
    bodies = Middleware(BodyLimits, page.models.runs, page.models.limits)
    if page.models.limits.public:
        make_private(Path(get_upload_folder()))
    settings = {
        "theme": THEME,
        "css": read_asset("page.css"),
        "run_history": False,
        "footer_links": ["api", "gradio"],
        # On a Space, Gradio would render the page in Node: without `first.js`, and with one more process between a key
        # and its answer.
        "ssr_mode": False,
        "app_kwargs": {"routes": page.routes_of_its_own, "middleware": [front, bodies], "lifespan": opened},
        "mcp_server": importlib.util.find_spec("mcp") is not None,  # the page works without it
    }
    if page.models.limits.upload_mb:
        settings["max_file_size"] = f"{page.models.limits.upload_mb}mb"
    close_slow_connections(PageProtocol)
    if page.workers:
        workers = PageWorkers(page.workers)
        workers.start(page.models.get(None), rules, origins)  # before any thread is
        count_workers(workers.counts)
    logs = os.environ.get("HEADLINE_LOG", "1" if page.models.limits.public else "0") not in ("", "0")
    scheduled = (page.models, page.heartbeat, RequestLog() if logs else None)
    threading.Thread(target=run_scheduler, args=scheduled, daemon=True).start()
    return page.launch(**settings | options)


def run_scheduler(models: Models, heartbeat: Heartbeat, log: RequestLog | None) -> None:
    """Start waiting runs, remove old ones and log the requests, for as long as the app runs.

    No error ends it, because then the queue would stand still until the app is started again.
    """
    steps: list[Callable[[], None]] = [log.write_if_due] if log else []
    steps.append(lambda: dispatch(models.runs))
    if models.limits.hours:
        steps.append(lambda: sweep(models.runs, models.limits.hours))
    steps.append(lambda: remove_leftovers(models.runs))
    told: set[str] = set()
    while True:
        heartbeat.beat()
        for step in steps:
            try:
                step()
            except Exception as error:
                # OSError: a run is being deleted, or there is no folder of runs yet.
                if not isinstance(error, OSError) and repr(error) not in told:
                    told.add(repr(error))
                    traceback.print_exc()
        time.sleep(2)


if __name__ == "__main__":
    try:
        demo = build_app()  # a Space looks for this name
        with ending_on_sigterm(demo.models.runs):
            launch(demo)
    except SettingError as error:
        sys.exit(f"headline: {error}")
