"""The app: builds the page and serves it. A Hugging Face Space starts this file, and so does `make app`."""

import contextlib
import importlib.util
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

# Before the import: Gradio would otherwise tell its makers of every start.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from starlette.middleware import Middleware

from headline.paths import ASSETS, SAMPLE_CORPUS, read_asset
from headline.runs.limits import Limits
from headline.runs.queue import RUNS, dispatch, sweep
from headline.web.answers import Answers
from headline.web.api import add_api
from headline.web.cors import PublicCors, allowed_origins
from headline.web.front import FrontPage
from headline.web.inside import InsideTab
from headline.web.models import Models
from headline.web.opensearch import ABOUT, NAME
from headline.web.public import OPENSEARCH_XML, PUBLIC, public_routes
from headline.web.search_routes import search_routes
from headline.web.train import TrainTab
from headline.web.write import WriteTab

THEME = gr.themes.Default(
    primary_hue="teal",
    neutral_hue="slate",
    font=["ui-sans-serif", "system-ui", "sans-serif"],
    font_mono=["ui-monospace", "Consolas", "monospace"],
).set(
    # The theme's own grey and button are too pale for their text (WCAG 2.2 asks for a contrast of 4.5).
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover_dark="*primary_800",
)


def build_app(bundled: Path = ASSETS / "model", runs: Path = RUNS) -> gr.Blocks:
    """The page over a bundled model and a folder of runs. Starts nothing."""
    models = Models(bundled, runs, Limits.from_environment())
    models.get(None)  # now, and not when the first visitor types
    with gr.Blocks(title=NAME) as page:
        gr.Markdown(f"# {NAME}\n{ABOUT}", elem_id="title")
        # Which runs and models are this browser's: ids that nobody can guess.
        mine = gr.BrowserState([], storage_key="headline.runs", secret="the ids themselves are what is secret")
        with gr.Tab("Write"):
            write = WriteTab(models, mine)
        with gr.Tab("Train"):
            train = TrainTab(models, SAMPLE_CORPUS, write)
        with gr.Tab("Inside") as tab:
            inside = InsideTab(models, SAMPLE_CORPUS, write)
        write.wire(page)
        train.wire(page)
        inside.wire(tab)
        add_api(Answers(models))
    page.api_open = False  # what waits its turn waits whichever way it is asked for
    page.routes_of_its_own = search_routes(models) + public_routes(models)
    page.models = models
    return page


def launch(page: gr.Blocks, **options: Any) -> tuple:
    """Serve it as the app is served, with other options of `gr.Blocks.launch` where given."""
    paths, origins = {route.path for route in page.routes_of_its_own}, allowed_origins()

    @contextlib.asynccontextmanager
    async def opened(app: gr.routes.App) -> AsyncIterator[None]:
        # Outermost, where Gradio puts its own middleware, and nothing of `app_kwargs` comes.
        app.middleware_stack = PublicCors(app.middleware_stack, PUBLIC, frozenset(paths), origins)
        yield

    front = Middleware(FrontPage, title=NAME, about=ABOUT, search=OPENSEARCH_XML.removeprefix("/"))
    settings = {
        "theme": THEME,
        "css": read_asset("page.css"),
        "run_history": False,
        "footer_links": ["api", "gradio"],
        # A Space would have Node send the page: a frame with nothing in it, without `first.js`, and one process more
        # between a key and its answer.
        "ssr_mode": False,
        "app_kwargs": {"routes": page.routes_of_its_own, "middleware": [front], "lifespan": opened},
        "mcp_server": importlib.util.find_spec("mcp") is not None,  # the page does without
    }
    if page.models.limits.upload_mb:
        settings["max_file_size"] = f"{page.models.limits.upload_mb}mb"
    threading.Thread(target=run_scheduler, args=(page.models,), daemon=True).start()
    return page.launch(**settings | options)


def run_scheduler(models: Models) -> None:
    """For as long as the app runs: start runs whose turn has come, remove what was kept long enough."""
    while True:
        time.sleep(2)
        with contextlib.suppress(OSError, ValueError):  # such as a run that is being deleted
            if models.runs.is_dir():
                dispatch(models.runs)
                if models.limits.hours:
                    sweep(models.runs, models.limits.hours)


if __name__ == "__main__":
    demo = build_app()  # by this name a Space finds it
    launch(demo)
