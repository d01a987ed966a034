"""How good a checkpoint is on headlines that it never saw."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from headline.checkpoint import Checkpoint
from headline.network import Network, log_softmax
from headline.sequences import length_batches

TOP = (1, 3, 5)


@dataclass(frozen=True)
class Evaluation:
    """Figures over held-out headlines. Nats are summed over all words and divided once."""

    headlines: int
    words: int  # predicted, end marks among them where the recipe has them
    unknown: int  # of these, words that are <unk> to the vocabulary (autocomplete), or left out (notebook)
    loss: float  # nats a predicted word
    perplexity: float  # exp(loss): Jelinek et al. 1977
    top1: float  # share of words (end marks and unknown ones apart) that were the model's first guess
    top3: float
    top5: float
    mean_reciprocal_rank: float  # of the right word among all words of the vocabulary, over the same words

    def as_dict(self) -> dict:
        """Plain values for JSON; a figure that is not finite, for want of words to judge, is None."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


def evaluate(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    batch_size: int = 64,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Predict every word of every headline from the words before it.

    The autocomplete recipe predicts the first word and the end mark too; the lesson's begins with
    the second word and knows no end. `on_progress(done, all)` counts headlines.
    """
    network = Network(checkpoint.config, checkpoint.weights)
    vocabulary = checkpoint.vocabulary
    causal = checkpoint.config.causal
    found = [vocabulary.tokenizer.words(headline) for headline in headlines]
    encoded = [vocabulary.ids(words) for words in found]
    left_out = sum(map(len, found)) - sum(map(len, encoded))
    if causal:
        encoded = [[vocabulary.start, *ids, vocabulary.end] for ids in encoded]
    nats, ranks, words, unknown = 0.0, [], 0, left_out
    done = 0
    for batch in length_batches(np.array([len(ids) for ids in encoded]), batch_size):
        rows = [encoded[i] for i in batch]
        for targets, log_p in predictions(network, rows):
            right = log_p[np.arange(len(targets)), targets]
            nats -= float(right.sum(dtype=np.float64))
            words += len(targets)
            unknown += int((targets == vocabulary.unk).sum()) if causal else 0
            # Guesses that are never shown do not push a right word down.
            log_p[:, vocabulary.specials] = -np.inf
            judged = ~np.isin(targets, vocabulary.specials)
            ranks.append(1 + (log_p[judged] > right[judged, None]).sum(axis=1))
        done += len(batch)
        if on_progress:
            on_progress(done, len(encoded))
    rank = np.concatenate(ranks) if ranks else np.empty(0)
    loss = nats / words if words else float("nan")
    top1, top3, top5 = (float((rank <= k).mean()) if len(rank) else float("nan") for k in TOP)
    mrr = float((1 / rank).mean()) if len(rank) else float("nan")
    return Evaluation(len(headlines), words, unknown, loss, float(np.exp(loss)), top1, top3, top5, mrr)


def predictions(network: Network, rows: Sequence[Sequence[int]]):
    """For each position of rows of ids: the ids that followed, (n,), and log probabilities, (n, V).

    A row joins while it has a next word; what a row's first id is, nobody predicts.
    """
    longest = max(map(len, rows), default=0)
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), longest), dtype=np.int64)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    alive = np.arange(len(rows))
    state = network.start().take([0] * len(rows))
    for position in range(longest - 1):
        going = lengths[alive] > position + 1
        alive, state = alive[going], state.take(np.flatnonzero(going))
        state = network.step(state, table[alive, position])
        yield table[alive, position + 1], log_softmax(network.logits(state))
