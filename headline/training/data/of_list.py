"""A list of headlines in memory -> what `fit` needs of it."""

from collections.abc import Sequence

from headline.corpus.report import Corpus
from headline.corpus.split import SeenHeadlines, split_headlines
from headline.corpus.vocabulary import Vocabulary, learn_style
from headline.errors import CorpusError
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram import NGram
from headline.training.data.enough import check_titles
from headline.training.data.training_data import TrainingData, check_batches
from headline.training.fitting.mixture import build_ngrams
from headline.training.network.batches import make_batches
from headline.training.settings import TrainingConfig


def list_data(
    corpus: Corpus,
    settings: TrainingConfig,
    start_from: Checkpoint | None,
    vocabulary: Vocabulary | None,
    again: Sequence[str] = (),
) -> TrainingData:
    """Split, count and encode a list. The arguments and errors are those of `headline.training.train.train`.

    Of the sentences in `again` each epoch reads a share, `text_again`, too.
    """
    sides = split_headlines(corpus.headlines, settings.seed, settings.validation, settings.test)
    check_titles(len(sides["train"]), sides["train"], settings.tokenizer)
    also = start_from.vocabulary if start_from and settings.keep_words else None
    language = settings.language_of(sides["train"])

    def words_from(least: int) -> Vocabulary:
        """The vocabulary of the words that occur so often at least."""
        return Vocabulary.build(sides["train"], settings.tokenizer, least, settings.max_words, also, language=language)

    def ngrams(words: Vocabulary) -> NGram:
        return build_ngrams(sides["train"], words, settings.ngram_order, settings.max_ngrams)

    def rare() -> tuple[Vocabulary, NGram] | None:
        most = settings.rare_words * (settings.min_count - 1)  # times that so many rare words occur
        if vocabulary or not (most and settings.ngram_order and config.causal):
            return None
        if not 0 < known.counts[known.unk] <= most:  # or building another vocabulary is not worth its time
            return None
        wider = words_from(1)
        if not 0 < len(wider) - len(known) <= settings.rare_words:
            return None
        wider.leave_small(known.own_small_words)
        return wider, ngrams(wider)

    known = vocabulary or words_from(settings.min_count)
    if settings.text_again:
        sides["again"] = split_headlines(again, settings.seed, settings.validation, settings.test)["train"]
    encoded = {side: [known.encode(line) for line in lines] for side, lines in sides.items()}
    encoded = {side: [ids for ids in rows if not set(ids) <= set(known.marks)] for side, rows in encoded.items()}
    sentences = encoded.pop("again", [])
    if not encoded["train"]:
        raise CorpusError("The headlines have no words, only punctuation.")
    config = settings.model_config(len(known), max(map(len, encoded["train"])))
    batches, held_out = make_batches(settings, config, known, encoded, sentences)
    check_batches(batches)
    return TrainingData(
        {side: len(sides[side]) for side in ("train", "validation", "test")},
        sides["validation"],
        known,
        config,
        batches,
        held_out,
        learn_style(known, sides["train"]),
        lambda: SeenHeadlines.of(sides["train"]),
        lambda: ngrams(known),
        rare,
    )
