"""The corpus, and the report of what was read and what was dropped."""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace

EXAMPLES = 3  # of each reason for which rows are dropped
_LONGEST_EXAMPLE = 80  # characters


@dataclass(frozen=True)
class CorpusReport:
    """Counts of rows read, kept and dropped: rows == kept + the sum of the dropped ones."""

    files: tuple[str, ...] = ()  # names of the files read, in the order read
    skipped_files: tuple[str, ...] = ()  # files of a folder without a column of headlines
    latin1_files: tuple[str, ...] = ()  # files that were not Unicode and were read as Windows-1252 or Latin-1
    columns: tuple[str, ...] = ()  # the column used in each file that has columns
    rows: int = 0  # without headers and empty lines at the end of a file
    dropped_malformed: int = 0  # CSV rows with more fields than the header
    dropped_null: int = 0  # no value
    dropped_blank: int = 0  # only white space
    dropped_placeholder: int = 0  # a text that means a missing headline
    dropped_duplicate: int = 0  # a repeated headline, apart from case, quotes and white space
    kept: int = 0
    notes: tuple[str, ...] = ()  # how the files were read, one sentence each
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)  # rows dropped, up to three for each reason
    other_columns: tuple[str, ...] = ()  # that were not read
    headers: tuple[bool, ...] = ()  # for each file with columns, whether its first row has their names
    encodings: tuple[str, ...] = ()  # guessed, of texts that are no Unicode
    tables: tuple[str, ...] = ()  # sheets or tables of a single file that has several, the one that was read first

    def as_dict(self) -> dict:
        """The counts and names, which a checkpoint keeps. Rows of the files are not among them."""
        kept = asdict(self)
        for name in ("notes", "examples", "other_columns", "headers", "encodings", "tables"):
            del kept[name]
        return kept

    def summary(self) -> str:
        """Return one line for people, such as `9,335 rows from 9 files: 8,308 kept; dropped 732 placeholder, …`."""
        dropped = {
            name: getattr(self, f"dropped_{name}")
            for name in ("malformed", "null", "blank", "placeholder", "duplicate")
        }
        files = f"{len(self.files)} file{'s' * (len(self.files) != 1)}"
        line = f"{self.rows:,} rows from {files}: {self.kept:,} kept"
        parts = ", ".join(f"{count:,} {name}" for name, count in dropped.items() if count)
        if parts:
            line += f"; dropped {parts}"
        if self.latin1_files:
            line += f"; read as Latin-1: {', '.join(self.latin1_files)}"
        if self.skipped_files:
            line += f"; no headlines in: {', '.join(self.skipped_files)}"
        return line


@dataclass(frozen=True)
class Corpus:
    """Headlines in the order read, and the report on them."""

    headlines: list[str]
    report: CorpusReport = field(default_factory=CorpusReport)


@dataclass
class Tally:
    """What became of the rows of a list, or of a part of it: parts that are merged in their order give the whole's."""

    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # rows that were dropped, by reason
    examples: dict[str, list[str]] = field(default_factory=dict)  # the first few of each reason
    garbled: tuple[str, str] | None = None  # the first headline whose letters were mended, before and after
    mended: int = 0
    addresses: int = 0

    def drop(self, reason: str, row: int, said: str) -> None:
        """Count a row, numbered from 1, that is no headline; `said` is what it holds."""
        self.counts[reason] += 1
        if len(shown := self.examples.setdefault(reason, [])) < EXAMPLES:
            shown.append(f"row {row:,}{': ' if said else ''}{said[:_LONGEST_EXAMPLE]}")

    def keep(self, before: str, headline: str, has_address: bool) -> None:
        """Count a headline; `before` is its text as it was, where its letters were mended."""
        self.kept += 1
        if before:
            self.mended += 1
            self.garbled = self.garbled or (before, headline)
        self.addresses += has_address

    def merge(self, later: "Tally") -> None:
        """Add the tally of rows that come after these."""
        self.kept += later.kept
        self.counts += later.counts
        for reason, rows in later.examples.items():
            self.examples[reason] = (self.examples.get(reason, []) + rows)[:EXAMPLES]
        self.garbled = self.garbled or later.garbled
        self.mended += later.mended
        self.addresses += later.addresses

    def report(self, before: CorpusReport) -> CorpusReport:
        """Return the report of the files with these counts, examples and notes added."""
        notes = list(before.notes)
        if self.garbled:
            was, now = (" ".join(text.split())[:_LONGEST_EXAMPLE] for text in self.garbled)
            notes.append(
                f"{_titles(self.mended)} had letters in the wrong encoding, which were mended: “{was}” is now “{now}”."
            )
        if self.addresses:
            notes.append(f"{_titles(self.addresses)} with a web address: its parts are not learnt as words.")
        return replace(
            before,
            kept=self.kept,
            dropped_null=self.counts["null"],
            dropped_blank=self.counts["blank"],
            dropped_placeholder=self.counts["placeholder"],
            dropped_duplicate=self.counts["duplicate"],
            notes=tuple(notes),
            examples=before.examples | {reason: tuple(rows) for reason, rows in self.examples.items()},
        )


def _titles(count: int) -> str:
    return f"{count:,} title{'s' * (count != 1)}"
