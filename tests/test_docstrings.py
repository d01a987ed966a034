"""The worked examples in the docstrings hold."""

import doctest

import pytest

from headline.commands import terminal
from headline.corpus import casing, sequences, vocabulary
from headline.corpus import reader as corpus
from headline.web.guard import characters


@pytest.mark.parametrize(
    "module", [casing, characters, corpus, sequences, terminal, vocabulary], ids=lambda module: module.__name__
)
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
