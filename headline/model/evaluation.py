"""Measures a checkpoint on held-out headlines."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from headline.corpus.sequences import length_batches
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel, rows_at_once, walk
from headline.model.network import State

TOP = (1, 3, 5)
COMPLETION_WORDS = (1, 2, 3)
COVERAGE = 0.2
_BINS = 15


def perplexity_text(perplexity: float) -> str:
    """Format a perplexity, the same in every place where a person reads one.

    >>> perplexity_text(4.57), perplexity_text(61.74), perplexity_text(1234.5)
    ('4.6', '62', '1,234')
    """
    return f"{perplexity:,.0f}" if perplexity >= 9.95 else f"{perplexity:.1f}"


@dataclass(frozen=True)
class Evaluation:
    """Figures over held-out headlines. Nats are summed over all words and divided once."""

    headlines: int
    words: int  # predicted, end marks included if the recipe has them; punctuation marks are not
    unknown: int  # of these, words that are <unk> to the vocabulary (autocomplete), or left out (notebook)
    loss: float  # nats per predicted word; <unk> counts as a word
    perplexity: float  # exp(loss): Jelinek et al. 1977
    perplexity_known: float  # the same without <unk>
    perplexity_after_first: float  # over words after the first, ends left out: what both recipes predict
    top1: float  # share of words (without end marks and unknown ones) that were the model's first guess
    top3: float
    top5: float
    mean_reciprocal_rank: float  # of the right word among all words of the vocabulary, over the same words
    # Share of the next 1, 2, 3 words guessed exactly, at the fifth of the positions where the guess is most certain:
    # ExactMatch at equal coverage (Chen et al. 2019, "Gmail Smart Compose").
    exact1: float
    exact2: float
    exact3: float
    # Expected calibration error of the first guess in 15 equal bins (Guo et al. 2017), over all positions; where a
    # headline ends, no guess is right.
    calibration_error: float
    # Punctuation is measured separately: where a word follows, the probabilities above are those of words, given that
    # no mark comes, so that models with and without marks can be compared.
    marks: int = 0  # punctuation marks predicted
    loss_with_marks: float = float("nan")  # nats per word or mark, each among all words and marks

    def as_dict(self) -> dict:
        """Return plain values for JSON; a figure that is not finite becomes None."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


def evaluate(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    batch_size: int = 64,
    on_progress: Callable[[int, int], None] | None = None,
    words: Vocabulary | None = None,
    completions: bool = True,
) -> Evaluation:
    """Predict every word of every headline from the words before it.

    The autocomplete recipe predicts the first word and the end mark too; the lesson's starts with the second word and
    has no end mark. `words` is a smaller vocabulary to measure by: words that it lacks count as `<unk>`, with their
    probabilities added up. `on_progress(done, all)` counts headlines. Without `completions` the exact matches, which
    take half of the time, are left out.

    Raises:
        ValueError: the model lacks one of `words`, or has no `<unk>` for those that they lack.
    """
    model, vocabulary = LanguageModel(checkpoint), checkpoint.vocabulary
    causal = checkpoint.config.causal
    rows = [model.row(headline) for headline in headlines]
    left_out = 0 if causal else sum(len(vocabulary.tokenizer.words(h)) for h in headlines) - sum(map(len, rows))
    tally = _Tally(left_out)
    outside, unk = _outside(vocabulary, words), vocabulary.unk
    done = 0
    batch_size = rows_at_once(len(vocabulary), batch_size)
    for batch in length_batches(np.array([len(row) for row in rows]), batch_size):
        for position, (targets, state) in enumerate(walk(model.network, [rows[i] for i in batch])):
            p = model.probabilities(state)
            if len(outside) and unk is not None:
                p[:, unk] += p[:, outside].sum(axis=1)
                p[:, outside] = 0
                targets = np.where(np.isin(targets, outside), unk, targets)
            tally.add(p, targets, vocabulary, first=causal and position == 0)
        done += len(batch)
        if on_progress:
            on_progress(done, len(rows))
    exact = exact_matches(model, rows if completions else [])
    return Evaluation(len(headlines), **tally.figures(), exact1=exact[1], exact2=exact[2], exact3=exact[3])


def exact_matches(
    model: LanguageModel,
    rows: Sequence[Sequence[int]],
    coverage: float = COVERAGE,
    most: int = 600,
) -> dict[int, float]:
    """Return the exact match of the next 1, 2 and 3 words at the `coverage` most certain positions.

    The guess is the most probable word, then the most probable after it, and so on; its certainty is the product of
    their probabilities. Of long lists, the first `most` headlines are used.
    """
    sure: dict[int, list[np.ndarray]] = {n: [] for n in COMPLETION_WORDS}
    right: dict[int, list[np.ndarray]] = {n: [] for n in COMPLETION_WORDS}
    whole = [[i for i in row if i != model.vocabulary.end] for row in rows[:most]]
    size = rows_at_once(len(model.vocabulary), 64)
    for batch in length_batches(np.array([len(row) for row in whole], dtype=int), size):
        lines = [whole[i] for i in batch]
        for position, (_, state) in enumerate(walk(model.network, lines)):
            going = [row[position + 1 :] for row in lines if len(row) > position + 1]
            log_p, alike = np.zeros(len(going)), np.ones(len(going), dtype=bool)
            for n in COMPLETION_WORDS:
                guess, p = _likeliest(model, state)
                log_p = log_p + np.log(np.maximum(p, 1e-30))
                there = np.array([len(words) >= n for words in going])
                alike &= [len(words) >= n and words[n - 1] == i for words, i in zip(going, guess, strict=True)]
                sure[n].append(log_p[there])
                right[n].append(alike[there])
                if n < COMPLETION_WORDS[-1]:
                    state = model.step(state, guess)
    found = {}
    for n in COMPLETION_WORDS:
        confidence, matches = np.concatenate(sure[n] or [np.empty(0)]), np.concatenate(right[n] or [np.empty(0)])
        surest = np.argsort(-confidence, kind="stable")[: round(coverage * len(confidence))]
        found[n] = float(matches[surest].mean()) if len(surest) else float("nan")
    return found


