"""How front matter writes a text: what is escaped within quotes, and what may not be there."""

import re
from dataclasses import dataclass, field


class Refused(ValueError):
    """A text cannot be written here, or what is written was not written in this way."""


@dataclass(frozen=True)
class Quoting:
    """One way to write a text. Without quotes nothing is escaped."""

    quote: str = ""
    escapes: dict[str, str] = field(default_factory=dict)  # character -> how it is written
    banned: tuple[str, ...] = ()  # what may not be in the text
    first: tuple[str, ...] = ()  # with what it may not begin

    def write(self, text: str, begins: bool = False) -> str:
        """Return how a text is written; `begins`: whether it is the beginning of the value.

        Raises:
            Refused: it cannot be.
        """
        if any(part in text for part in self.banned) or (begins and text.startswith(self.first)):
            raise Refused(text)
        return "".join(self.escapes.get(character, character) for character in text)

    def read(self, written: str) -> str:
        """Return the text whose beginning is written so: the inverse of `write`.

        Raises:
            Refused: it has ended before, or has other escapes.
        """
        characters = {escape: character for character, escape in self.escapes.items()}
        text = written
        if characters:
            text = re.sub("|".join(map(re.escape, characters)), lambda found: characters[found[0]], written)
        if self.write(text, begins=True) != written:
            raise Refused(written)
        return text


PLAIN = Quoting()
_DOUBLE = Quoting('"', {'"': '\\"', "\\": "\\\\"})
# YAML 1.2.2, sections 7.3.3 and 5.3: what a value without quotes may not hold, and with what it may not begin.
_YAML = (_DOUBLE, Quoting("'", {"'": "''"}), Quoting("", {}, (": ", " #"), tuple("|>[]{}&*!#%@`,\"'")))
_TOML = (_DOUBLE, Quoting("'", {}, ("'",)))


def quoting(value: str, sign: str) -> Quoting | None:
    """Return how a value of front matter is written, by its first character; None if that is no text.

    `sign` is the line before the front matter: `---` for YAML, `+++` for TOML.
    """
    ways = _YAML if sign == "---" else _TOML
    return next((way for way in ways if value.startswith(way.quote)), None)
