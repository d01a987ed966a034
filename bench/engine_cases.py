"""Keystrokes with Python's answers, to which the engine in the page is held."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from headline.corpus.casing import title_case
from headline.corpus.language.languages import Language, language
from headline.corpus.vocabulary import Vocabulary
from headline.generator.personal import Personal
from headline.generator.suggester import WORTH_SHOWING, Suggester
from headline.generator.words.lexicon import listed
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from headline.model.language_model import LanguageModel
from headline.model.ngrams.interpolated_ngram import InterpolatedNGram
from headline.model.ngrams.ngram import NGram

# Texts that ask one rule each: marks, signs, numbers, open words that a sign leaves open, other scripts, odd spaces.
ODD_TEXTS = tuple(
    """|U.S|U.S.|the U.S. a|15-year-|15-year-old b|don't|don’t wo|won'|‘Tis the s|“The g|"The gov|(the n|$|$5|$5m f|#|#MeToo m
9/11 a|10,000 p|6.5% of t|C++ i|AT&T s|amazon.c|amazon.com b|www.example.com/a b|mail@example.org s|'90s m|The 1990s w
Trump: t|Trump – h|Trump - h|Trump -- h|Trump—h|What?|What? T|Wait... w|Yes, w|one; t|end. T|NASA s|IPHONE|iPhone 1
NATO US w|MAN BITES D|WHITE H|white h|White h|New Y|new y|Prime M|prime m|The Prime minister|İstanbul|Straße s|ﬁnd|naïve c
Zoë says|Zoë says|नमस्ते द|привет м|日本語|🙂|the 🙂 g|the  g|the\tg|the\u00a0g|\u2003the g|the g\u0301|A|a |I|I'|I’m|i |x|xyl|qqqq|qqqqqq
presidnt|presdient|govermnent|goverment s|teh|recieve|acommodate|thhe|zzzzzzzzzzzzzzzzzzzzzzzzz|Presidnt|PRESIDNT|misspeled wrods
the the|the the |of of o|said he said h|"quoted" w|'single' w|‘curly’ w|Obama’s s|Obama's s|it’s it|rock 'n' r|e-mail|e-m|-|—|…|“|(
2️⃣|™️ t|a.b.c|a.b.c.|.NET d|..|1.|1. T|3:3|3:30 p|vs. t|and/or|%|50%|50% o|@user r|€5b|£3|₹10 c|¿Q|C# d|Disney+ s
Ask HN|Ask HN |Ask HN  |ASK HN |Review|Review |review |Book Review|Opinion |Opinion: |opinion pol|Why am I not at home|Why am I not at home |Is it |Is it?
“We are here |"We are here |'We are here |‘We are here |“We are here” |"We are here" |Trump says |Trump "says |(the end |the U.S. |in the U.S.|the latest
Why is the U.S.|The Latest|Watch|Live|What we know|what we know |WHAT WE KNOW |Video |Photos |Report|Editorial |Obituary: |it’s Opinion |How To Win a|How To Win |Trump Vs. 
Trump Vs. The|Inc. |Big (And |‘Big Lies’ |“Big Lies” A|Prices, Up |the UK|UK|The WHO|WHO|in MA|MA|AI|new GPT|LLM|the NSAA|TH|STOP THE UK
ask hn|the gnu|The White House |The white house a|near the |In New York t|in n|in N|the HN HN""".replace(
        "\n", "|"
    ).split("|")
)


@dataclass(frozen=True)
class Case:
    """What is asked, as `Suggester.answer` takes it, and what Python answers."""

    text: str
    k: int = 6
    phrases: bool = True
    min_probability: float = WORTH_SHOWING
    learnt: Sequence[str] = ()  # headlines that the person finished
    style: str = "auto"
    texts: Sequence[str] = field(default=(), compare=False)  # the whole text after each suggestion
    probabilities: Sequence[float] = field(default=(), compare=False)
    kinds: Sequence[str] = field(default=(), compare=False)
    more: Sequence[str] = field(default=(), compare=False)  # what follows each
    complete: float = field(default=0.0, compare=False)

    def answered(self, suggester: Suggester, personal: Personal | None) -> "Case":
        made = suggester.answer(self.text, self.k, self.phrases, self.min_probability, self.style, personal)
        found = made.suggestions
        return replace(
            self,
            texts=[s.text for s in found],
            probabilities=[s.probability for s in found],
            kinds=[s.kind for s in found],
            more=[s.more for s in found],
            complete=made.complete,
        )

    def as_dict(self) -> dict:
        return asdict(self)


def keystrokes(headlines: Sequence[str], number: int, seed: int = 0, tag: str = "en") -> list[Case]:
    """`number` keystrokes: headlines in a language typed letter by letter in several manners, odd texts, long ones."""
    rng, known = random.Random(seed), language(tag)
    cases = [Case(text) for text in ODD_TEXTS]
    cases += [Case(text, k=12, phrases=False, min_probability=0.0) for text in ODD_TEXTS]
    cases += [Case(text, style=style) for text in ODD_TEXTS for style in ("sentence", "title", "lower", "upper")]
    rng.shuffle(cases)
    cases = cases[: number // 5]
    cases += list(_long(headlines, max(1, number // 100), rng))
    while len(cases) < number:
        text = _in_some_manner(rng.choice(headlines), rng, known)
        options = rng.choice(_OPTIONS)
        learnt = tuple(_in_some_manner(rng.choice(headlines), rng, known) for _ in range(rng.choice([0, 0, 0, 3, 12])))
        cases += [Case(text[:end], learnt=learnt, **options) for end in range(len(text) + 1)]
    return cases[:number]


def answered(suggester: Suggester, cases: Sequence[Case]) -> list[Case]:
    """The cases with Python's answers."""
    found: list[Case] = []
    learnt: Sequence[str] = ()
    personal = None
    for case in cases:
        if case.learnt != learnt:
            learnt = case.learnt
            personal = suggester.learn(learnt) if learnt else None
        found.append(case.answered(suggester, personal))
    return found


_OPTIONS: list[dict] = [
    *[{}] * 6,  # as the page asks
    {"phrases": False},
    {"k": 3},
    {"k": 12, "min_probability": 0.0},
    {"style": "sentence"},
    {"style": "title"},
    {"style": "lower"},
    {"style": "upper"},
]


def _in_some_manner(headline: str, rng: random.Random, known: Language) -> str:
    """A headline as somebody may type it."""
    words = headline.split()
    slip = rng.randrange(len(words))
    return rng.choice(
        [
            headline,
            known.upper(headline),
            known.lower(headline),
            title_case(words, known),
            headline.replace("'", "’"),
            f"“{headline}”",
            " ".join([*words[:slip], _slipped(words[slip], rng, known), *words[slip + 1 :]]),
            " ".join(_slipped(word, rng, known) if rng.random() < 0.4 else word for word in words),
            f"{rng.randint(1, 2030)} {headline}",
            headline.replace(" ", rng.choice([", ", ": ", " – ", "  "]), 2),
        ]
    )


def _slipped(word: str, rng: random.Random, known: Language) -> str:
    """A word with one slip."""
    at, letter = rng.randrange(len(word)), rng.choice(known.letters or word)
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
        ]
    )


