"""What the engine in the page (assets/engine) downloads: a checkpoint's files, and lists that all models share."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from headline.corpus.language.languages import language
from headline.errors import CheckpointError
from headline.generator.words.blocklist import blocked_words, delicate_words
from headline.generator.words.lexicon import listed
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, MEMORY, META
from headline.model.storage.memory_file import drop_seen
from headline.model.storage.metadata import Metadata
from headline.share.language_file import language_file

_LONGEST_BEGINNING = 25  # letters that a word of the list has in common with the one before
_WORDS_FROM = "words of wordfreq, Robyn Speer 2022, doi 10.5281/zenodo.7199437; CC BY-SA 4.0"
_BLOCKED_FROM = "of better_profanity, MIT; those behind a = of codespell and English Wikipedia, CC BY-SA 3.0"

_LANGUAGES_KEPT = 4  # of which the files are kept in memory, up to 4 MB each
_MODELS_KEPT = 64  # of which the hash of a file is kept in memory
_LARGEST = 64 * 2**20  # bytes of all files of a model that a page is asked to hold


@dataclass(frozen=True)
class EngineFile:
    """One file."""

    size: int  # bytes
    sha256: str  # hexadecimal
    read: Callable[[], bytes]


def engine_files(folder: Path) -> dict[str, EngineFile]:
    """The files for the checkpoint in a folder, by the names that assets/engine/engine.js gives them.

    Raises:
        CheckpointError: checkpoint.json or memory.safetensors cannot be read.
        OSError: another file cannot be read.
    """
    meta = Metadata.read(folder)
    hashes = {name: hash_ for name, hash_ in meta.sha256.items() if name != META}
    paths = {name: folder / name for name in CHECKPOINT_FILES if (folder / name).is_file()}
    own = {}
    for name, path in paths.items():
        size, hash_ = path.stat().st_size, hashes.get(name) or _hash(path.read_bytes())
        small = name == MEMORY and size <= _LARGEST
        own[name] = _without_seen(path, hash_) if small else EngineFile(size, hash_, path.read_bytes)
    return own | shared_files(language(meta.language).base)


@lru_cache(maxsize=_MODELS_KEPT)
def _without_seen(path: Path, sha256: str) -> EngineFile:
    """The n-grams without the hashes of headlines, a quarter of the file, which a page does not need.

    `sha256` is that of the whole file.

    Raises:
        CheckpointError: the file is damaged.
    """
    whole = path.read_bytes()
    if _hash(whole) != sha256:
        raise CheckpointError(f"{MEMORY} is damaged: it is not the file that {META} describes.")
    content = drop_seen(whole)
    return EngineFile(len(content), _hash(content), lambda: drop_seen(path.read_bytes()))


def runs_in_page(meta: Metadata, files: Mapping[str, EngineFile] | None = None) -> bool:
    """Whether the engine knows the recipe of a model, and its files, if given, are small enough for a page."""
    return meta.model.causal and sum(file.size for file in (files or {}).values()) <= _LARGEST


@lru_cache(maxsize=_LANGUAGES_KEPT)
def shared_files(base: str = "en") -> dict[str, EngineFile]:
    """What all models of a language share, by the tag under which the language is known: its rules, its general word
    list, the words that are never suggested, and those that are where they are likely.

    The first line of the list says whose it is. Then comes a line a word, by its key and in the order of UTF-16, in
    which JavaScript compares: a character that says how many letters it has in common with the key before, from "A" for
    none on; the rest of the key; and after a tab how the word is written, where that is not its key. After an empty
    line come the frequencies in the same order, in hundredths of a power of ten, which is how wordfreq has them; and
    after another, on one line, a character for the class of each word, from "!" for class 0 on.
    """
    known = language(base)
    words = zip(*listed(base), strict=True)
    in_order = sorted(words, key=lambda item: item[0].encode("utf-16-be"))
    rests = _without_beginnings([key for key, *_ in in_order])
    lines = [f"{rest}\t{form}" if form != key else rest for rest, (key, form, *_) in zip(rests, in_order, strict=True)]
    powers = [str(round(100 * math.log10(share))) for _, _, share, _ in in_order]
    classes = ["", "".join(chr(ord("!") + own) for *_, own in in_order)] if in_order else []
    texts = {
        "language.json": language_file(known).decode(),
        "words.txt": "\n".join([f"{known.name} {_WORDS_FROM}", *lines, "", *powers, *classes]),
        "blocked.txt": "\n".join([f"# {_BLOCKED_FROM}", *sorted(blocked_words())]),
        "delicate.txt": "\n".join(sorted(delicate_words())),
    }
    return {name: _of_text(text) for name, text in texts.items()}


def _without_beginnings(words: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in words:
        same = 0
        while word[same : same + 1] == before[same : same + 1] and word[same:] and same < _LONGEST_BEGINNING:
            if word[same] > "\uffff":  # two units of UTF-16, in which JavaScript counts
                break
            same += 1
        yield chr(ord("A") + same) + word[same:]
        before = word


def _of_text(text: str) -> EngineFile:
    content = text.encode()
    return EngineFile(len(content), _hash(content), lambda: content)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
