"""What the teacher of the bundled model is asked, and which of its rows are kept."""

import gzip
import itertools
import random

import pytest

from bench.beginnings import UNASKED, beginnings
from bench.bundled_written import (
    BEGUN,
    MORE_SUBJECTS,
    PLAIN,
    TOPICAL,
    Example,
    begins_with,
    clean_written,
    cleaned,
    line_of,
    names_of,
    prompt,
    requests,
    save,
    subjects,
)

SHOWN = [Example(f"Name{n}", f"Headline number {n} of Name{n} is here") for n in range(30)]


def row(text, subject="gas prices", kind=PLAIN, whole=True):
    return {"text": text, "subject": subject, "kind": kind, "whole": whole}


@pytest.mark.parametrize(
    "written, expected",
    [
        (row("Gas prices soar across Europe."), "Gas prices soar across Europe"),
        (row(" U.S. gas prices fall in May"), "U.S. gas prices fall in May"),
        (row("Gas prices cut off in the", whole=False), ""),
        (row("Gas up"), ""),
        (row("gas " * 20), ""),
        (row("Topic: cars Headline: Gas prices fall"), ""),
        (row("Gas prices | The Daily Planet reports today"), ""),
        (row("Gas prices fall https://example.org today"), "Gas prices fall today"),
        (row("10/12/14: gas prices fall again"), ""),
        (row('He said "gas prices fall again'), ""),
        (row("Fucking gas prices rise again"), ""),
        # No words of harm beside a name that was asked about; matters may be bad.
        (row("Rihanna was arrested in South Korea", "a scandal"), ""),
        (row("Beyonce sued by a neighbor", "Beyonce"), ""),
        (row("Ada Byron arrested in London", "Ada Byron"), ""),
        (row("Ada Byron opens a museum in London", "Ada Byron"), "Ada Byron opens a museum in London"),
        (row("Two people killed in plane crash", "a plane crash"), "Two people killed in plane crash"),
        (row("Sandra Martin dies in New Jersey", "Sandra", BEGUN), ""),
    ],
)
def test_which_rows_are_kept(written, expected):
    assert clean_written(written) == expected


def test_every_subject_is_asked_in_every_round_and_seven_in_ten_begin_the_headline():
    about = [f"subject {n}" for n in range(40)]
    queues = requests(about, SHOWN)
    plain = list(itertools.islice(queues[PLAIN], 28))
    topical = list(itertools.islice(queues[TOPICAL], 12))
    assert sorted(plain + topical) == sorted(about)
    again = requests(about, SHOWN)
    assert list(itertools.islice(again[PLAIN], 28)) == plain
    for begun in itertools.islice(queues[BEGUN], 50):
        assert any(example.headline.startswith(begun) for example in SHOWN) and len(begun.split()) <= 3


def test_prompts_show_headlines_and_end_where_the_next_one_begins():
    rng = random.Random(0)
    for kind in (PLAIN, TOPICAL, BEGUN):
        text = prompt(kind, SHOWN, rng)
        assert text.endswith("\n") and sum(example.headline in text for example in SHOWN) == (
            8 if kind == TOPICAL else 14
        )
    assert line_of(PLAIN, "the Federal Reserve") == begins_with("the Federal Reserve") == "Federal Reserve"
    assert line_of(TOPICAL, "a flood") == "Topic: a flood\nHeadline:" and line_of(PLAIN, "a flood") == "Flood"
    assert line_of(BEGUN, "How To") == "How To"


def test_kept_rows_are_written_as_the_same_bytes(tmp_path):
    rows = [row("Gas prices, once more, fall"), row("no"), row("Cars get cheaper")]
    assert save(cleaned(rows), tmp_path / "one.gz") == save(cleaned(rows), tmp_path / "two.gz") == 2
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    with gzip.open(tmp_path / "one.gz", "rt", encoding="utf-8") as lines:
        assert lines.read() == 'headline,kind\n"Gas prices, once more, fall",plain\nCars get cheaper,plain\n'


def test_no_subject_stands_twice():
    listed = [*subjects(), *subjects(MORE_SUBJECTS)]
    assert len(listed) == len(set(listed)) > 3_000 and all(s == s.strip() for s in listed)


def test_no_beginning_that_judges_the_unasked_is_a_subject():
    unasked = {line.lower() for line in beginnings(UNASKED)}
    assert len(unasked) == 30 and unasked.isdisjoint(s.lower() for s in [*subjects(), *subjects(MORE_SUBJECTS)])


def test_names_of_the_second_round_are_spared_in_it_alone(tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("# towns\nNordhafen (old)\ngas prices\n", encoding="utf-8")
    written = row("Mayor of Nordhafen (old) is arrested"), row("Gas prices lead to arrests as mayor is arrested")
    assert list(cleaned(written)) == [(r["text"], PLAIN) for r in written]
    assert list(cleaned(written, names_of(more))) == [(written[1]["text"], PLAIN)]
