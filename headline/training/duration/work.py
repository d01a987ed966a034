"""How much work a run is: the seconds that each part of it takes on the machine that the figures were measured on.

The ratios between runs hold on other machines; `headline.training.duration.speed` knows how fast this one is.
"""

from dataclasses import dataclass

from headline.training.settings import MOST_LOGITS, MOST_ROWS, TrainingConfig

# Two cores of an AMD EPYC, TensorFlow 2.21, from the figures in docs/training.md: `bench.training --only epoch profile
# tuning`. What comes before and after the steps is from whole runs on a machine that took 0.4 s for a second of these.
_FLOPS = 38e9  # operations per second of a training step
_UPDATE = 3e-9  # seconds per parameter and step: AdamW reads and writes four numbers of each
_BY_ROWS = 4  # times as long for a parameter of a row that is updated alone
_STEP = 0.01  # seconds per step beside that
_BACKWARD = 3  # forward and backward passes together, in forward passes
_START = 11.0  # seconds until the first step: Keras, TensorFlow, the first compilation
_LOAD = 4e-7  # seconds per parameter: the model to start from, and its first state
_COUNT = 2e-5  # seconds per word: reading, cleaning, counting n-grams
_KEEP = 1.6e-7  # seconds per parameter: what is kept after an epoch, and the samples
_ANSWER = 8e-11  # seconds per parameter of the softmax and word that NumPy scores
_LETTERS = 6  # of a word; every letter that is typed asks for suggestions
_LETTER = 3.3e-4  # seconds per letter that is typed to measure keystrokes saved, beside the answers of the softmax
_ANSWERS = 0.2  # of a letter: most ask what was answered before
_BUNDLED = 0.65, 4.2e-4  # seconds until the bundled model answers, and per letter that is typed with it
_MODEL = 5e-5  # seconds per word of the vocabulary until a model answers
_NGRAMS = 6e-5  # seconds per word of a model to start from: its n-grams in the vocabulary and the mixture of the run
_LOADED = 0.5  # of the start: once Keras has been loaded
_TYPED, _MIXED = 150, 2_000  # headlines: typed, and used to fit the mixture, at most


@dataclass(frozen=True)
class ListSize:
    """The size of a list of headlines."""

    headlines: int
    words: int
    distinct: int  # different words
    longest: int  # words of the longest headline


@dataclass(frozen=True)
class Work:
    """The parts of a run, in seconds."""

    start: float  # before the first step
    step: float  # one training step
    steps: int  # of an epoch
    epochs: int
    check: float  # the held-out headlines once
    between: float  # after each epoch, beside that
    mixing: float  # after the last epoch: the mixture
    measuring: float  # the figures on the test side
    typing: tuple[float, ...]  # the keystrokes saved there: by this model, the bundled one, and its n-grams alone

    @property
    def after(self) -> float:
        """What comes after the last epoch."""
        return self.mixing + self.measuring + sum(self.typing)

    @property
    def loading(self) -> float:
        """The part of the start until Keras has been loaded."""
        return _LOADED * self.start

    @property
    def seconds(self) -> float:
        """The whole run, if it is not ended early."""
        return self.start + self.epochs * (self.steps * self.step + self.check + self.between) + self.after


def work(settings: TrainingConfig, size: ListSize, known_words: int = 0, compare: bool = True) -> Work:
    """Return the work of a run.

    Args:
        settings: of the run.
        size: of its list.
        known_words: of the model that it starts from, which are kept; 0 for a run from scratch.
        compare: whether keystrokes saved are measured at the end, as the page does.
    """
    held_out = settings.validation + settings.test
    training = max(1.0, size.headlines * (1 - held_out))
    per_headline = size.words / max(1, size.headlines) + 1  # with the end of the headline
    vocabulary = min(settings.max_words, size.distinct) + known_words + 4
    config = settings.model_config(max(1, vocabulary), max(2, size.longest))
    rows = settings.rows_per_batch(round(training))
    words = size.words
    sampled = config.causal and 0 < settings.candidates < vocabulary // 2
    scored = settings.candidates if sampled else vocabulary
    if config.causal:
        examples, positions = training, per_headline  # a row per headline, each position predicts a word
        predictions = positions
    else:
        prefixes = training * max(1.0, per_headline - 2)  # a row for every word but the first
        examples, positions, predictions = prefixes, config.block_size, 1
    units, width = config.units, config.embedding_size
    cell = 8 * units * sum((width if i == 0 else units) + units for i in range(config.layers))  # 4 gates, 2 operations
    cell += 2 * units * config.mogrifier * (width + units * (config.layers - 1))
    last = 2 * units * width * config.projected
    into = width if config.causal else units  # the softmax reads
    forward = positions * cell + predictions * (last + 2 * into * scored)
    whole = positions * cell + predictions * (last + 2 * into * vocabulary)  # held-out headlines are never sampled
    updated, checked = config.parameters, 1.0  # of the held-out headlines
    if sampled:
        checked = min(1.0, MOST_LOGITS / max(1.0, vocabulary * settings.validation * words))
        if vocabulary > MOST_ROWS:  # only the vectors that a batch uses are updated, in more steps each
            used = min(vocabulary, scored + rows * round(per_headline))
            updated += round((_BY_ROWS * used - vocabulary) * width)
    step = rows * _BACKWARD * forward / _FLOPS + _UPDATE * max(0, updated) + _STEP
    measured, mixed = size.headlines * settings.test, min(_MIXED, size.headlines * settings.validation)
    letters = min(_TYPED, size.headlines * settings.test) * per_headline * _LETTERS
    answer = _ANSWER * vocabulary * width
    until, bundled_letter = _BUNDLED
    letter = _LETTER + _ANSWERS * answer
    return Work(
        start=_START + _LOAD * config.parameters * bool(known_words) + _COUNT * words,
        step=step,
        steps=max(1, -(-round(examples) // rows)),
        epochs=settings.epochs,
        check=checked * settings.validation * size.headlines * whole / _FLOPS,
        between=_KEEP * config.parameters,
        mixing=mixed * per_headline * answer + _NGRAMS * known_words,
        measuring=(measured * per_headline * answer + _MODEL * vocabulary) * bool(settings.test),
        typing=(_MODEL * vocabulary + letters * letter, until + letters * bundled_letter, letters * _LETTER)
        if settings.test and compare
        else (),
    )
