"""What the bundled model reads: the sources, how each is cleaned, and how much of each is taken.

    python -m bench.bundled_corpus ../shared/data runs/bundled

writes `text.txt` (sentences), `headlines.txt`, `last.txt` (those of them that are read once more at the end) and
`left_out.txt` (a corpus kept away from training, to be measured on), a row a line, and prints what was read and kept. Seeded: the same files give the same rows. Headlines that a language
model made up (bench/bundled_written.py) are among those to train on, and never among those that are held out of them.
"""

import argparse
import gzip
import html
import itertools
import random
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from headline.corpus.reader import read_headlines
from headline.corpus.reading.cleaning import tidied
from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.split import headline_key, split_of

SEED = 0
HELD_OUT = 0.008  # of the headlines, on the validation side, and as many on the test side
LONGEST_SENTENCE, SHORTEST_SENTENCE = 40, 4  # words
LONGEST_HEADLINE, SHORTEST_HEADLINE = 32, 2  # words


@dataclass(frozen=True)
class Source:
    """Rows of one kind: where they are, and how many are taken at most (0: all)."""

    name: str
    pattern: str  # of the `source` column of open/headlines.csv.gz, or a file's name
    most: int = 0


# In order: of two rows that say the same, the first is kept. Cased sources come before lower-case ones, which teach
# words but not how they are written.
HEADLINES = (
    Source("HuffPost, as written", r"huffpost_cased.*"),
    Source("news sites 2016, titles", r"news_articles_2016"),
    Source("health news tweets", r"health_tweets"),
    Source("Times of India", r"times_of_india"),
    Source("UCI News Aggregator", r"uci_.*"),
    Source("White House", r"whitehouse", 3_000),
    Source("Congress", r"congress_.*", 12_000),  # formulaic: "Rep. X introduces …"
    Source("Department of Justice", r"doj_.*|justice\.gov", 3_000),  # formulaic too
    Source("other US government", r"(?!wikinews).*\.gov|.*\.gov|fcc|18f|s[a-z]+|h_.*|news\.va\.gov", 4_000),
    Source("HuffPost, in lower case", r"huffpost_lower.*"),
)
MORE = (
    Source("Times of India, more", "more/india_headlines.csv"),
    Source("UCI News Aggregator, more", "more/uci_headlines.csv"),
    Source("Upworthy", "more/upworthy_headlines.csv"),
    Source("ABC News", "abc/abc_headlines.csv", 90_000),
)
# Read once more at the end, whole; of the other sources a part. Most of what those hold is Australian, Indian or formulaic.
AT_LAST = frozenset(source.name for source in (*HEADLINES, *MORE)) - {
    "Times of India",
    "Times of India, more",
    "ABC News",
    "Congress",
    "Department of Justice",
    "other US government",
}
OTHERS_AT_LAST = 0.1
WRITTEN = Path(__file__).with_name("bundled_written.csv.gz")
MORE_WRITTEN = WRITTEN.with_stem("bundled_written_more.csv")  # of a second round; for the last pass alone
MADE_UP = "written by a language model"
LEFT_OUT = Source("Wikinews", r"wikinews_.*")
TEXT = (
    Source("news sites 2016, articles", "news_articles_2016"),
    Source("MASC, written", "oanc_masc_written"),
    Source("GUM", "gum_wikinews_interview_academic_court"),
    Source("State of the Union", "us_state_union_inaugural_1945on", 8_000),
    Source("Australian prime ministers", "au_pm_releases_speeches_1997_2018", 20_000),
    Source("Congress, press releases", "us_congress_press_bodies", 20_000),
    Source("Digital.gov and 18F", "us_gsa_digitalgov_18f", 8_000),
)