def _outside(vocabulary: Vocabulary, words: Vocabulary | None) -> np.ndarray:
    """Return the ids of a vocabulary that another one lacks: (n,)."""
    if words is None:
        return np.empty(0, dtype=np.int64)
    if lacking := next((key for key in words.itos if key not in vocabulary.stoi), None):
        raise CheckpointError(f"the model lacks “{lacking}”, so that it cannot be judged by these words")
    outside = [i for i, key, _ in vocabulary.entries() if key not in words.stoi]
    if outside and vocabulary.unk is None:
        raise CheckpointError("the model has no unknown word, so that it cannot be judged by fewer words than it knows")
    return np.array(outside, dtype=np.int64)


def _likeliest(model: LanguageModel, state: State) -> tuple[np.ndarray, np.ndarray]:
    p = model.probabilities(state)
    p[:, model.vocabulary.specials] = 0
    guess = p.argmax(axis=1)
    return guess, p[np.arange(len(p)), guess]


class _Tally:
    """Sums over positions."""

    def __init__(self, left_out: int):
        self.words, self.unknown = 0, left_out
        self.nats = self.unknown_nats = self.inner_nats = 0.0
        self.inner = self.marks = 0
        self.token_nats = 0.0
        self.unknown_predicted = 0
        self.ranks: list[np.ndarray] = []
        self.in_bin, self.sure, self.right = np.zeros(_BINS), np.zeros(_BINS), np.zeros(_BINS)

    def add(self, p: np.ndarray, targets: np.ndarray, vocabulary: Vocabulary, first: bool) -> None:
        """Add probabilities (n, V), which are changed, and the ids that followed (n,)."""
        right = p[np.arange(len(targets)), targets]
        if vocabulary.marks:
            p, targets = self._apart(p, right, targets, vocabulary)
            right = p[np.arange(len(targets)), targets]
        with np.errstate(divide="ignore"):
            nats = -np.log(right, dtype=np.float64)
        self.words += len(targets)
        self.nats += float(nats.sum())
        inner = np.zeros(len(targets), dtype=bool) if first else targets != vocabulary.end
        self.inner += int(inner.sum())
        self.inner_nats += float(nats[inner].sum())
        if vocabulary.unk is not None:
            unknown = targets == vocabulary.unk
            self.unknown += int(unknown.sum())
            self.unknown_predicted += int(unknown.sum())
            self.unknown_nats += float(nats[unknown].sum())
        judged = ~np.isin(targets, vocabulary.specials)
        # Ids that are never shown do not push a right word down.
        p[:, vocabulary.specials] = 0
        if len(p):
            guess = p.argmax(axis=1)
            sure = p[np.arange(len(p)), guess]
            places = np.minimum((sure * _BINS).astype(int), _BINS - 1)
            self.in_bin += np.bincount(places, minlength=_BINS)
            self.sure += np.bincount(places, weights=sure, minlength=_BINS)
            self.right += np.bincount(places, weights=guess == targets, minlength=_BINS)
        p, right = p[judged], right[judged]
        # Half of the ties count as above, so that a uniform model does not look good.
        above, equal = (p > right[:, None]).sum(axis=1), (p == right[:, None]).sum(axis=1)
        self.ranks.append(1 + above + (equal - 1) / 2)

    def _apart(
        self, p: np.ndarray, right: np.ndarray, targets: np.ndarray, vocabulary: Vocabulary
    ) -> tuple[np.ndarray, np.ndarray]:
        """Count the positions where a mark follows, and return the others with the probabilities of words only."""
        is_mark = np.isin(targets, vocabulary.marks)
        with np.errstate(divide="ignore"):
            self.token_nats -= float(np.log(right, dtype=np.float64).sum())
        self.marks += int(is_mark.sum())
        p, targets = p[~is_mark], targets[~is_mark]
        p[:, vocabulary.marks] = 0
        p /= np.maximum(p.sum(axis=1, keepdims=True), 1e-30)
        return p, targets

    def figures(self) -> dict:
        nan = float("nan")
        rank = np.concatenate(self.ranks) if self.ranks else np.empty(0)
        known = self.words - self.unknown_predicted
        loss = self.nats / self.words if self.words else nan
        with np.errstate(over="ignore"):
            return {
                "words": self.words,
                "unknown": self.unknown,
                "loss": loss,
                "perplexity": float(np.exp(loss)),
                "perplexity_known": float(np.exp((self.nats - self.unknown_nats) / known)) if known else nan,
                "perplexity_after_first": float(np.exp(self.inner_nats / self.inner)) if self.inner else nan,
                **{f"top{k}": float((rank <= k).mean()) if len(rank) else nan for k in TOP},
                "mean_reciprocal_rank": float((1 / rank).mean()) if len(rank) else nan,
                "marks": self.marks,
                "loss_with_marks": (self.token_nats or self.nats) / (self.words + self.marks) if self.words else nan,
                "calibration_error": float(np.abs(self.sure - self.right).sum() / self.in_bin.sum())
                if self.in_bin.sum()
                else nan,
            }
