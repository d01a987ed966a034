"""memory.safetensors: the n-grams of a corpus, and hashes of its headlines."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load, save

from headline.corpus.split import SeenHeadlines
from headline.errors import CheckpointError
from headline.model.ngrams.interpolated_ngram import MAX_PARTS, WEIGHTS, InterpolatedNGram, NGrams, part_name
from headline.model.ngrams.ngram import MAX_ORDER
from headline.model.storage.checkpoint_files import MEMORY
from headline.model.storage.tensor_file import Header, read_header, read_tensors, write_tensors

MAX_BYTES = 2**30  # of the file: about 100 million n-grams

_INTEGERS, _REALS = ("U8", "U16", "U32"), ("F16", "F32")


def read_memory(path: Path, vocab_size: int) -> tuple[SeenHeadlines, InterpolatedNGram | None]:
    """Read and check the file; without one, no headline was seen and there are no n-grams.

    Raises:
        CheckpointError: a tensor is missing, unknown, of a wrong type or shape, or holds values that are not allowed.
    """
    if not path.is_file():
        return SeenHeadlines(), None
    if path.stat().st_size > MAX_BYTES:
        raise CheckpointError(f"{MEMORY} is larger than {MAX_BYTES // 2**20} MB.")
    _check_header(read_header(path), vocab_size)
    tensors = read_tensors(path)
    seen = SeenHeadlines(tensors.pop("seen", ()))
    try:
        return seen, InterpolatedNGram.from_tensors(tensors) if tensors else None
    except ValueError as error:
        raise CheckpointError(f"{MEMORY} is damaged: {error}.") from error


def write_memory(path: Path, seen: SeenHeadlines, ngram: NGrams | None) -> None:
    """Write both as tensors."""
    write_tensors(path, {"seen": seen.hashes} | (ngram.tensors() if ngram is not None else {}))


def drop_seen(content: bytes) -> bytes:
    """Return the file without the hashes of headlines.

    Raises:
        CheckpointError: the file is damaged.
    """
    try:
        return save({name: tensor for name, tensor in load(content).items() if name != "seen"})
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"{MEMORY} is damaged: {error}.") from error


def _check_header(header: Header, vocab_size: int) -> None:
    """Check names, types and lengths."""
    wanted: dict[str, tuple[tuple[str, ...], int]] = {}  # name -> (types, length)
    if "seen" in header:
        wanted["seen"] = (("U32",), _length(header, "seen"))
    parts = _length(header, WEIGHTS) if WEIGHTS in header else int(bool(header.keys() - {"seen"}))
    if parts > MAX_PARTS:
        raise CheckpointError(f"{MEMORY} has {parts:,} n-gram models; at most {MAX_PARTS} are allowed.")
    if WEIGHTS in header:
        wanted[WEIGHTS] = (("F32",), parts)
    for i in range(parts):
        wanted |= _wanted_of_part(header, i, vocab_size)
    if extra := sorted(header.keys() - wanted.keys()):
        raise CheckpointError(f"{MEMORY} has a tensor that does not belong there, {extra[0][:40]}.")
    for name, (kinds, length) in wanted.items():
        if name not in header:
            raise CheckpointError(f"{MEMORY} lacks {name}.")
        kind, shape = header[name]
        if kind not in kinds or shape != (length,):
            raise CheckpointError(f"{MEMORY}: {name} has type {kind} and shape {shape}; its length must be {length:,}.")


def _wanted_of_part(header: Header, i: int, vocab_size: int) -> dict[str, tuple[tuple[str, ...], int]]:
    """The types and lengths of one n-gram model's tensors: those of one order follow from the order below it."""
    wanted: dict[str, tuple[tuple[str, ...], int]] = {part_name(i, "unigrams"): (("F32",), vocab_size)}
    contexts = vocab_size  # n-grams of the order below
    for n in range(2, MAX_ORDER + 1):
        words = part_name(i, f"{n}.words")
        if words not in header:
            break
        ngrams = _length(header, words)
        wanted |= {words: (_INTEGERS, ngrams), part_name(i, f"{n}.shares"): (_REALS, ngrams)}
        wanted |= {part_name(i, f"{n}.children"): (_INTEGERS, contexts), part_name(i, f"{n}.left"): (_REALS, contexts)}
        contexts = ngrams
    return wanted


def _length(header: Header, name: str) -> int:
    """The length of a tensor that should have one dimension; 0, which it has not, where it has several."""
    shape = header[name][1]
    return shape[0] if len(shape) == 1 else 0
