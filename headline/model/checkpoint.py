"""A trained model as one folder that needs nothing else.

checkpoint.json        format, recipe, sizes, tokenizer, settings, history, metrics, corpus, provenance, licence
vocabulary.txt         a line a word: as it is written, a tab, its count
weights.safetensors    the tensors that ModelConfig.shapes() names
memory.safetensors     what the corpus said word for word: its n-grams, and hashes of its headlines (may be missing)
"""

import glob
import json
import os
import shutil
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.config import ModelConfig
from headline.model.ngram import NGram
from headline.model.quantization import pack_weights, unpack_weights

FORMAT = 2
_READ = (1, 2)  # 1 had no memory and no mixture
META, WORDS, WEIGHTS, MEMORY = "checkpoint.json", "vocabulary.txt", "weights.safetensors", "memory.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """What a folder holds. Weights are float32, whatever they were stored as."""

    config: ModelConfig
    vocabulary: Vocabulary
    weights: dict[str, np.ndarray]
    ngram: NGram | None = None
    lstm_weight: float = 1.0  # of the LSTM where there are n-grams, which have the rest
    temperature: float = 1.0  # that the LSTM's logits are divided by
    seen: SeenHeadlines = field(default_factory=SeenHeadlines)  # those trained on
    training: dict = field(default_factory=dict)  # the TrainingConfig, and "history": a dict an epoch
    metrics: dict = field(default_factory=dict)  # figures on the test split
    corpus: dict = field(default_factory=dict)  # the CorpusReport
    provenance: dict = field(default_factory=dict)  # name, when, with what, on what
    licence: dict = field(default_factory=dict)  # of the weights and of what they were made from

    def verify(self) -> None:
        """Check that sizes, vocabulary and tensors agree.

        Raises:
            CheckpointError: naming the first part that does not.
        """
        for name in ("vocab_size", "block_size", "embedding_size", "units", "layers"):
            size = getattr(self.config, name)
            if not isinstance(size, int) or size < 1:
                raise CheckpointError(f"{META}: {name} must be a whole number above 0; it is {size!r}.")
        if self.config.causal and None in (self.vocabulary.start, self.vocabulary.end):
            raise CheckpointError(f"{WORDS} lacks the marks that the {self.config.recipe} recipe begins and ends with.")
        if len(self.vocabulary) != self.config.vocab_size:
            raise CheckpointError(
                f"{WORDS} has {len(self.vocabulary):,} words where {META} says {self.config.vocab_size:,}."
            )
        if not 0 <= self.lstm_weight <= 1 or not 0 < self.temperature < float("inf"):
            raise CheckpointError(f"{META}: lstm_weight must be from 0 to 1 and temperature above 0.")
        if self.ngram is not None and len(self.ngram.unigrams) != self.config.vocab_size:
            raise CheckpointError(f"{MEMORY} is of another vocabulary than {WORDS}.")
        wanted = self.config.shapes()
        if extra := sorted(set(self.weights) - set(wanted)):
            raise CheckpointError(f"{WEIGHTS} holds {extra[0]}, which the {self.config.recipe} recipe has not.")
        for name, shape in wanted.items():
            if name not in self.weights:
                raise CheckpointError(f"{WEIGHTS} lacks {name}.")
            if self.weights[name].shape != shape:
                raise CheckpointError(f"{WEIGHTS}: {name} has shape {self.weights[name].shape}, not {shape}.")
            if not np.isfinite(self.weights[name]).all():
                raise CheckpointError(f"{WEIGHTS}: {name} holds numbers that are not finite.")

    def stored_as(self, precision: str) -> "Checkpoint":
        """The same as it comes back from being stored so, to be measured as it will be used."""
        ngram = NGram.from_tensors(self.ngram.tensors()) if self.ngram is not None else None
        return replace(self, weights=unpack_weights(pack_weights(self.weights, precision)), ngram=ngram)

    def step_tensors(self) -> dict[str, np.ndarray]:
        """What an exported step computes with: the network's float32 tensors by name, and "temperature"."""
        tensors = {name: np.ascontiguousarray(self.weights[name], np.float32) for name in self.config.shapes()}
        return tensors | {"temperature": np.array(self.temperature, np.float32)}

    def save(self, folder: str | Path, precision: str = "float32") -> Path:
        """Write the folder beside its place and rename it, so that a crash leaves an older one whole."""
        self.verify()
        folder = Path(folder)
        _recover(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.new")
        fresh.mkdir()
        try:
            meta = {
                "format": FORMAT,
                "model": self.config.as_dict(),
                "tokenizer": self.vocabulary.tokenizer.name,
                "precision": precision,
                "mixture": {"lstm_weight": self.lstm_weight, "temperature": self.temperature},
                "training": self.training,
                "metrics": self.metrics,
                "corpus": self.corpus,
                "provenance": self.provenance,
                "licence": self.licence,
            }
            (fresh / META).write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            self.vocabulary.save(fresh / WORDS)
            # Not by save_file, whose file only its owner could read.
            (fresh / WEIGHTS).write_bytes(to_bytes(pack_weights(self.weights, precision)))
            memory = {"seen": self.seen.hashes} | (self.ngram.tensors() if self.ngram is not None else {})
            (fresh / MEMORY).write_bytes(to_bytes(memory))
            for other in folder.iterdir() if folder.is_dir() else ():
                if other.name not in (META, WORDS, WEIGHTS, MEMORY):  # such as the model card beside them
                    (shutil.copytree if other.is_dir() else shutil.copy2)(other, fresh / other.name)
            _swap(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> "Checkpoint":
        """Read and verify a folder.

        Raises:
            CheckpointError: a part is missing, cannot be read, or does not agree with the others.
        """
        folder = Path(folder)
        _recover(folder)
        for name in (META, WORDS, WEIGHTS):
            if not (folder / name).is_file():
                raise CheckpointError(f"{folder} is no checkpoint: it has no {name}.")
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if meta["format"] not in _READ:
                known = " and ".join(map(str, _READ))
                raise CheckpointError(f"{META} in {folder} has format {meta['format']}; this program reads {known}.")
            config = ModelConfig(**meta["model"])
            if meta["tokenizer"] not in TOKENIZERS:
                raise CheckpointError(f"{META} in {folder} names an unknown tokenizer, {meta['tokenizer']}.")
            vocabulary = Vocabulary.load(folder / WORDS, meta["tokenizer"])
            part = WEIGHTS
            weights = unpack_weights(load_file(folder / WEIGHTS))
            part = MEMORY
            memory = load_file(folder / MEMORY) if (folder / MEMORY).is_file() else {}
            seen = SeenHeadlines(memory.pop("seen", ()))
            ngram = _unpack_ngram(memory)
            mixture = meta.get("mixture", {})
        except KeyError as error:
            raise CheckpointError(f"{META} in {folder} lacks {error}.") from error
        except (json.JSONDecodeError, UnicodeDecodeError, TypeError) as error:
            raise CheckpointError(f"{META} in {folder} cannot be read: {error}.") from error
        except SafetensorError as error:
            raise CheckpointError(f"{part} in {folder} is damaged: {error}.") from error
        except CheckpointError:
            raise
        except ValueError as error:
            raise CheckpointError(f"{folder}: {error}.") from error
        parts = {k: meta.get(k, {}) for k in ("training", "metrics", "corpus", "provenance", "licence")}
        checkpoint = cls(config, vocabulary, weights, ngram, **mixture, seen=seen, **parts)
        checkpoint.verify()
        return checkpoint


def read_meta(folder: Path) -> dict:
    """What a checkpoint's folder tells of itself, without its weights.

    Raises:
        CheckpointError: it tells nothing that can be read.
    """
    try:
        return json.loads((folder / META).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} is no checkpoint: its {META} cannot be read.") from error


def _unpack_ngram(tensors: dict[str, np.ndarray]) -> NGram | None:
    if not tensors:
        return None
    try:
        return NGram.from_tensors(tensors)
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{MEMORY} is damaged: {error}.") from error


def _recover(folder: Path) -> None:
    """Bring back the older checkpoint if a crash came between the two renames of `_swap`."""
    if not folder.exists():
        for old in sorted(folder.parent.glob(f".{glob.escape(folder.name)}.*.old")):
            os.replace(old, folder)
            return


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`. A folder cannot be replaced in one step; `_recover` mends a crash."""
    if not folder.exists():
        os.replace(fresh, folder)
        return
    old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
    os.replace(folder, old)
    try:
        os.replace(fresh, folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
