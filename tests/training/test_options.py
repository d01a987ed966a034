"""What a run is given to read."""

from dataclasses import replace

import pytest

from headline.errors import CorpusError
from headline.training.options import RunOptions
from headline.training.settings import RECIPES


@pytest.mark.parametrize(("rows", "used"), [(4, 4), (1, 1), (5, 5), (0, 7), (7, 7), (9, 7)])
def test_as_many_rows_as_are_asked_for(tmp_path, rows, used):
    (tmp_path / "a.txt").write_text("".join(f"Title number {i}\n" for i in range(7)))
    options = RunOptions((str(tmp_path / "a.txt"),), RECIPES["autocomplete"], rows=rows)
    corpus = options.read_corpus()
    assert len(corpus.headlines) == len(set(corpus.headlines)) == used
    assert corpus.headlines == sorted(corpus.headlines) and corpus.headlines[0] == "Title number 0"
    told = [note for note in corpus.report.notes if "left out" in note]
    assert told == (
        [f"{rows} of the 7 headlines are used, at even distances; {7 - used} are left out."] if used < 7 else []
    )


def test_header_and_encoding_are_those_of_the_run(tmp_path):
    (tmp_path / "a.csv").write_bytes("Шторм закрыл школы,1\nНовый мост,2\n".encode("cp1251"))
    options = RunOptions(
        (str(tmp_path / "a.csv"),), RECIPES["autocomplete"], header=False, encoding="cp1251", column="1"
    )
    assert RunOptions.from_dict(options.as_dict()) == options
    assert options.read_corpus().headlines == ["Шторм закрыл школы", "Новый мост"]
    with pytest.raises(CorpusError, match="There is no encoding"):
        replace(options, encoding="klingon").read_corpus()
