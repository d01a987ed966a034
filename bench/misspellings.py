"""Makes assets/misspellings.txt: misspelt words that stand in the general list of words, or in the bundled vocabulary.

    pip install codespell && python -m bench.misspellings

Lists of words that were counted in what people write hold misspellings too. codespell's dictionary names 65,000 of
them, but some are names or words as well: Chanel, Handel, despatch. A word is taken for a misspelling if it lacks an
apostrophe, or joins two words, or if its correction is much more frequent, the more so the shorter it is; and not if the
vocabulary writes it with a capital.
"""

import importlib.resources

from headline.generator.words.blocklist import MISSPELLINGS
from headline.generator.words.lexicon import listed_words
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL

HEAD = """\
# Misspelt words that are never suggested, each only as it stands here. Made by bench/misspellings.py from codespell's
# dictionary (a derivative of English Wikipedia's lists of common misspellings, CC BY-SA 3.0) and wordfreq's frequencies.
"""
LONG, SHORT = 8, 5  # letters; shorter words are left
BRITISH = frozenset({"despatch", "despatched", "despatches", "despatching"})
RATIO_LONG, RATIO = 10, 50  # how many times more frequent the correction of a long, and of a shorter word must be


def main() -> None:
    dictionary = corrections()
    frequencies = listed_words()
    vocabulary = Checkpoint.load(BUNDLED_MODEL).vocabulary
    names = {key for _, key, written in vocabulary.entries() if written != key}
    known = sorted({*frequencies, *vocabulary.itos} & dictionary.keys())
    wrong = {word for word in known if is_misspelt(word, dictionary[word], frequencies, word in names)}
    wrong |= {word for word in frequencies if len(word) > LONG and word.endswith("s") and word[:-1] in wrong}
    MISSPELLINGS.write_text(HEAD + "".join(f"{word}\n" for word in sorted(wrong)), encoding="utf-8")
    print(f"{len(wrong):,} of {len(known):,} words that codespell corrects are taken for misspellings")


def corrections() -> dict[str, list[str]]:
    """What codespell makes of each misspelling, in lower case."""
    path = importlib.resources.files("codespell_lib") / "data" / "dictionary.txt"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, right = line.partition("->")
        found[word.lower()] = [one.strip().lower() for one in right.split(",") if one.strip()]
    return found


def is_misspelt(word: str, right: list[str], frequencies: dict[str, float], is_name: bool) -> bool:
    """Whether a word that has corrections is hardly anything else."""
    if any("'" in one and one.replace("'", "") == word for one in right):
        return True
    if is_name or word in BRITISH or len(word) < SHORT:
        return False
    if any(" " in one and one.replace(" ", "") == word for one in right):
        return True
    best = max(frequencies.get(one, 0.0) for one in right)
    return best >= (RATIO_LONG if len(word) >= LONG else RATIO) * frequencies.get(word, 0.0) and best > 0


if __name__ == "__main__":
    main()
