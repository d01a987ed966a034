"""What the page's search box shows for a text: one rule for the page, the simulated person and the measurements."""

from headline.generator.personal import Personal
from headline.generator.suggester import WORTH_SHOWING, Answer, Suggester

ROWS = 6  # of the list, as the page comes
SURE = 0.12  # probability from which the first row is shown as grey text in the line


def shown(
    suggester: Suggester,
    text: str,
    rows: int = ROWS,
    phrases: bool = True,
    style: str = "auto",
    personal: Personal | None = None,
) -> Answer:
    """Return the rows of the list for a text.

    Rows less probable than `WORTH_SHOWING` are left out, but not in an empty box: every beginning is improbable.
    """
    return suggester.answer(text, rows, phrases, WORTH_SHOWING if text.strip() else 0.0, style, personal)


def within_one_key(answer: Answer, marks: bool = True) -> list[str]:
    """Return the texts that one key leads to: each row, and each row with what carries it on.

    The grey text is the first row with what carries it on, so it adds nothing to these. Without `marks`, rows that
    begin with a punctuation mark are left out.
    """
    found = []
    for s in answer.suggestions:
        if s.kind == "mark" and not marks:
            continue
        found += [s.text, s.text + s.more] if s.more else [s.text]
    return found


def figure(probability: float) -> str:
    """A probability as it is shown, in whole per cent; never 0%, as in the page (search_box/state.js)."""
    return f"{probability:.0%}" if probability >= 0.0095 else "<1%"
