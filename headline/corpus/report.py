"""What was read from files of headlines, and what was dropped."""

from dataclasses import asdict, dataclass, field


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
