"""What taking a word and typing behind it do to a text: the functions of assets/search_box/editing.js, on a blank page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from headline.corpus.segmentation import MARKS
from headline.generator.box.spacing import CLOSING, JOINING, OPENING, space_after
from headline.web.engine.one_script import one_script


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.add_script_tag(content=one_script("search_box/marks.js"))
    page.add_script_tag(
        content="""
        const { taken, typedAfter } = modules["search_box/editing.js"];
        const { MARK_NAMES, fitsBefore, spoken } = modules["search_box/marks.js"];
        function changed(text, change) {
          const now = text.slice(0, change.from) + change.text + text.slice(change.to);
          return { text: now.slice(0, change.caret) + "|" + now.slice(change.caret), space: change.space };
        }
        function take(before, selected, behind, completion, options) {
          return changed(before + selected + behind, taken(before, behind, completion, { ...options, selected: selected.length }));
        }
        function type(before, behind, letters, rules) {
          let space = "word";
          for (const letter of letters) {
            const change = typedAfter(before, letter, space, rules);
            if (change) {
              before = before.slice(0, change.from) + change.text;
              if (before.length !== change.caret) throw new Error("the caret is elsewhere");
            } else before += letter;
            space = change ? change.space : "";
          }
          return before + "|" + behind;
        }"""
    )
    yield page
    page.close()


RULES = {"closing": CLOSING, "joining": JOINING, "opening": OPENING}


@pytest.mark.parametrize(
    ("text", "completion", "expected"),
    [
        ("the gov|", "ernment", "the government |"),
        ("the gov|ernment", "ernment", "the government |"),  # the letters behind the caret finish the word
        ("the gov|ernment says", "ernment", "the government |says"),
        ("the GOV|ERNMENT says", "ernment", "the GOVERNMENT |says"),
        ("the gov|ernment’s", "ernment", "the government|’s"),
        ("qua|ntum of solace", "lity", "quality |ntum of solace"),  # what is behind stays
        ("the gov|ernments", "ernment", "the government |ernments"),
        ("the gov| says", "ernment", "the government |says"),
        ("the gov|  says", "ernment", "the government |says"),
        ("the gov|  ", "ernment", "the government |"),
        ("the |government", "new", "the new |government"),
        ("the |government", "government", "the government |"),
        ("the | says", "government", "the government |says"),
        ("the government| says", " of", "the government of |says"),
        ("the gov|, and", "ernment", "the government|, and"),
        ("the gov|-funded", "ernment", "the government|-funded"),
        ("the gov|’s plan", "ernment", "the government|’s plan"),
        ("the gov|: why", "ernment", "the government|: why"),
        ("(the gov|)", "ernment", "(the government|)"),
        ('"the gov|" says', "ernment", '"the government|" says'),
        ('the gov|"says"', "ernment", 'the government |"says"'),
        ("the gov|(new)", "ernment", "the government |(new)"),
        ("the gov|$5m", "ernment", "the government |$5m"),
        ("|cats", "The best", "The best |cats"),
        ("|", "How to", "How to |"),
        ("the gov|🙂", "ernment", "the government |🙂"),
    ],
)
def test_taking_changes_nothing_behind_the_caret_but_the_spaces_come_out_right(blank, text, completion, expected):
    before, behind = text.split("|")
    found = blank.evaluate("([b, t, c, r]) => take(b, '', t, c, r)", [before, behind, completion, RULES])
    assert found["text"] == expected
    assert found["space"] == ("word" if found["text"].split("|")[0].endswith(" ") else "")


@pytest.mark.parametrize(
    ("text", "completion", "replaces", "expected"),
    [
        ("Review|", ":", 0, "Review: |"),
        ("Review |", ":", 1, "Review: |"),
        ("Review  |", ":", 2, "Review: |"),
        ("Review | of books", ":", 1, "Review: |of books"),
        ("Review|  of", ":", 0, "Review: |of"),
        ("Why|", "?", 0, "Why? |"),
        ("in the U.S|", ".", 0, "in the U.S. |"),
        ("Trump |", "–", 0, "Trump – |"),
        ("he says|", " “", 0, "he says “|"),
        ("he says |", '"', 0, 'he says "|'),
        ('he "says |', '"', 1, 'he "says" |'),
        ("Ask|", " HN: How", 0, "Ask HN: How |"),
        ("Opinion po|", "lls:", 0, "Opinion polls: |"),
    ],
)
def test_a_taken_mark_takes_the_place_of_the_space_and_brings_one(blank, text, completion, replaces, expected):
    before, behind = text.split("|")
    options = RULES | {"replaces": replaces}
    found = blank.evaluate("([b, t, c, r]) => take(b, '', t, c, r)", [before, behind, completion, options])
    assert found["text"] == expected
    assert found["space"] == space_after(before[: len(before) - replaces] + completion)


def test_no_mark_comes_before_a_mark_or_into_a_word(blank):
    fits = "([c, kind, b, r]) => fitsBefore({ completion: c, kind }, b, r)"
    for behind, word, mark in [("", 1, 1), (" ", 1, 1), (" of", 1, 1), ("iew", 0, 0), (": of", 1, 0), (" – of", 1, 0)]:
        assert blank.evaluate(fits, [" of", "word", behind, RULES]) == bool(word), behind
        assert blank.evaluate(fits, [":", "mark", behind, RULES]) == bool(mark), behind
    assert not blank.evaluate(fits, [" “", "mark", " of", RULES]) and blank.evaluate(fits, [" “", "mark", "", RULES])


def test_a_screen_reader_says_the_name_of_a_mark(blank):
    said = "([words, item]) => spoken(words, item, '9%')"
    assert blank.evaluate(said, ["Why here", {"completion": "?"}]) == "Why here question mark, 9%"
    assert blank.evaluate(said, ["he says ", {"completion": "“", "more": "I"}]) == "he says opening quote I, 9%"


def test_every_mark_has_a_name(blank):
    assert blank.evaluate("(marks) => marks.filter((mark) => !MARK_NAMES.has(mark))", sorted(MARKS)) == []


def test_a_selection_makes_room_for_what_is_taken(blank):
    take = "([b, s, t, c, r]) => take(b, s, t, c, r).text"
    assert blank.evaluate(take, ["the ", "cat", " sat", "dog", RULES]) == "the dog |sat"
    assert blank.evaluate(take, ["", "the cat", "", "How to", RULES]) == "How to |"


def test_a_correction_takes_the_place_of_the_open_word(blank):
    take = "([b, t, c, r]) => take(b, '', t, c, r).text"
    found = blank.evaluate(take, ["of Austrlia", " today", "Australia", RULES | {"replaces": 8}])
    assert found == "of Australia |today"


@pytest.mark.parametrize("mark", [",", ".", ":", ";", "?", "!", ")", "%", "…", "”"])
def test_a_mark_takes_the_place_of_the_space_and_brings_another(blank, mark):
    type_ = "([b, l, r]) => type(b, 'x', l, r)"
    assert blank.evaluate(type_, ["the word ", mark, RULES]) == f"the word{mark} |x"
    assert blank.evaluate(type_, ["the word ", mark + " ", RULES]) == f"the word{mark} |x"
    assert blank.evaluate(type_, ["the word ", mark + "  ", RULES]) == f"the word{mark}  |x"  # the second is wanted
    assert blank.evaluate(type_, ["the word ", mark + "And", RULES]) == f"the word{mark} And|x"


@pytest.mark.parametrize(
    ("before", "letters", "expected"),
    [
        ("the word ", " ", "the word "),
        ("the word ", "  ", "the word  "),
        ("the word ", "and", "the word and"),
        ("the word ", "’s plan", "the word’s plan"),
        ("the word ", "'s plan", "the word's plan"),
        ("the word ", "’splan", "the word’s plan"),  # the space comes with the next letter
        ("the word ", "’s, and", "the word’s, and"),
        ("the word ", "’re", "the word’re"),
        ("the O ", "’shea", "the O’shea"),
        ("the O ", "’Sullivan", "the O’Sullivan"),
        ("version 3 ", ".5", "version 3.5"),
        ("at 9 ", ":30 today", "at 9:30 today"),
        ("over 10 ", ",000", "over 10,000"),
        ("in 2024 ", ",5 killed", "in 2024, 5 killed"),
        ("in 2024 ", ", 5 killed", "in 2024, 5 killed"),
        ("at 3 ", ". 5 more", "at 3. 5 more"),
        ("the U ", ".S. says", "the U.S. says"),
        ("the u ", ".s.", "the u.s."),
        ("wait ", "...", "wait... "),
        ("wait ", "... what", "wait... what"),
        ("what ", "?!", "what?! "),
        ("what ", "?)", "what?) "),
        ("example ", ".com", "example.com"),
        ("https ", "://example", "https://example"),
        ("www ", ".example", "www.example"),
        ("Trump ", "-Russia", "Trump-Russia"),
        ("Trump ", "- and", "Trump - and"),  # a dash
        ("and ", "/or", "and/or"),
        ("the word ", "(new", "the word (new"),
        ("the word ", '"new', 'the word "new'),
        ('the "word ', '" is', 'the "word" is'),
        ("the word ", "$5", "the word $5"),
        ("Review ", ":3 ways", "Review: 3 ways"),
        ("Review ", ":'The", "Review: 'The"),
        ("Inc ", ".’s", "Inc.’s"),
    ],
)
def test_numbers_abbreviations_and_addresses_are_not_broken(blank, before, letters, expected):
    assert blank.evaluate("([b, l, r]) => type(b, '', l, r)", [before, letters, RULES]) == expected + "|"


@pytest.mark.parametrize(
    "letters", ["3.5", "U.S.", "9:30", "...", "https://example.com/?q=a,b", "a , b", "no  more", "it's"]
)
def test_what_is_typed_elsewhere_is_left_alone(blank, letters):
    typed = """([letters, rules]) => {
        let before = "word "; // its space was typed
        for (const letter of letters) {
          if (typedAfter(before, letter, "", rules)) return before;
          before += letter;
        }
        return before;
    }"""
    assert blank.evaluate(typed, [letters, RULES]) == "word " + letters
