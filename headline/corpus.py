"""Files of titles -> clean headlines, a report of what was dropped, and a fixed split."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from headline.files import CorpusError, NoColumnError, list_files, read_file

PLACEHOLDERS = ("Unknown",)  # what the New York Times files write where a headline is missing
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class CorpusReport:
    """What was read and what became of it. rows == kept + the sum of all that was dropped."""

    files: tuple[str, ...] = ()  # names of the files read, in the order read
    skipped_files: tuple[str, ...] = ()  # files of a folder that hold no column of headlines
    latin1_files: tuple[str, ...] = ()  # files that were no UTF-8 and were read as Latin-1
    columns: tuple[str, ...] = ()  # the column used in each file that has columns
    rows: int = 0  # rows read, headers and empty lines at a file's end not counted
    dropped_malformed: int = 0  # CSV rows with more fields than the header
    dropped_null: int = 0  # no value
    dropped_blank: int = 0  # nothing but white space
    dropped_placeholder: int = 0  # words that stand for a missing headline
    dropped_duplicate: int = 0  # seen before, but for case, quotes or white space
    kept: int = 0

    def as_dict(self) -> dict:
        return asdict(self)

    def summary(self) -> str:
        """One line for a person, such as `9,335 rows from 9 files: 8,309 kept; dropped 732 placeholder, …`."""
        dropped = {
            name: getattr(self, f"dropped_{name}")
            for name in ("malformed", "null", "blank", "placeholder", "duplicate")
        }
        files = f"{len(self.files)} file{'s' * (len(self.files) != 1)}"
        line = f"{self.rows:,} rows from {files}: {self.kept:,} kept"
        told = ", ".join(f"{count:,} {name}" for name, count in dropped.items() if count)
        if told:
            line += f"; dropped {told}"
        if self.latin1_files:
            line += f"; read as Latin-1: {', '.join(self.latin1_files)}"
        if self.skipped_files:
            line += f"; no headlines in: {', '.join(self.skipped_files)}"
        return line


@dataclass(frozen=True)
class Corpus:
    """Headlines in the order read, with the report of how they came to be."""

    headlines: list[str]
    report: CorpusReport = field(default_factory=CorpusReport)


def read_headlines(
    path: str | Path | Iterable[str | Path],
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Read every headline of a file, of several files, or of a folder, in sorted order of the files.

    Args:
        path: a file, a folder (read with the folders in it), or several of either.
        column: the column that holds the headlines; found by name when not given.
        placeholders: words that stand for a missing headline, compared without case.
        keep_duplicates: keep headlines that were seen before (the lesson's notebook keeps them).
        normalise: NFC, single spaces, and characters for HTML's `&amp;`. Off for the lesson, whose
            word counts rest on the raw text.

    Raises:
        CorpusError: nothing to read, an unreadable file, no column of headlines, no headline left.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    told = ", ".join(Path(p).name for p in paths)
    found, from_folder = list_files([Path(p) for p in paths])
    report = CorpusReport()
    values: list[object] = []
    for file in found:
        try:
            table = read_file(file, column)
        except NoColumnError:
            # A folder may hold other tables beside the headlines, such as the readers' comments.
            if file not in from_folder:
                raise
            report = replace(report, skipped_files=(*report.skipped_files, file.name))
            continue
        values += table.values
        report = replace(
            report,
            files=(*report.files, file.name),
            latin1_files=report.latin1_files + ((file.name,) if table.latin1 else ()),
            columns=report.columns + ((table.column,) if table.column else ()),
            rows=report.rows + len(table.values) + table.malformed,
            dropped_malformed=report.dropped_malformed + table.malformed,
        )
    if not report.files:
        raise CorpusError(f"No column of headlines in {told}: name the column to read, or call it “headline”.")
    headlines, report = _clean(values, report, placeholders, keep_duplicates, normalise)
    if not headlines:
        raise CorpusError(f"No headline is left of {told}: {report.summary()}.")
    return Corpus(headlines, report)


def headline_key(headline: str) -> str:
    """What two writings of one headline share: letters and digits without case, quotes or punctuation.

    >>> headline_key("  Don’t  Panic! ") == headline_key("don't panic")
    True
    """
    text = unicodedata.normalize("NFKC", headline).casefold()
    key = " ".join(re.sub(r"['’‘`]", "", text).split())
    words = re.sub(r"[^\w\s]+", _without_signs, key)
    # A headline of nothing but signs is still told from another one.
    return " ".join(words.split()) or key


def _without_signs(found: re.Match) -> str:
    """Spaces for signs; not for combining marks, which Python's \\w leaves out and Hindi writes its vowels with."""
    return "".join(c if unicodedata.category(c).startswith("M") else " " for c in found[0])


