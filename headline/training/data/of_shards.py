"""A prepared corpus of any size -> what `fit` needs of it, a part at a time."""

from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.shards.encoding import BATCHED, Encoder, IdRows
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram_shards import Counting, counted_windows, encode_and_count
from headline.training.data.enough import check_titles
from headline.training.data.training_data import TrainingData, check_batches
from headline.training.fitting.mixture import WEIGHT_ROWS, kept_ngrams
from headline.training.network.batches import StreamedBatches, sample_candidates
from headline.training.settings import TrainingConfig

_SAMPLE = 2_000  # training titles from which the language is found out, or up to twice as many


def sharded_data(
    corpus: ShardedCorpus, settings: TrainingConfig, start_from: Checkpoint | None, vocabulary: Vocabulary | None
) -> TrainingData:
    """Split, count and encode a prepared corpus. The result is that of `list_data` on the list of its titles.

    Raises:
        SettingError: the recipe is the lesson's, whose rows are too many.
        CorpusError: as `list_data`.
    """
    if settings.recipe != "autocomplete":
        raise SettingError("A prepared corpus needs the autocomplete recipe; the lesson's reads lists in memory only.")
    split = corpus.split(settings.seed, settings.validation, settings.test)
    sample = split.titles("train", step=max(1, split.sizes["train"] // _SAMPLE))
    check_titles(split.sizes["train"], sample, settings.tokenizer)
    counted = split.count_words(settings.tokenizer, settings.language_of(sample))
    if vocabulary is None:
        also = start_from.vocabulary if start_from and settings.keep_words else None
        vocabulary = counted.vocabulary(settings.min_count, settings.max_words, also)
    known = vocabulary
    known.leave_small(counted.words.inside if counted.style == "title" else None)
    encoder = Encoder(counted.split.job, known)
    counting = Counting(encoder, settings.ngram_order)
    for _ in split.mapper(encode_and_count, split.parts, counting):
        pass
    start, end = known.start, known.end
    assert start is not None and end is not None, "the vocabulary of the autocomplete recipe has both marks"
    files = {side: [encoder.path(side, part) for part in split.parts] for side in BATCHED}
    whole = IdRows(files["train"], start, end, 2**31)
    if not len(whole):
        raise CorpusError("The headlines have no words, only punctuation.")
    config = settings.model_config(len(known), whole.longest)
    rows = {side: IdRows(paths, start, end, config.block_size) for side, paths in files.items()}
    batch_size = settings.rows_per_batch(len(whole))
    batches = StreamedBatches(rows["train"], batch_size, settings.seed)
    held_out = StreamedBatches(rows["validation"], batch_size)
    sample_candidates(settings, known, batches, held_out)
    check_batches(batches)
    return TrainingData(
        split.sizes,
        split.titles("validation", most=WEIGHT_ROWS),
        known,
        config,
        batches,
        held_out,
        counted.style,
        split.seen,
        lambda: kept_ngrams(counted_windows(counting), known, settings.max_ngrams),
    )