def _long(headlines: Sequence[str], number: int, rng: random.Random) -> Iterator[Case]:
    """Keystrokes at the end of texts of 20 to 60 headlines."""
    for _ in range(number):
        text = ". ".join(rng.sample(list(headlines), rng.randint(20, min(60, len(headlines)))))
        yield Case(text[: rng.randint(len(text) // 2, len(text))])


def small_checkpoint(headlines: Iterable[str], precision: str = "float16", tag: str = "en") -> Checkpoint:
    """Two gated layers with random weights and two n-gram models of headlines in a language, in Title Case with small words of
    its own: all words and layers are exact."""
    rows = list(headlines)
    vocabulary = Vocabulary.build(rows, "headline", min_count=2, language=tag)
    vocabulary.leave_small(["a", "of", "the", "with"])
    config = ModelConfig(
        "autocomplete", len(vocabulary), block_size=12, embedding_size=24, units=40, layers=2, mogrifier=3
    )
    model = Checkpoint(config, vocabulary, _random_weights(config), style="title")
    encoded = [LanguageModel(model).row(row) for row in rows]
    assert vocabulary.start is not None
    parts = [NGram.build(half, len(vocabulary), [0, vocabulary.start]) for half in (encoded[::2], encoded[1::2])]
    ngram = InterpolatedNGram(parts, [0.7, 0.3])
    return Checkpoint(
        config, vocabulary, model.weights, ngram, lstm_weight=0.4, temperature=0.9, style="title"
    ).stored_as(precision)


def wide_checkpoint(words: int = 5000, precision: str = "int8") -> Checkpoint:
    """Random weights on frequent English words, more than the exact softmax is used for, without n-grams."""
    words_listed, _, shares, _ = listed("en")
    frequent = [words_listed[i] for i in np.argsort(-shares, kind="stable")[:words]]
    vocabulary = Vocabulary.build(frequent, "headline")
    config = ModelConfig("autocomplete", len(vocabulary), block_size=20, embedding_size=50, units=50)
    return Checkpoint(config, vocabulary, _random_weights(config), temperature=1.2).stored_as(precision)


def _random_weights(config: ModelConfig) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in config.shapes().items()}