def split_of(headline: str, seed: int = 0, validation: float = 0.05, test: float = 0.05) -> str:
    """Which side a headline is on: "train", "validation" or "test".

    Drawn from a hash of the seed and of the headline's key, never from its place in a list: adding
    or moving rows changes no other headline's side, and every prefix row of a headline, and every
    other writing of it, is on the same side as itself.
    """
    digest = hashlib.blake2b(headline_key(headline).encode(), digest_size=8, salt=seed.to_bytes(8, "little")).digest()
    u = int.from_bytes(digest, "little") / 2**64  # uniform on [0, 1)
    if u < test:
        return "test"
    return "validation" if u < test + validation else "train"


def split_headlines(
    headlines: Iterable[str], seed: int = 0, validation: float = 0.05, test: float = 0.05
) -> dict[str, list[str]]:
    """Headlines by side, in their order: {"train": […], "validation": […], "test": […]}."""
    sides: dict[str, list[str]] = {name: [] for name in SPLITS}
    for headline in headlines:
        sides[split_of(headline, seed, validation, test)].append(headline)
    return sides


class SeenHeadlines:
    """Which headlines a model was trained on, by a 32-bit hash of each one's key.

    About one new headline in 25,000 is taken for a seen one where 170,000 were seen.
    """

    def __init__(self, hashes: Iterable[int] | np.ndarray = ()):
        self.hashes = np.unique(np.asarray(hashes, dtype=np.uint32))  # (n,)

    @classmethod
    def of(cls, headlines: Iterable[str]) -> "SeenHeadlines":
        return cls([_short_hash(headline) for headline in headlines])

    def __len__(self) -> int:
        return len(self.hashes)

    def __contains__(self, headline: str) -> bool:
        number = np.uint32(_short_hash(headline))
        at = int(self.hashes.searchsorted(number))
        return at < len(self.hashes) and self.hashes[at] == number


def _short_hash(headline: str) -> int:
    return int.from_bytes(hashlib.blake2b(headline_key(headline).encode(), digest_size=4).digest(), "little")


def tidied(text: str) -> str:
    """A headline with single spaces, its HTML characters as what they stand for.

    >>> tidied("  Sales &amp; Rents\u00a0Up ")
    'Sales & Rents Up'
    """
    return " ".join(unicodedata.normalize("NFC", html.unescape(text)).split())


def _clean(
    values: Iterable[object],
    report: CorpusReport,
    placeholders: Sequence[str],
    keep_duplicates: bool,
    normalise: bool,
) -> tuple[list[str], CorpusReport]:
    missing = {p.strip().casefold() for p in placeholders}
    counts = dict.fromkeys(("null", "blank", "placeholder", "duplicate"), 0)
    seen: set[str] = set()
    headlines: list[str] = []
    for value in values:
        if value is None or value != value:  # NaN alone differs from itself
            counts["null"] += 1
            continue
        raw = str(value).encode("utf-8", "replace").decode()  # JSON may hold half an emoji, which no file can
        tidy = tidied(raw)
        if not tidy:
            counts["blank"] += 1
        elif tidy.casefold() in missing:
            counts["placeholder"] += 1
        else:
            if not keep_duplicates:
                key = headline_key(tidy)
                if key in seen:
                    counts["duplicate"] += 1
                    continue
                seen.add(key)
            headlines.append(tidy if normalise else raw)
    return headlines, replace(
        report,
        kept=len(headlines),
        dropped_null=counts["null"],
        dropped_blank=counts["blank"],
        dropped_placeholder=counts["placeholder"],
        dropped_duplicate=counts["duplicate"],
    )
