"""Where an editor is offered words: the cursor is the bar in each document."""

import pytest

from headline.share.lsp.titles import Title, title_at


def at_bar(document: str, language: str = "markdown") -> Title | None:
    before, after = document.split("|", 1)
    lines = (before + after).split("\n")
    return title_at(lines, before.count("\n"), len(before.rpartition("\n")[2]), language)


TITLES = {
    "# the gov|": ("the gov", True),
    "# |": ("", True),
    "   ###### the gov|": ("the gov", True),
    "text\n\n## the gov| ##": ("the gov", True),
    "# the| gov": ("the", False),
    "# 😀 the gov|": ("😀 the gov", True),
    "# the `code` gov|": ("the `code` gov", True),
    "```\n# no\n```\n# the gov|": ("the gov", True),
    "```a`b\n# the gov|": ("the gov", True),  # code in a line, which opens no block
    "<!-- one line -->\n# the gov|": ("the gov", True),
    "---\ntitle: the gov|\n---\n": ("the gov", True),
    "---\ntags: []\nTitle: |": ("", True),
    "---\ntitle: the gov| # a comment": ("the gov", True),
    '---\ntitle: "the gov|"\n---': ("the gov", True),
    '---\n"title": "a \\"word\\"|"\n---': ('a "word"', True),
    "---\ntitle: 'we won''t|'\n---": ("we won't", True),
    "---\nseo:\n  title: the gov|\n---": ("the gov", True),
    '+++\ntitle = "the gov|"\n+++': ("the gov", True),
    "---\ntitle: a\n---\n# the gov|": ("the gov", True),
    "---\n\n# the gov|": ("the gov", True),  # a line across the page, and no front matter
}


@pytest.mark.parametrize("document", TITLES)
def test_a_title_is_found_as_far_as_the_cursor(document):
    title = at_bar(document)
    assert title and (title.text, title.at_end) == TITLES[document]


NO_TITLES = [
    "the gov|",  # the body
    "#|",
    "#the gov|",  # no heading without a space
    "####### the gov|",
    "    # the gov|",  # indented code
    "- # the gov|",
    "```sh\n# the gov|",
    "~~~~\n```\n~~~\n# the gov|",
    "- item\n  ```sh\n  # the gov|\n  ```",
    "> ```\n> # no\n# the gov|",
    "<!--\n# the gov|\n-->",
    "<pre>\n# the gov|\n</pre>",
    "# the `gov|",
    "# [the](gov|",
    "# the {#gov|",
    "# the go|vernment",
    "---\n# the gov|\n---",  # a comment of the front matter
    "---\ndate: the gov|\n---",
    "---\ntitle:|\n---",
    "---\ntitle: >-\n  the gov|\n---",
    "---\ntitle: >the gov|\n---",
    '---\ntitle: "the gov" |\n---',
    "---\ntitle: 'the gov' |\n---",
    "---\ntitle: | 'the gov'\n---",
    "---\ntitle: the gov # a comment|\n---",
    "---\ntitle: a\n---\ntitle: the gov|",  # the body
    "+++\ntitle = |\n+++",
    '+++\ntitle = """the gov|\n+++',
    "title: the gov|",
]


@pytest.mark.parametrize("document", NO_TITLES)
def test_nowhere_else_anything_is_offered(document):
    assert at_bar(document) is None


def test_every_line_of_plain_text_is_a_title_and_no_other_language_has_any():
    assert at_bar("a\n  the gov|\n", "plaintext") == Title("the gov", True)
    assert at_bar("# the gov|", "python") is None


@pytest.mark.parametrize("line, column", [(5, 0), (0, 9), (-1, 0), (0, -1)])
def test_a_cursor_that_is_nowhere_has_no_title(line, column):
    assert title_at(["# a"], line, column, "markdown") is None
