"""How much memory a checkpoint takes once it answers keystrokes."""

from pathlib import Path

from headline.model.storage.checkpoint_files import MEMORY
from headline.model.storage.metadata import Metadata

_WORD = 900  # bytes of a word in the vocabulary and in the indexes of a suggester
_NGRAMS = 3  # times the size of their file


def loaded_bytes(folder: Path) -> int:
    """Estimate the memory of a `Suggester` from its folder. Nothing but checkpoint.json is read.

    For the bundled model it is 115 MB, and loading a second one was measured to take 115 MB.

    Raises:
        CheckpointError: checkpoint.json cannot be read.
    """
    config = Metadata.read(folder).model
    width = config.embedding_size if config.causal else config.units
    rotated = config.vocab_size * width  # the softmax layer once more: see SvdSoftmax
    memory = folder / MEMORY
    ngrams = _NGRAMS * memory.stat().st_size if memory.is_file() else 0
    return 4 * (config.parameters + rotated) + ngrams + _WORD * config.vocab_size
