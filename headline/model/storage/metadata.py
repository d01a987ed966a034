"""checkpoint.json: its fields, their types and bounds.

A checkpoint may come from anybody, so nothing of it is used before its type and size are checked. Unknown fields are
refused at the top level, in `model` and in `mixture`, where they would change what the model predicts. The other
objects describe the model to people: known fields there are checked by type, unknown ones are kept, and all of
them are bounded in size.
"""

import json
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from headline.corpus.language.languages import is_language_tag
from headline.corpus.segmentation import TOKENIZERS
from headline.errors import CheckpointError, SettingError
from headline.model.config import ModelConfig
from headline.model.storage.checkpoint_files import META
from headline.model.storage.hashes import FIELD, are_hashes, check_fields, hash_fields
from headline.model.storage.quantization import PRECISIONS

FORMAT = 2
MAX_BYTES = 8 * 2**20  # of checkpoint.json
MAX_TEXT = 2_000  # characters of a string
MAX_ITEMS = 10_000  # entries of one list or object
MAX_SMALL_WORD = 100  # characters
MAX_DEPTH = 8  # of lists and objects within each other
MAX_NUMBER = 2**53  # the largest whole number that every JSON reader keeps exact
STYLES = ("sentence", "title", "lower", "upper")  # how the headlines of a model are capitalised
DESCRIPTIONS = ("training", "metrics", "corpus", "provenance", "licence")

_NEEDED = ("format", "model", "tokenizer")


