"""Measures a trained model on the test side: perplexity and its like, and the keystrokes that it saves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from headline.corpus.report import Corpus
from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.split import split_headlines
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL
from headline.training.duration.run_time import MEASURING, TYPING, RunTime
from headline.training.fitting.mixture import ngrams_alone
from headline.training.settings import TrainingConfig

Emit = Callable[[dict], None]  # takes one event, which docs/training.md describes

_MEASURED = 10_000  # headlines of the test side at most, taken evenly from all of it: of a model with so many words
_WORDS = 2**17  # at most; of one with more words, fewer headlines, because each takes longer
_TYPED = 150  # headlines of the test side on which keystrokes saved are measured


def measured(
    checkpoint: Checkpoint,
    corpus: Corpus | ShardedCorpus,
    settings: TrainingConfig,
    should_stop: Callable[[], bool],
    emit: Emit = lambda event: None,
    compare: bool = False,
    clock: RunTime | None = None,
) -> Checkpoint:
    """Return the checkpoint at the precision it is stored in, with its figures on the test side."""
    checkpoint = checkpoint.stored_as(settings.precision)
    most = max(1, min(_MEASURED, _MEASURED * _WORDS // len(checkpoint.vocabulary)))
    test, typed = _test_side(corpus, settings, most)
    if not test or should_stop():
        return checkpoint
    emit({"event": "measuring", "stage": "measuring"})
    reach = clock.reach if clock else lambda part, share=0.0: None
    metrics: dict = {"test": measure(checkpoint, test, should_stop, lambda share: reach(MEASURING, share))}
    if compare and not should_stop():
        metrics["keystrokes_saved"] = _keystrokes_saved(
            checkpoint, typed, lambda model, share: reach(TYPING + model, share)
        )
        saved = {"headlines": len(typed), **metrics["keystrokes_saved"]}
        emit({"event": "compared", **saved, "stage": "measuring"})
    return replace(checkpoint, metrics=checkpoint.metrics | metrics)


def _test_side(corpus: Corpus | ShardedCorpus, settings: TrainingConfig, most: int) -> tuple[list[str], list[str]]:
    """The test headlines to measure a model on, `most` of them, and those to type."""
    shares = settings.seed, settings.validation, settings.test
    if isinstance(corpus, ShardedCorpus):
        split = corpus.split(*shares)
        step = max(1, -(-split.sizes["test"] // most))
        return split.titles("test", step), split.titles("test", most=_TYPED)
    test = split_headlines(corpus.headlines, *shares)["test"]
    return test[:: max(1, -(-len(test) // most))], test[:_TYPED]


def measure(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    should_stop: Callable[[], bool] = lambda: False,
    on_share: Callable[[float], None] = lambda share: None,
) -> dict:
    """Return a checkpoint's figures on headlines, or {} once `should_stop` returns True. `on_share` is told which share
    of the headlines is done."""
    from headline.model.evaluation import evaluate

    class Stopped(Exception):
        pass

    def check(done: int, count: int) -> None:
        if should_stop():
            raise Stopped
        on_share(done / count)

    try:
        return evaluate(checkpoint, headlines, on_progress=check).as_dict()
    except Stopped:
        return {}


def _keystrokes_saved(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    on_share: Callable[[int, float], None] = lambda model, share: None,
) -> dict[str, float]:
    """Return the share of keystrokes saved on headlines: by this model, the bundled model, and its n-grams alone.

    `on_share` is told which model types, from 0, and which share of the headlines has been typed with it.
    """
    from headline.generator.box.keystrokes import typed_with
    from headline.generator.suggester import Suggester

    models = {"this": checkpoint, "bundled": Checkpoint.load(BUNDLED_MODEL)}
    if checkpoint.ngram:
        models["ngram"] = ngrams_alone(checkpoint)
    saved = {}
    for number, (name, model) in enumerate(models.items()):
        on_share(number, 0.0)
        rows = _counted(headlines, partial(on_share, number))
        saved[name] = round(typed_with(Suggester(model), rows).saved, 4)
    return saved


def _counted(headlines: Sequence[str], on_share: Callable[[float], None]) -> Iterator[str]:
    """Yield headlines, and tell after each which share of them is done."""
    for done, headline in enumerate(headlines, start=1):
        yield headline
        on_share(done / len(headlines))
