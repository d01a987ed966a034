"""What one file may hold. A small file can unpack to gigabytes, so these are checked before anything is allocated."""

from dataclasses import dataclass

from headline.errors import CorpusError

MEGABYTE = 2**20  # bytes
LONGEST_NAME = 200  # characters of the name of a column that is read: reports and run folders keep it


@dataclass(frozen=True)
class Bounds:
    """Bounds on one file; 0 means no bound, as on the command line. Numbers and nesting in JSON are always bounded."""

    unpacked_mb: int = 0  # megabytes of the text once it is unpacked
    rows: int = 0
    columns: int = 0
    line: int = 0  # characters of one line, or of one cell that has several lines
    headline: int = 0  # characters of one value of the column that is read

    def check_bytes(self, file: str, unpacked: int) -> None:
        """Check the number of bytes unpacked so far.

        Raises:
            CorpusError: there are more than allowed. So do the other checks.
        """
        if self.unpacked_mb and unpacked > self.unpacked_mb * MEGABYTE:
            raise CorpusError(f"{file} has more than {self.unpacked_mb:,} MB of text: give a part of it.")

    def check_rows(self, file: str, rows: int) -> None:
        """Check the number of rows so far."""
        if self.rows and rows > self.rows:
            raise CorpusError(f"{file} has more than {self.rows:,} rows: give a part of it.")

    def check_columns(self, file: str, columns: int) -> None:
        """Check the number of columns."""
        if self.columns and columns > self.columns:
            raise CorpusError(f"{file} has more than {self.columns:,} columns: keep the one with the headlines.")

    def check_line(self, file: str, number: int, length: int) -> None:
        """Check the length of a line in characters."""
        if self.line and length > self.line:
            raise CorpusError(f"{file}, line {number:,} has more than {self.line:,} characters: is it a text file?")

    def check_headline(self, file: str, row: int, value: object) -> None:
        """Check one value of the column that is read."""
        if self.headline and isinstance(value, str) and len(value) > self.headline:
            raise CorpusError(
                f"{file}, row {row:,} has a headline of more than {self.headline:,} characters: is it the right column?"
            )


UNBOUNDED = Bounds()
