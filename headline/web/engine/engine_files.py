"""What the engine in the page (assets/engine) downloads: a checkpoint's files, and lists that all models share."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from headline.generator.words.blocklist import blocked_words, delicate_words
from headline.generator.words.lexicon import listed
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, META
from headline.model.storage.metadata import Metadata

_WORDS_FROM = "English words of wordfreq, Robyn Speer 2022, doi 10.5281/zenodo.7199437; CC BY-SA 4.0"

_BLOCKED_FROM = "of better_profanity, MIT; those behind a = of codespell and English Wikipedia, CC BY-SA 3.0"


@dataclass(frozen=True)
class EngineFile:
    """One file."""

    size: int  # bytes
    sha256: str  # hexadecimal
    read: Callable[[], bytes]


def engine_files(folder: Path) -> dict[str, EngineFile]:
    """The files for the checkpoint in a folder, by the names that assets/engine/engine.js gives them.

    Raises:
        CheckpointError: checkpoint.json cannot be read.
        OSError: another file cannot be read.
    """
    hashes = {name: hash_ for name, hash_ in Metadata.read(folder).sha256.items() if name != META}
    paths = {name: folder / name for name in CHECKPOINT_FILES if (folder / name).is_file()}
    own = {
        name: EngineFile(path.stat().st_size, hashes.get(name) or _hash(path.read_bytes()), path.read_bytes)
        for name, path in paths.items()
    }
    return own | shared_files()


@cache
def shared_files() -> dict[str, EngineFile]:
    """The general word list, the words that are never suggested, and those that are where they are likely.

    The first line of the list says whose it is; a further one is a word, a tab, and its frequency in hundredths of a
    power of ten, which is how wordfreq has it. The order is that of UTF-16, in which JavaScript compares.
    """
    words, _, shares = listed("en")
    in_order = sorted(zip(words, shares.tolist(), strict=True), key=lambda item: item[0].encode("utf-16-be"))
    lines = "".join(f"{word}\t{round(100 * math.log10(share))}\n" for word, share in in_order)
    texts = {
        "words.txt": f"{_WORDS_FROM}\n{lines}",
        "blocked.txt": "\n".join([f"# {_BLOCKED_FROM}", *sorted(blocked_words())]),
        "delicate.txt": "\n".join(sorted(delicate_words())),
    }
    return {name: _of_text(text) for name, text in texts.items()}


def _of_text(text: str) -> EngineFile:
    content = text.encode()
    return EngineFile(len(content), _hash(content), lambda: content)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
