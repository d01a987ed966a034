"""Small made-up models and headlines that the tests share. No Keras."""

from collections.abc import Sequence

import numpy as np

from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig

WORDS = ("the", "government", "governor", "governs", "of", "NASA", "McConnell", "London", "says", "won't", "rise", "we")

# Both recipes: one layer and several, with and without a projection, and the shortest rows there are.
CONFIGS = [
    ModelConfig("autocomplete", vocab_size=23, block_size=9, embedding_size=6, units=6),
    ModelConfig("autocomplete", vocab_size=23, block_size=9, embedding_size=5, units=7),
    ModelConfig("autocomplete", vocab_size=23, block_size=9, embedding_size=5, units=7, layers=3),
    ModelConfig("notebook", vocab_size=23, block_size=9, embedding_size=5, units=7),
    ModelConfig("notebook", vocab_size=23, block_size=9, embedding_size=5, units=7, layers=2),
    ModelConfig("notebook", vocab_size=23, block_size=2, embedding_size=5, units=7),
    ModelConfig("autocomplete", vocab_size=23, block_size=9, embedding_size=5, units=7, mogrifier=4),
    ModelConfig("autocomplete", vocab_size=23, block_size=9, embedding_size=6, units=6, layers=2, mogrifier=3),
]


def config_name(config: ModelConfig) -> str:
    """What pytest calls a configuration."""
    name = f"{config.recipe}-{config.layers}x{config.units}-embedding{config.embedding_size}-block{config.block_size}"
    return name + f"-mogrifier{config.mogrifier}" * bool(config.mogrifier)


def headlines(number: int, shortest: int = 3, longest: int = 5) -> list[str]:
    """Up to 100 made-up headlines, each with a first word of its own, out of a hundred words such as "moli"."""
    syllables = "ba ke li mo nu ra se ti vo zu".split()
    words = [a + b for a in syllables for b in syllables]
    lengths = [shortest + n % (longest - shortest + 1) for n in range(number)]
    return [" ".join(words[(7 * n * (j + 1) + 13 * j) % 100] for j in range(lengths[n])) for n in range(number)]


def vocabulary(recipe: str, words: Sequence[str] = WORDS) -> Vocabulary:
    """The marks of a recipe and then these words, each as it is written."""
    marks = [PAD, UNK, START, END] if recipe == "autocomplete" else [PAD]
    counts = [0] * len(marks) + list(range(len(words), 0, -1))
    return Vocabulary([*marks, *words], counts, "headline" if recipe == "autocomplete" else "keras")


def random_weights(config: ModelConfig, seed: int = 0, scale: float = 0.6) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, scale, shape).astype(np.float32) for name, shape in config.shapes().items()}


def random_checkpoint(
    recipe: str = "autocomplete",
    words: Sequence[str] = WORDS,
    block_size: int = 8,
    seed: int = 0,
    scale: float = 0.6,
    mogrifier: int = 0,
) -> Checkpoint:
    """Random weights on hand-made words."""
    known = vocabulary(recipe, words)
    config = ModelConfig(recipe, len(known), block_size, embedding_size=5, units=7, mogrifier=mogrifier)
    return Checkpoint(config, known, random_weights(config, seed, scale))


def uniform_checkpoint(recipe: str = "autocomplete", words: Sequence[str] = WORDS) -> Checkpoint:
    """All weights zero: every id is as likely as any other."""
    return random_checkpoint(recipe, words, scale=0.0)


def bigram_checkpoint(
    follows: dict[str, dict[str, float]],
    recipe: str = "autocomplete",
    words: Sequence[str] = WORDS,
    other: float = 0.0,
    block_size: int = 12,
) -> Checkpoint:
    """Weights set by hand so that the last word alone decides: follows[last][next] is the logit, `other` where none.

    Word vectors are one-hot; the gates forget all, let all in and let all out, so that the state is
    tanh(1) at the last word's place; from there the logits are read off a table.
    """
    known = vocabulary(recipe, words)
    size = len(known)
    spare = 1 if recipe == "autocomplete" else 0  # one unit more than the embedding makes it a projected network
    units = size + spare
    table = np.full((units, size), other, dtype=np.float32)
    for last, nexts in follows.items():
        for word, logit in nexts.items():
            table[known.itos.index(last.lower()), known.itos.index(word.lower())] = logit
    config = ModelConfig(recipe, size, block_size, embedding_size=size, units=units)
    weights = {name: np.zeros(shape, dtype=np.float32) for name, shape in config.shapes().items()}
    weights["embedding"] = np.eye(size, dtype=np.float32)
    weights["lstm_0.kernel"][:, 2 * units : 2 * units + size] = 20 * np.eye(size)
    bias = weights["lstm_0.bias"].reshape(4, units)  # i, f, c, o
    bias[0], bias[1], bias[3] = 20, -20, 20
    weights["projection.kernel" if recipe == "autocomplete" else "softmax.kernel"] = table / np.float32(np.tanh(1))
    return Checkpoint(config, known, weights)


def suggester(checkpoint: Checkpoint) -> Suggester:
    """The model alone: no list of English words behind it, and nothing blocked."""
    return Suggester(checkpoint, lexicon=Lexicon([], np.empty(0)), blocked=())
