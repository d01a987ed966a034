"""A trained model as one folder that needs nothing else: saved atomically, checked when it is loaded.

checkpoint.json        format, recipe, sizes, tokenizer, settings, history, metrics, corpus, provenance, licence, hashes
vocabulary.txt         a line per word: the word as it is written, a tab, its count
weights.safetensors    the tensors that ModelConfig.shapes() names
memory.safetensors     n-grams of the corpus, and hashes of its headlines (may be missing)
"""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.config import ModelConfig
from headline.model.ngrams.interpolated_ngram import InterpolatedNGram, NGrams
from headline.model.storage.atomic import recover_folder, replacing_folder
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, MEMORY, META, NEEDED, WEIGHTS, WORDS
from headline.model.storage.hashes import check_files, hash_files
from headline.model.storage.memory_file import read_memory, write_memory
from headline.model.storage.metadata import DESCRIPTIONS, Metadata, within_bounds
from headline.model.storage.quantization import check_stored, pack_weights, unpack_weights
from headline.model.storage.tensor_file import read_header, read_tensors, write_tensors
from headline.model.storage.vocabulary_file import read_vocabulary


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model. Weights are float32, whatever precision they were stored in."""

    config: ModelConfig
    vocabulary: Vocabulary
    weights: dict[str, np.ndarray]
    ngram: NGrams | None = None
    lstm_weight: float = 1.0  # of the LSTM in the mixture with the n-grams, which have the rest
    temperature: float = 1.0  # the LSTM's logits are divided by it
    seen: SeenHeadlines = field(default_factory=SeenHeadlines)  # headlines of the training split
    style: str = "sentence"  # how headlines are capitalised, one of STYLES
    training: dict = field(default_factory=dict)  # "settings": the TrainingConfig; "history": an object per epoch
    metrics: dict = field(default_factory=dict)  # figures on the test split
    corpus: dict = field(default_factory=dict)  # the CorpusReport
    provenance: dict = field(default_factory=dict)  # name, date, versions, device
    licence: dict = field(default_factory=dict)  # of the weights and of the corpora

    @property
    def language(self) -> str:
        """The BCP 47 tag of the headlines' language."""
        return self.vocabulary.tokenizer.language.tag

    def metadata(self, precision: str = "float32") -> Metadata:
        """The content of checkpoint.json.

        Raises:
            CheckpointError: a field has a value that is not allowed.
        """
        descriptions = {name: within_bounds(getattr(self, name)) for name in DESCRIPTIONS}
        return Metadata(
            self.config,
            self.vocabulary.tokenizer.name,
            precision,
            self.lstm_weight,
            self.temperature,
            self.style,
            self.language,
            self.vocabulary.own_small_words,
            **descriptions,
        )

    def verify(self) -> None:
        """Check that sizes, vocabulary and tensors agree.

        Raises:
            CheckpointError: for the first part that does not.
        """
        self.metadata()
        if self.config.causal and None in (self.vocabulary.start, self.vocabulary.end):
            raise CheckpointError(f"{WORDS} lacks <s> and </s>, which the {self.config.recipe} recipe needs.")
        if len(self.vocabulary) != self.config.vocab_size:
            raise CheckpointError(
                f"{WORDS} has {len(self.vocabulary):,} words; {META} says {self.config.vocab_size:,}."
            )
        if self.ngram is not None and self.ngram.vocab_size != self.config.vocab_size:
            raise CheckpointError(f"{MEMORY} belongs to another vocabulary than {WORDS}.")
        check_stored({name: ("F32", w.shape) for name, w in self.weights.items()}, self.config.shapes())
        for name, w in self.weights.items():
            if not np.isfinite(w).all():
                raise CheckpointError(f"{WEIGHTS}: {name} holds numbers that are not finite.")

    def stored_as(self, precision: str) -> "Checkpoint":
        """Return the checkpoint as it will be after saving and loading, so that what is measured is what is used."""
        ngram = InterpolatedNGram.from_tensors(self.ngram.tensors()) if self.ngram is not None else None
        return replace(self, weights=unpack_weights(pack_weights(self.weights, precision)), ngram=ngram)

    def step_tensors(self) -> dict[str, np.ndarray]:
        """The tensors of an exported step: the network's float32 tensors by name, and "temperature"."""
        tensors = {name: np.ascontiguousarray(self.weights[name], np.float32) for name in self.config.shapes()}
        return tensors | {"temperature": np.array(self.temperature, np.float32)}

    def save(self, folder: str | Path, precision: str = "float32") -> Path:
        """Write the folder, replacing an older checkpoint atomically. Other files in it, such as its card, are kept.

        Raises:
            CheckpointError: the parts do not agree; nothing is written.
            OSError: the disk is full or the folder cannot be written; an older checkpoint stays whole.
        """
        self.verify()
        folder = Path(folder)
        with replacing_folder(folder) as fresh:
            self.vocabulary.save(fresh / WORDS)
            write_tensors(fresh / WEIGHTS, pack_weights(self.weights, precision))
            write_memory(fresh / MEMORY, self.seen, self.ngram)
            self.metadata(precision).write(fresh, hash_files(fresh))
            for other in folder.iterdir() if folder.is_dir() else ():
                if other.name not in CHECKPOINT_FILES:
                    (shutil.copytree if other.is_dir() else shutil.copy2)(other, fresh / other.name)
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> "Checkpoint":
        """Read and verify a folder.

        Raises:
            CheckpointError: a part is missing, cannot be read, or does not agree with the others.
        """
        folder = Path(folder)
        recover_folder(folder)
        for name in NEEDED:
            if not (folder / name).is_file():
                raise CheckpointError(f"{folder} is not a checkpoint: it has no {name}.")
        meta = Metadata.read(folder)
        vocabulary = read_vocabulary(folder / WORDS, meta.tokenizer, meta.model.vocab_size, meta.language)
        if meta.small_words is not None:
            vocabulary.leave_small(meta.small_words)
        check_stored(read_header(folder / WEIGHTS), meta.model.shapes())
        weights = unpack_weights(read_tensors(folder / WEIGHTS))
        seen, ngram = read_memory(folder / MEMORY, meta.model.vocab_size)
        checkpoint = cls(
            meta.model,
            vocabulary,
            weights,
            ngram,
            meta.lstm_weight,
            meta.temperature,
            seen,
            meta.style,
            **{name: getattr(meta, name) for name in DESCRIPTIONS},
        )
        checkpoint.verify()
        check_files(folder, meta.sha256)  # last, because the other checks say more about what is wrong
        return checkpoint
