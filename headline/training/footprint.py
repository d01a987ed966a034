"""How large a run will be, from its settings and its list: known before anything is trained."""

from dataclasses import dataclass

from headline.errors import SettingError
from headline.model.config import ModelConfig
from headline.training.settings import LOGITS_AT_ONCE, MOST_ROWS, TrainingConfig

_PROGRAM = 900  # megabytes that Keras and TensorFlow take
_COPIES = 6  # of the weights: themselves, their gradient, two moments of Adam, the best so far, those that are saved
_LOGITS = 3  # arrays of the size of a batch's logits that are alive at once
_STATES = 24  # arrays of the size of a layer's outputs that the gradient needs: gates, cells, their gradients
_NGRAM = 100  # bytes of an n-gram while they are counted
_HEADLINE = 1_500  # bytes of a headline: its text, its ids, its words


@dataclass(frozen=True)
class Footprint:
    """An estimate, rather too large than too small."""

    parameters: int
    megabytes: int  # of memory while it trains on a CPU

    def __str__(self) -> str:
        learns = f"It learns about {_rounded(self.parameters)} numbers (its parameters)"
        return f"{learns} and takes about {self.megabytes:,} MB of memory"


def _rounded(number: int) -> str:
    """Two digits of a number, in words where it is large: 9,417,268 is 9.4 million."""
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.{1 if number < 10 * size else 0}f} {name}"
    digits = max(0, len(str(number)) - 2)
    return f"{round(number, -digits):,}"


def footprint(settings: TrainingConfig, headlines: int, words: int, distinct: int, longest: int) -> Footprint:
    """Estimate the size of a run.

    Args:
        settings: of the run.
        headlines: in the list.
        words: in the list.
        distinct: different words in the list, and in the model that it starts from if its words are kept.
        longest: words of the longest headline.

    Raises:
        SettingError: the sizes are larger than any network that this program reads.
    """
    config = settings.model_config(max(1, min(settings.max_words, distinct)) + 4, max(2, longest))
    size = _batch_bytes(config, settings, headlines) + 4 * _COPIES * config.parameters
    size += _HEADLINE * headlines + _NGRAM * settings.ngram_order * words
    if not config.causal:
        size += 8 * words * config.block_size  # every prefix is a row of block_size ids, made twice
    return Footprint(config.parameters, _PROGRAM + size // 2**20)


def _batch_bytes(config: ModelConfig, settings: TrainingConfig, headlines: int) -> int:
    """The bytes of what one batch computes, in float32."""
    rows = settings.rows_per_batch(headlines)
    scored = config.vocab_size
    if config.causal and settings.candidates and config.vocab_size > 2 * settings.candidates:
        scored = settings.candidates
    positions = config.block_size if config.causal else 1
    logits = rows * positions * scored
    if config.vocab_size > MOST_ROWS:  # the held-out titles are judged by all words, and their vectors copied for it
        logits = max(logits, min(LOGITS_AT_ONCE, rows * positions * config.vocab_size))
        logits += config.vocab_size * config.embedding_size
    states = _STATES * config.units * config.layers * config.block_size
    return 4 * (_LOGITS * logits + rows * states)


def check_memory(size: Footprint, most_mb: int) -> None:
    """Check a run against a limit in megabytes; 0 means no limit.

    Raises:
        SettingError: it would need more.
    """
    if most_mb and size.megabytes > most_mb:
        raise SettingError(
            f"This run would need about {size.megabytes:,} MB of memory, and this page allows {most_mb:,}: "
            "choose fewer units, layers or words, or a smaller batch_size."
        )