_ADDRESS = re.compile(r"(?:https?://|www\.|bit\.ly/|pic\.twitter\.com/|t\.co/)\S*", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w+:?")
_RETWEET = re.compile(r"^(?:RT|MT)\b\s*:?\s*")
_VIA = re.compile(r"\s+(?:via|by|from)\s*@\w+\.?\s*$", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s*[(\[]\+?(?:video|videos|photo|photos|pictures|poll|audio|listen|watch|graphic)[)\]]", re.IGNORECASE
)
_NAME_TWICE = re.compile(r"^(.{3,40}) - (?=\1)")  # "Halle Berry - Halle Berry likes …"
_PAPER = re.compile(r"\s+[-|–]\s+(?:[A-Z][\w.&']*\s?){1,4}$")  # " - Daily Mail"
_CUT = re.compile(r"\s*(?:\S*…|\S+\s*\.\.\.|\.\.\.)\s*$")  # a row that was cut in the middle of its last word
_SPACED_MARK = re.compile(r"\s+([,.;:?!%)’”]|'s\b|n't\b)")
_SCRAP = re.compile(r"(?<=[A-Za-z])27(?=[A-Za-z])")  # "government27s", "o27farrell": an apostrophe that lost its %
_HASHED = re.compile(r"#(\w+)")
_TALK = re.compile(
    r"(?:A\d|Q\d|T\d)\b|.*\b(?:thank(?:s| you)|join us|on twitter this week|our chat|tune in|healthtalk|follow us)\b",
    re.IGNORECASE,
)
# "iPhone", and "MaryAgnesCarey" or "NIHRCRN", which are accounts that lost their sign
_JOINED = re.compile(r"\b(?:\w*[a-z][A-Z]\w*|[A-Z]{2,}[a-z]{2,}\w*|[A-Z]{5,}\b|\w+_\w*)")
_VIA_NAME = re.compile(r"[\s:.,(\[]*\bvia \w+[)\].]*$", re.IGNORECASE)
_LABEL = re.compile(  # what a feed puts before its headlines
    r"^(?:well|the new old age(?: blog)?|(?:today'?s|this week'?s) [\w ]+|(?:new|popular|read) today|don'?t miss|icymi|in case you "
    r"missed it[^:]*|video|audio|photos?|watch(?: live)?|breaking|just (?:launched|posted)|exclusive|quickpick|opinion|op-ed "
    r"[\w ]+|letters?|books?|recipes? (?:for health|of the day)|recipeoftheday|move of the week|try this|you asked, we answered|"
    r"what we'?re reading|poll|reactions?|news analysis|world briefing|national briefing|details|live chat)\s*:\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_ARROW = re.compile(r"\s*(?:[-=]*>+|→)\s*$")
_TAG = re.compile(r"</?[a-z]+>")


def clean(row: str) -> str:
    """One row without what is no part of a headline: tags, addresses, handles, names of papers, words cut off."""
    text = html.unescape(html.unescape(row))
    if "%2" in text or "%3" in text:
        text = urllib.parse.unquote(text)
    text = text.replace("\ufffd", "").replace("``", "“").replace("''", "”")
    text = _TAG.sub("", _SCRAP.sub("'", text))
    text = _ADDRESS.sub(" ", _VIA.sub("", _RETWEET.sub("", text)))
    text = _HANDLE.sub(" ", _ASIDE.sub("", _NAME_TWICE.sub("", text.strip())))
    if _CUT.search(text):
        text = _CUT.sub("", text)
    text = _SPACED_MARK.sub(r"\1", text)
    return tidied(text).strip(" -–|:;,")


def clean_tweet(row: str) -> str:
    """A news tweet: as `clean`, without hash signs at its end and without what is talk and not a headline."""
    text = _without_hashes(row)
    # The compilers took signs off: "GdnHealthcare NIHRCRN" at the end are names of accounts.
    text = re.sub(r"(?:[\s.:]+[A-Z][a-z]*(?:[A-Z][A-Za-z]+)+|\s+[A-Z]{5,})+$", "", text)
    return "" if _TALK.match(text) else text


def _without_hashes(row: str) -> str:
    return _HASHED.sub(r"\1", re.sub(r"(?:\s*#\w+)+$", "", clean(row)))


def joined_words(rows: Iterable[str]) -> set[str]:
    """The words with a capital or a line inside, and those of five capitals and more."""
    return {word for row in rows for word in _JOINED.findall(row)}


def account_names(tweets: Iterable[str], others: Iterable[str]) -> set[str]:
    """The joined words of tweets in lower case, as some tweets have them, without words that other headlines have."""
    elsewhere = {word for row in others for word in _WORD.findall(row.lower())}
    return {word.lower() for word in joined_words(tweets) if not word.isupper()} - elsewhere


def clean_health(row: str, known: Collection[str], accounts: Collection[str] = frozenset()) -> str:
    """A health news tweet: as `clean`, and empty where it is talk, names one of the `accounts`, or speaks to one.

    A joined word that is none of the `known` ones is an account's name, or several words in one.
    """
    text = _ARROW.sub("", html.unescape(_without_hashes(row)))
    text = _VIA_NAME.sub("", _LABEL.sub("", text)).strip(" -–:;,")
    words = text.split()
    if not words or _TALK.match(text) or (re.match(r"\W*[a-z_]", words[0]) and not re.search(r"[A-Z]", words[0])):
        return ""  # the feeds begin with a capital, and these with a name: "goodhealth Q3 …"
    if set(_JOINED.findall(text)) - set(known) or not set(_WORD.findall(text.lower())).isdisjoint(accounts):
        return ""
    return text


def clean_lower(row: str) -> str:
    """A row that was split into tokens, written in lower case and joined again."""
    text = re.sub(r"\b(\w+) (n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1\2", clean(row))
    return re.sub(r"(?<=\w) - (?=\w)", "-", text)  # a hyphen; their dashes are "--"


def clean_sentence(row: str) -> str:
    """A sentence of running text."""
    text = tidied(html.unescape(row)).replace("--", "–")
    return re.sub(r"\s+([,.;:?!)])", r"\1", _ADDRESS.sub(" ", text)).strip()


def open_rows(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "open" / "headlines.csv.gz", keep_default_na=False)


def sampled(rows: list[str], most: int, rng: random.Random) -> list[str]:
    return rng.sample(rows, most) if most and len(rows) > most else rows


def headlines(folder: Path, written: Path = WRITTEN) -> Iterator[tuple[str, list[str]]]:
    """(source, cleaned rows) of all headlines to train on."""
    rng = random.Random(SEED)
    table = open_rows(folder)
    of_tweets = table.source.str.contains("tweets")
    known = joined_words(table.headline[~of_tweets])
    accounts = account_names(table.headline[of_tweets], table.headline[~of_tweets])
    used = pd.Series(False, index=table.index)
    for source in HEADLINES:
        chosen = table.source.str.fullmatch(source.pattern) & ~used & ~table.source.str.fullmatch(LEFT_OUT.pattern)
        used |= chosen
        tidy: Callable[[str], str] = clean
        if "tweets" in source.pattern:
            tidy = partial(clean_health, known=known, accounts=accounts)
        elif "lower" in source.pattern:
            tidy = clean_lower
        yield source.name, sampled([tidy(row) for row in table.headline[chosen]], source.most, rng)
    for source in MORE:
        rows = [clean(row) for row in read_headlines(folder / source.pattern).headlines]
        if source.name == "ABC News":
            rows += [clean(row) for row in table.headline[table.source == "abc"]]
        yield source.name, sampled(rows, source.most, rng)
    yield MADE_UP, made_up(written)


def made_up(file: Path) -> list[str]:
    """The rows of a language model that are on the training side."""
    return [row for row in read_headlines(file).headlines if split_of(row, SEED, HELD_OUT, HELD_OUT) == "train"]


def sentences(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """(source, cleaned rows) of all running text."""
    rng = random.Random(SEED)
    for source in TEXT:
        with gzip.open(folder / "open" / "text" / f"{source.pattern}.txt.gz", "rt", encoding="utf-8") as lines:
            yield source.name, sampled([clean_sentence(line) for line in lines], source.most, rng)


def distinct(
    parts: Iterable[tuple[str, list[str]]],
    shortest: int,
    longest: int,
    taken: set[str],
    report: list[tuple[str, int, int, int]],
) -> list[str]:
    """Rows of a fitting length whose key was not taken yet, from all parts; `taken` and `report` are added to."""
    words, kept = TOKENIZERS["headline"].words, []
    for name, rows in parts:
        before, count = len(kept), 0
        for row in rows:
            n = len(words(row))
            key = headline_key(row)
            if shortest <= n and key not in taken and (n <= longest or shortest == SHORTEST_SENTENCE):
                taken.add(key)
                kept.append(row)
                count += min(n, longest)
        report.append((name, len(rows), len(kept) - before, count))
    return kept


def at_last(rows: Sequence[str], report: Iterable[tuple[str, int, int, int]]) -> list[str]:
    """The headlines that are read once more at the end, of `rows` in the order of the report."""
    rng, coming, found = random.Random(SEED), iter(rows), []
    for name, _, kept, _ in report:
        part = list(itertools.islice(coming, kept))
        found += part if name in AT_LAST or name == MADE_UP else rng.sample(part, round(OTHERS_AT_LAST * kept))
    return found


def prepare(
    folder: Path,
    out: Path,
    measured_only: Iterable[Path] = (),
    written: Path = WRITTEN,
    more_written: Path = MORE_WRITTEN,
) -> list[tuple[str, int, int, int]]:
    """Write the files; no row equals one of the corpora that are for measuring only. Returns (source, rows, kept, words)."""
    out.mkdir(parents=True, exist_ok=True)
    taken = {headline_key(h) for path in measured_only if path.exists() for h in read_headlines(path).headlines}
    report: list[tuple[str, int, int, int]] = []
    table = open_rows(folder)
    left_out = [clean(row) for row in table.headline[table.source.str.fullmatch(LEFT_OUT.pattern)]]
    parts = {"left_out.txt": distinct([(LEFT_OUT.name, left_out)], SHORTEST_HEADLINE, LONGEST_HEADLINE, taken, report)}
    parts["headlines.txt"] = distinct(headlines(folder, written), SHORTEST_HEADLINE, LONGEST_HEADLINE, taken, report)
    at_the_end = at_last(parts["headlines.txt"], report[1:])
    second_round = [(f"{MADE_UP}, more", made_up(more_written))]
    parts["last.txt"] = at_the_end + distinct(second_round, SHORTEST_HEADLINE, LONGEST_HEADLINE, taken, report)
    parts["text.txt"] = distinct(sentences(folder), SHORTEST_SENTENCE, LONGEST_SENTENCE, taken, report)
    for name, rows in parts.items():
        random.Random(SEED).shuffle(rows)
        (out / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder of corpora")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    sample = Path(__file__).resolve().parents[1] / "data" / "sample.csv"
    report = prepare(options.folder, options.out, [options.folder / "nyt", sample])
    totals: Counter[str] = Counter()
    for name, rows, kept, words in report:
        print(f"{name:<28}{rows:>9,} rows{kept:>9,} kept{words:>11,} words")
        totals.update(rows=rows, kept=kept, words=words)
    print(f"{'all':<28}{totals['rows']:>9,} rows{totals['kept']:>9,} kept{totals['words']:>11,} words")


if __name__ == "__main__":
    main()
