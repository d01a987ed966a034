"""The values of sheets: groups of sections, which `sheet.js` sets as text."""

from collections.abc import Iterable

from headline.corpus.preview import Preview
from headline.model.evaluation import perplexity_text


def preview_sheet(seen: Preview) -> dict:
    """The sheet of a preview."""
    n = max(1, seen.headlines)
    sections = [
        section(
            f"{seen.headlines:,} headlines",
            f"{seen.summary}. {seen.said}",
            words=(*seen.notes, *seen.warnings, *_dropped(seen)),
            head=("headline",),
            rows=[(row,) for row in seen.rows],
        )
    ]
    figures = section(
        "Words",
        f"{seen.words:,} in all, {seen.distinct:,} different ones, of which {seen.rare:.0%} occur once. "
        "The most frequent ones of four letters or more, with their counts:",
        words=[f"{word} {count:,}" for word, count in seen.frequent],
    )
    lengths = section(
        "Length", "Words per headline.", bars=[(f"{words} words", count / n) for words, count in seen.lengths if count]
    )
    groups = {"What was read": sections, "What is in it": [lengths, figures]}
    return {"groups": [{"title": title, "sections": made} for title, made in groups.items()]}


def _dropped(seen: Preview) -> list[str]:
    """A sentence for each reason that rows were dropped for, with examples."""
    return [f"Dropped as {reason}, such as {'; '.join(rows)}" for reason, rows in seen.dropped]


def models_sheet(models: list[tuple[str, dict]]) -> dict:
    """A table of models side by side, from (title, metadata of its checkpoint) of each."""
    rows = []
    for title, meta in models:
        test, saved = meta["metrics"].get("test", {}), meta["metrics"].get("keystrokes_saved", {})
        rows.append(
            (
                title,
                f"{meta['corpus'].get('kept', 0):,}",
                f"{meta['model']['vocab_size']:,}",
                perplexity_text(test["perplexity"]) if test.get("perplexity") else "–",
                f"{test['top5']:.0%}" if test.get("top5") is not None else "–",
                f"{saved['this']:.1%}" if saved else "–",
            )
        )
    about = "Each is measured on its own held-out headlines, so compare with care: some lists are harder than others."
    head = ("model", "headlines", "words", "perplexity", "among 5", "keystrokes saved")
    return {"groups": [{"title": "", "sections": [section("Side by side", about, head=head, rows=rows)]}]}


def section(
    title: str, about: str, words: Iterable = (), head: Iterable = (), rows: Iterable = (), bars: Iterable = ()
) -> dict:
    lists = {"words": words, "head": head, "rows": rows, "bars": bars}
    return {"title": title, "about": about} | {name: list(values) for name, values in lists.items()}
