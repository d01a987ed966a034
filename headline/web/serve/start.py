"""Starts the server of suggestions alone."""

from collections.abc import Callable
from pathlib import Path

from headline.generator.next_words import BYTES_KEPT
from headline.generator.suggester import Suggester
from headline.model.checkpoint import Checkpoint
from headline.web.freed_memory import keep_large_blocks_apart
from headline.web.guard.rules import Rules
from headline.web.guard.slow_connections import close_slow_connections
from headline.web.http.cors import PublicCors, allowed_origins
from headline.web.serve.app import ROUTES, Counted, SuggestApp
from headline.web.serve.counts import Counts
from headline.web.serve.one_model import SUGGEST
from headline.web.serve.workers import listening, serve


def serve_suggestions(model: Path, host: str, port: int, workers: int, say: Callable[[str], object]) -> None:
    """Load a model and answer with it until SIGTERM or SIGINT; `say` is told the address.

    HEADLINE_CORS, HEADLINE_HOSTS, HEADLINE_AUTH and HEADLINE_FRAMES hold as for the page.

    Raises:
        CheckpointError: the model cannot be loaded.
        SettingError: an option or a variable has a value that is not allowed.
    """
    rules, origins = Rules.from_environment(public=False), allowed_origins()
    listener = listening(host, port)
    keep_large_blocks_apart()
    close_slow_connections()
    suggester = Suggester(
        Checkpoint.load(model), kept=BYTES_KEPT // max(1, workers)
    )  # each has its share of the typists
    for text in ("", "a"):  # what is made at the first question of each kind is made before the workers are
        suggester.suggest(text, phrases=True)
    counts = Counts(ROUTES, workers)

    def app(worker: int) -> Counted:
        answers = PublicCors(SuggestApp(suggester, counts), frozenset({SUGGEST}), frozenset(ROUTES), origins)
        return Counted(rules.guard(answers), counts, worker)

    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    say(f"Suggestions at http://{shown}:{port}{SUGGEST}?q=the, by {workers} process{'es' if workers > 1 else ''}.")
    serve(app, listener, counts, workers)
