"""vocabulary.txt from anybody: its lines are checked before a vocabulary is made of them."""

import re
from pathlib import Path

from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.storage.checkpoint_files import META, WORDS

MAX_BYTES = 2**26  # of the file
MAX_WORD = 10_000  # characters
MAX_COUNT_DIGITS = 15
MAX_FORMS = 100_000  # characters that a line may have for the forms of a word after other words, and for those before
MAX_EXCEPTIONS = 500_000  # such forms in the whole file
# A word may hold anything but a line feed: Keras' tokenizer splits at few characters.
_FORM = r"[^\s:]+:[0-9]{1,9}(?:,[0-9]{1,9})*"
_FORMS = rf"({_FORM}(?: {_FORM})*)"
_LINE = re.compile(rf"[^\t\n]{{1,{MAX_WORD}}}\t[0-9]{{1,{MAX_COUNT_DIGITS}}}(?:\t{_FORMS}?\t{_FORMS}|\t{_FORMS})?\n")


def read_vocabulary(path: Path, tokenizer: str, vocab_size: int, language: str = "en") -> Vocabulary:
    """Read vocabulary.txt, which must have `vocab_size` lines.

    Raises:
        CheckpointError: it is damaged, or has another number of words.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CheckpointError(f"{WORDS} is larger than {MAX_BYTES // 2**20} MB.")
        _check_lines(path, vocab_size)
        return Vocabulary.load(path, tokenizer, language)
    except CheckpointError:
        raise
    except (OSError, ValueError, OverflowError) as error:
        reason = str(error).removeprefix(f"{path.name} is damaged: ")
        raise CheckpointError(f"{WORDS} is damaged: {reason}.") from error


def _check_lines(path: Path, vocab_size: int) -> None:
    lines = exceptions = 0
    with path.open(encoding="utf-8", newline="\n") as file:
        while line := file.readline(MAX_WORD + MAX_COUNT_DIGITS + 2 * MAX_FORMS + 4):
            lines += 1
            match = _LINE.fullmatch(line)
            if not match:
                raise ValueError(f"line {lines:,} is not a word of up to {MAX_WORD:,} characters, a tab and a count")
            exceptions += sum(forms.count(",") + forms.count(" ") + 1 for forms in match.groups() if forms)
            if exceptions > MAX_EXCEPTIONS:
                raise ValueError(f"it has more than {MAX_EXCEPTIONS:,} forms of words beside other words")
            if lines > vocab_size:
                break
    if lines != vocab_size:
        found = f"more than {vocab_size:,}" if lines > vocab_size else f"{lines:,}"
        raise CheckpointError(f"{WORDS} has {found} words; {META} says {vocab_size:,}.")
