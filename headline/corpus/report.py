"""The corpus, and the report of what was read and what was dropped."""

from dataclasses import asdict, dataclass, field


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