@dataclass(frozen=True)
class Metadata:
    """The content of checkpoint.json, checked.

    Raises:
        CheckpointError: a field has a wrong type or a value that is not allowed.
    """

    model: ModelConfig
    tokenizer: str
    precision: str = "float32"  # how the weights are stored, one of PRECISIONS
    lstm_weight: float = 1.0  # of the LSTM in the mixture; the n-grams have the rest
    temperature: float = 1.0  # the LSTM's logits are divided by it
    style: str = "sentence"  # how headlines are capitalised, one of STYLES
    language: str = "en"  # of the headlines, a BCP 47 tag
    small_words: Sequence[str] | None = None  # those of a list in Title Case; None: those of the language
    training: dict[str, Any] = field(default_factory=dict)  # "settings": TrainingConfig; "history": an object per epoch
    metrics: dict[str, Any] = field(default_factory=dict)  # figures on the test split
    corpus: dict[str, Any] = field(default_factory=dict)  # the CorpusReport
    provenance: dict[str, Any] = field(default_factory=dict)  # name, date, versions, device
    licence: dict[str, Any] = field(default_factory=dict)  # of the weights and of the corpora
    sha256: dict[str, str] = field(default_factory=dict)  # hashes by file name; an older checkpoint has none

    def __post_init__(self) -> None:
        _need(_is_one_of(self.tokenizer, TOKENIZERS), "tokenizer", f"one of {', '.join(TOKENIZERS)}", self.tokenizer)
        _need(_is_one_of(self.precision, PRECISIONS), "precision", f"one of {', '.join(PRECISIONS)}", self.precision)
        _need(
            _is_number(self.lstm_weight) and 0 <= self.lstm_weight <= 1,
            "lstm_weight",
            "a number from 0 to 1",
            self.lstm_weight,
        )
        _need(
            _is_number(self.temperature) and 0.01 <= self.temperature <= 100,
            "temperature",
            "a number from 0.01 to 100",
            self.temperature,
        )
        _need(_is_one_of(self.style, STYLES), "style", f"one of {', '.join(STYLES)}", self.style)
        _need(_is_language(self.language), "language", "a language tag such as en or pt-BR", self.language)
        small = self.small_words
        _need(small is None or _is_small_words(small), "small_words", "a list of short words, each once", small)
        _need(are_hashes(self.sha256), FIELD, "an object of file names and SHA-256 hashes", self.sha256)
        for name in DESCRIPTIONS:
            value = getattr(self, name)
            _need(isinstance(value, dict), name, "an object", value)
            _check_bounds(name, value)
            for key, (is_right, wanted) in _KNOWN_FIELDS[name].items():
                _need(key not in value or is_right(value[key]), f"{name}.{key}", wanted, value.get(key))

    def as_dict(self) -> dict[str, Any]:
        """The fields as checkpoint.json has them."""
        head = {
            "format": FORMAT,
            "model": self.model.as_dict(),
            "tokenizer": self.tokenizer,
            "precision": self.precision,
        }
        mixture = {"mixture": {"lstm_weight": self.lstm_weight, "temperature": self.temperature}}
        text: dict[str, Any] = {"style": self.style, "language": self.language}
        if self.small_words is not None:
            text["small_words"] = list(self.small_words)
        hashes = {FIELD: self.sha256} if self.sha256 else {}
        return head | mixture | text | {name: getattr(self, name) for name in DESCRIPTIONS} | hashes

    @classmethod
    def from_dict(cls, stored: Any) -> "Metadata":
        """Check the parsed content of checkpoint.json.

        Raises:
            CheckpointError: a field is missing, unknown, or has a value that is not allowed.
        """
        _need(isinstance(stored, dict), "the file", "a JSON object", stored)
        for name in _NEEDED:
            if name not in stored:
                raise CheckpointError(f"{META} lacks {name}.")
        if stored["format"] != FORMAT or type(stored["format"]) is not int:
            raise CheckpointError(
                f"{META} has format {_shown(stored['format'])}; this program reads format {FORMAT} only."
            )
        known = {f.name for f in fields(cls)} - {"lstm_weight", "temperature"} | {"format", "mixture"}
        _refuse_unknown("", stored, known)
        values = {name: value for name, value in stored.items() if name not in ("format", "mixture")}
        mixture = stored.get("mixture", {})
        _need(isinstance(mixture, dict), "mixture", "an object", mixture)
        _refuse_unknown("mixture.", mixture, {"lstm_weight", "temperature"})
        return cls(**values | {"model": _model_config(stored["model"])}, **mixture)

    @classmethod
    def read(cls, folder: Path) -> "Metadata":
        """Read and check the checkpoint.json of a folder.

        Raises:
            CheckpointError: it cannot be read, a field of it is not allowed, or it does not agree with its hash.
        """
        path = folder / META
        try:
            if path.stat().st_size > MAX_BYTES:
                raise CheckpointError(f"{META} is larger than {MAX_BYTES // 2**20} MB.")
            stored = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        except CheckpointError:
            raise
        except (OSError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{META} in {folder} cannot be read: {error}.") from error
        metadata = cls.from_dict(stored)
        check_fields(stored, metadata.sha256)
        return metadata

    def write(self, folder: Path, hashes: dict[str, str]) -> None:
        """Write checkpoint.json with the hashes of the other files, and with its own."""
        fields = json.loads(json.dumps(self.as_dict()))  # as they will be read
        stored = fields | {FIELD: {META: hash_fields(fields)} | hashes}
        text = json.dumps(stored, indent=2, ensure_ascii=False)
        (folder / META).write_text(text + "\n", encoding="utf-8")


def within_bounds(value: Any) -> Any:
    """Cut a description to the bounds: a long file name or a diverged loss must not spoil a finished run."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()[:MAX_TEXT]
    if isinstance(value, dict):
        return {within_bounds(str(k)): within_bounds(v) for k, v in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple):
        return [within_bounds(v) for v in value[:MAX_ITEMS]]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def _model_config(stored: Any) -> ModelConfig:
    _need(isinstance(stored, dict), "model", "an object", stored)
    names = [f.name for f in fields(ModelConfig)]
    _refuse_unknown("model.", stored, set(names))
    for name in names[:5]:  # the fields without a default
        if name not in stored:
            raise CheckpointError(f"{META} lacks model.{name}.")
    try:
        return ModelConfig(**stored)
    except SettingError as error:
        raise CheckpointError(f"{META}: {error}") from error


def _refuse_unknown(path: str, stored: dict, known: set[str]) -> None:
    if unknown := sorted(stored.keys() - known):
        raise CheckpointError(f"{META} has an unknown field, {path}{unknown[0][:40]}.")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _need(holds: bool, name: str, wanted: str, value: object) -> None:
    if not holds:
        raise CheckpointError(f"{META}: {name} must be {wanted}; it is {_shown(value)}.")


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        return "a very large number"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return repr(value)[:40]


def _check_bounds(name: str, value: object, depth: int = 1) -> None:
    """Refuse what is too deep, too long, too large or not JSON."""
    if isinstance(value, dict | list | tuple):
        if depth > MAX_DEPTH or len(value) > MAX_ITEMS:
            raise CheckpointError(f"{META}: {name} is nested too deep or has too many entries.")
        for key in value if isinstance(value, dict) else ():
            _need(isinstance(key, str), f"a name in {name}", "a text", key)
            _check_bounds(name, key, depth)
        for part in value.values() if isinstance(value, dict) else value:
            _check_bounds(name, part, depth + 1)
    elif isinstance(value, str):
        _need(len(value) <= MAX_TEXT, name, f"made of texts up to {MAX_TEXT:,} characters", value)
        _need(value.isascii() or _is_unicode(value), name, "made of whole characters", value)
    else:
        _need(
            value is None or isinstance(value, bool) or _is_number(value),
            name,
            "made of finite numbers and texts",
            value,
        )


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)  # half of a surrogate pair cannot be written as UTF-8


def _is_number(value: object) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    return type(value) is int and abs(value) <= MAX_NUMBER


def _is_one_of(value: object, names: Collection[str]) -> bool:
    return isinstance(value, str) and value in names


def _is_language(value: object) -> bool:
    return isinstance(value, str) and is_language_tag(value)


def _is_small_words(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) <= MAX_ITEMS
        and all(isinstance(word, str) and 0 < len(word) <= MAX_SMALL_WORD and _is_unicode(word) for word in value)
        and len(set(value)) == len(value)
    )


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(is_right, value))


def _is_object_of(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(is_right, value.values()))


def _is_figure(value: object) -> bool:
    return value is None or _is_number(value)  # None: not enough words to compute it


_Rule = tuple[Callable[[Any], bool], str]
_TEXT: _Rule = (_is_text, "a text")
_COUNT: _Rule = (_is_count, "a whole number, 0 or more")
_NUMBER: _Rule = (_is_number, "a finite number")
_TEXTS: _Rule = (_is_list_of(_is_text), "a list of texts")
_FIGURES: _Rule = (_is_object_of(_is_figure), "an object of numbers")
_COUNTS = (
    "rows dropped_malformed dropped_null dropped_blank dropped_placeholder dropped_duplicate kept train validation test"
)
_KNOWN_FIELDS: dict[str, dict[str, _Rule]] = {
    "training": {
        "settings": (
            _is_object_of(lambda v: isinstance(v, str | bool) or _is_number(v)),
            "an object of numbers and texts",
        ),
        "history": (_is_list_of(_is_object_of(_is_figure)), "a list of objects of numbers"),
    },
    "metrics": {"test": _FIGURES, "keystrokes_saved": _FIGURES},
    "corpus": dict.fromkeys(("files", "skipped_files", "latin1_files", "columns"), _TEXTS)
    | dict.fromkeys(_COUNTS.split(), _COUNT),
    "provenance": dict.fromkeys(("name", "created", "headline", "keras", "python", "device"), _TEXT)
    | {"seconds": _NUMBER},
    "licence": {"weights": _TEXT, "data": (_is_list_of(_is_object_of(_is_text)), "a list of objects of texts")},
}
