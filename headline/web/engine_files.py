"""What the engine in the page (assets/engine) downloads: a checkpoint's files, and two lists that all models share."""

import hashlib
import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from headline.generator.words.blocklist import blocked_words
from headline.generator.words.lexicon import english
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES


@dataclass(frozen=True)
class EngineFile:
    """One file: its content is read when it is asked for."""

    path: Path | None = None
    text: str = ""  # the content, where there is no path

    @property
    def content(self) -> bytes:
        """The bytes of the file.

        Raises:
            OSError: the file cannot be read.
        """
        return self.path.read_bytes() if self.path else self.text.encode()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def bytes(self) -> int:
        return len(self.content)


def engine_files(folder: Path) -> dict[str, EngineFile]:
    """The files for the checkpoint in a folder, by the names that assets/engine/engine.js gives them."""
    own = {name: EngineFile(folder / name) for name in CHECKPOINT_FILES if (folder / name).is_file()}
    return own | shared_files()


@cache
def shared_files() -> dict[str, EngineFile]:
    """The general word list and the words that are never suggested.

    A line of the first is a word, a tab, and its frequency in hundredths of a power of ten, which is how wordfreq has
    it. The order is that of UTF-16, in which JavaScript compares.
    """
    words, shares = english()
    listed = sorted(zip(words, shares.tolist(), strict=True), key=lambda item: item[0].encode("utf-16-be"))
    lines = "".join(f"{word}\t{round(100 * math.log10(share))}\n" for word, share in listed)
    return {"words.txt": EngineFile(text=lines), "blocked.txt": EngineFile(text="\n".join(sorted(blocked_words())))}
