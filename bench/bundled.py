"""Trains the bundled model from the corpora, measures it, and writes it with its card.

    make model DATA=../shared/data VECTORS=vectors.txt   # or: python -m bench.bundled ../shared/data --vectors vectors.txt
    python -m bench.bundled ../shared/data --casing      # only how the words of assets/model are written before others

Seeded. A run that was interrupted goes on after its last epoch when the same command is given again. The corpora are
not part of this repository; data/README.md says where they come from, and bench/bundled_word_states.py where the word
vectors do. Steps, each kept in the work folder:

    corpus      text.txt, headlines.txt, last.txt, left_out.txt     (bench/bundled_corpus.py)
    trained     the network after both courses, float32
    last        and after one more pass over the headlines of last.txt
    assets      the model as it is shipped: weights with rare words in 4 bits, n-grams, mixture, figures
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench import bundled_corpus
from headline.corpus.reader import read_headlines
from headline.corpus.report import Corpus
from headline.corpus.split import split_headlines
from headline.corpus.truecasing import Truecaser
from headline.corpus.vocabulary import Vocabulary
from headline.generator.box.keystrokes import typed_with
from headline.generator.suggester import Suggester
from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import evaluate
from headline.model.language_model import LanguageModel
from headline.model.ngrams.interpolated_ngram import NGrams
from headline.model.pruning import pruned
from headline.paths import BUNDLED_MODEL, SAMPLE_CORPUS
from headline.training.fitting.mixture import build_ngrams, fit_mixture, fitted_mixture, ngrams_alone
from headline.training.fitting.pretraining import text_ngrams
from headline.training.loading import load_keras
from headline.training.network.word_vectors import rare_words_drawn, vectors_for
from headline.training.options import RunOptions
from headline.training.run import run
from headline.training.settings import RECIPES, TrainingConfig

SETTINGS = RECIPES["autocomplete"].changed(
    embedding_size=256,
    units=512,
    mogrifier=4,
    block_size=41,
    min_count=2,
    max_words=32_000,
    text_weight=0.2,
    text_again=0.15,
    text_ngrams=0.0,  # beside the network they get a weight of 0.014: not worth half a megabyte
    embedding_dropout=0.25,
    dropout=0.4,
    recurrent_dropout=0.3,
    learning_rate=3.2e-3,
    weight_decay=0.05,
    batch_size=256,
    text_epochs=1,
    epochs=6,
    patience=0,
    validation=bundled_corpus.HELD_OUT,
    test=bundled_corpus.HELD_OUT,
    max_ngrams=440_000,
    precision="float32",
)
LAST = SETTINGS.changed(epochs=1, text_again=0.0, learning_rate=4e-4, ngram_order=0)
DRAWN = 9.0  # occurrences of a word as much as which its word vector counts, after training
STRETCH = 1.3  # times as long as the map makes vectors, which are shorter than those that it was fitted on
COUNTED = 1_000_000  # n-grams of those that occur most often, of which the most useful ones are shipped
SHIPPED = "mixed"  # precision of the files in assets/model
TYPED = 150  # headlines on which keystrokes are counted
LICENCE = {
    "weights": "Apache-2.0",
    "data": [
        {
            "name": "HuffPost",
            "licence": "CC BY 4.0 (stated by a third party's card)",
            "source": "News Category Dataset, Rishabh Misra 2018-2022, arXiv:2209.11429",
        },
        {
            "name": "Health News in Twitter",
            "licence": "CC BY 4.0 (known)",
            "source": "Amir Karami 2017, UCI Machine Learning Repository",
        },
        {
            "name": "Times of India",
            "licence": "CC0 (stated by the compiler)",
            "source": "Rohit Kulkarni, Kaggle therohk/india-headlines-news-dataset",
        },
        {
            "name": "ABC News, Australia",
            "licence": "CC0 (stated by the compiler)",
            "source": "A Million News Headlines, Rohit Kulkarni, Kaggle therohk/million-headlines",
        },
        {
            "name": "News Aggregator",
            "licence": "CC BY 4.0 (known)",
            "source": "Fabio Gasparetti 2016, UCI Machine Learning Repository 359",
        },
        {
            "name": "Upworthy Research Archive",
            "licence": "CC BY 4.0 (known)",
            "source": "J. Nathan Matias, Kevin Munger, Marianne Aubin Le Quere and Charles Ebersole 2021, OSF jd64p",
        },
        {
            "name": "US Congress, White House, Department of Justice, other US government",
            "licence": "public domain (known)",
            "source": "US Government",
        },
        {
            "name": "news articles 2016, titles and bodies",
            "licence": "CC0 (known)",
            "source": "Dai 2017, doi:10.7910/DVN/GMFCTR, Dataverse",
        },
        {
            "name": "MASC, written part",
            "licence": "free for research and development, commercial too (stated)",
            "source": "Manually Annotated Sub-Corpus, American National Corpus, Nancy Ide",
        },
        {
            "name": "GUM",
            "licence": "CC BY 4.0; Wikinews CC BY 2.5 (stated)",
            "source": "Amir Zeldes and others; Wikinews contributors",
        },
        {
            "name": "Australian prime ministers' releases and speeches",
            "licence": "CC BY 3.0 AU (stated)",
            "source": "Commonwealth of Australia; harvest Tim Sherratt",
        },
        {
            "name": "US Congress, press releases",
            "licence": "texts public domain (known); compilation MIT (stated)",
            "source": "compilation congress-press, (c) 2026 Derek Willis",
        },
        {
            "name": "State of the Union and inaugural addresses",
            "licence": "public domain (stated)",
            "source": "US Government",
        },
        {
            "name": "digital.gov and 18F",
            "licence": "public domain and CC0 (stated)",
            "source": "US General Services Administration",
        },
        {
            "name": "headlines that Qwen2.5-Coder-1.5B-Instruct made up, and what it makes of single words",
            "licence": "Apache-2.0 (stated)",
            "source": "Qwen Team 2024, arXiv:2409.12186; asked by bench/bundled_written.py and bench/bundled_word_states.py",
        },
        {
            "name": "GloVe, the word vectors that it began with",
            "licence": "PDDL 1.0 (stated)",
            "source": "Jeffrey Pennington, Richard Socher and Christopher Manning 2014, of Wikipedia 2014 and Gigaword 5",
        },
    ],
}
# What the page says of the model.
READ = (
    "330,000 headlines and 3.3 million words of articles and speeches, 2003 to early 2026, and 23,000 headlines that a "
    "larger model, Qwen2.5 of 2024, made up; its words began with the vectors of GloVe and of Qwen2.5"
)


def train(corpus: Path, work: Path, settings: TrainingConfig, vectors: Path | None) -> Checkpoint:
    """Train both courses, or load what was trained before."""
    out = work / "trained"
    if out.is_dir():
        return Checkpoint.load(out)
    options = RunOptions(
        files=(str(corpus / "headlines.txt"),),
        text=(str(corpus / "text.txt"),),
        vectors=str(vectors) if vectors else None,
        settings=settings,
        resume=True,
        name="bundled",
    )
    return run(options, out, emit=_print_epoch)


def last_course(trained: Checkpoint, corpus: Path, work: Path) -> Checkpoint:
    """One more pass over some of the headlines, or load what was trained before."""
    out = work / "last"
    if out.is_dir():
        return Checkpoint.load(out)
    load_keras()
    from headline.training.fitting.fit import fit

    rows = Corpus(read_headlines(corpus / "last.txt").headlines)
    begin = replace(trained, ngram=None)
    checkpoint = fit(rows, LAST, lambda progress: None, start_from=begin, vocabulary=trained.vocabulary)
    checkpoint = replace(trained, weights=checkpoint.weights)
    checkpoint.save(out)
    return checkpoint


def drawn(trained: Checkpoint, vectors: Path | None) -> Checkpoint:
    """The network with its rare words drawn to what the word vectors say of them."""
    if vectors is None:
        return trained
    known, counts = vectors_for(trained.vocabulary, vectors), trained.vocabulary.counts
    embedding = rare_words_drawn(trained.weights["embedding"], counts, *known, DRAWN, STRETCH).astype(np.float32)
    return replace(trained, weights=trained.weights | {"embedding": embedding})


def ship(trained: Checkpoint, corpus: Path, settings: TrainingConfig) -> tuple[Checkpoint, Checkpoint]:
    """The model at its shipped precision with pruned n-grams and a mixture fitted anew, and the unpruned 4-grams."""
    rows = read_headlines(corpus / "headlines.txt").headlines
    text = read_headlines(corpus / "text.txt").headlines
    sides = split_headlines(rows, settings.seed, settings.validation, settings.test)
    others = text_ngrams(text, settings, trained.vocabulary)
    stored, most = trained.stored_as(SHIPPED), settings.max_ngrams
    counted = build_ngrams(sides["train"], trained.vocabulary, 4, COUNTED)
    fitted = fit_mixture(stored, sides["train"], sides["validation"], 4, most, pruned(counted, most), others)
    provenance = fitted.provenance | {"read": READ}
    shipped = replace(fitted.stored_as(SHIPPED), licence=LICENCE, provenance=provenance)
    whole = settings.changed(max_ngrams=2**31 - 1, text_ngrams=1.0)
    return shipped, four_grams(shipped, sides, text_ngrams(text, whole, trained.vocabulary))


def four_grams(model: Checkpoint, sides: dict[str, list[str]], others: Sequence[NGrams]) -> Checkpoint:
    """Unpruned 4-gram models of the same headlines and text, with weights fitted on the same headlines."""
    everything = [build_ngrams(sides["train"], model.vocabulary, 4, 10**9), *others]
    alone = ngrams_alone(replace(model, ngram=None))
    held_out = [LanguageModel(alone).row(headline) for headline in sides["validation"]]
    return replace(fitted_mixture(alone, everything, held_out), lstm_weight=0.0)


def figures(models: dict[str, Checkpoint], headlines: dict[str, list[str]]) -> dict:
    """Perplexity, top 5, unknown share and keystrokes saved of each model on each list."""
    found: dict = {}
    for name, model in models.items():
        suggester = Suggester(model)
        for corpus, rows in headlines.items():
            measured = evaluate(model, rows, completions=False)
            typed = typed_with(suggester, rows[:: max(1, len(rows) // TYPED)][:TYPED])
            found.setdefault(corpus, {})[name] = {
                "headlines": measured.headlines,
                "perplexity": round(measured.perplexity, 1),
                "unknown": round(measured.unknown / measured.words, 4),
                "top5": round(measured.top5, 4),
                "calibration_error": round(measured.calibration_error, 4),
                "keystrokes_saved": round(typed.saved, 4),
            }
            print(corpus, name, found[corpus][name], flush=True)
    return found


def with_forms_before(shipped: Checkpoint, corpus: Path, settings: TrainingConfig) -> Checkpoint:
    """The same model with the forms that its words have before others, learnt from the corpora.

    The words, their order, their other forms and all weights stay bit for bit.
    """
    old = shipped.vocabulary
    tokens, truecaser = old.tokenizer, Truecaser(old.tokenizer)
    for name in ("headlines.txt", "text.txt"):
        rows = read_headlines(corpus / name).headlines
        for row in split_headlines(rows, settings.seed, settings.validation, settings.test)["train"]:
            truecaser.add_row([token._replace(text=tokens.spelling(token.text)) for token in tokens.scan(row)])
    found = truecaser.exceptions({key: written for _, key, written in old.entries()}).before
    before = {(old.stoi[first], old.stoi[second]): form for (first, second), form in found.items()}
    new = Vocabulary(old.written, old.counts.tolist(), tokens.name, old.exceptions, tokens.language.tag, before)
    new.leave_small(old.own_small_words)
    return replace(shipped, vocabulary=new)


def _print_epoch(event: dict) -> None:
    if event["event"] != "progress" or event["epoch_ended"]:
        print(json.dumps({key: value for key, value in event.items() if key != "headlines"}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of corpora")
    parser.add_argument("--vectors", type=Path, help="the word vectors to begin with (default: random ones)")
    parser.add_argument("--work", type=Path, default=Path("runs/bundled"))
    parser.add_argument("--out", type=Path, default=BUNDLED_MODEL)
    parser.add_argument(
        "--casing", action="store_true", help="learn only how the words of --out are written before others"
    )
    options = parser.parse_args()
    corpus = options.work / "corpus"
    if not corpus.is_dir():
        bundled_corpus.prepare(options.data, corpus, [options.data / "nyt", SAMPLE_CORPUS])
    if options.casing:
        with_forms_before(Checkpoint.load(options.out), corpus, SETTINGS).save(options.out, SHIPPED)
        return
    trained = train(corpus, options.work, SETTINGS, options.vectors)
    trained = drawn(last_course(trained, corpus, options.work), options.vectors)
    shipped, ngrams = ship(trained, corpus, SETTINGS)
    rows = read_headlines(corpus / "headlines.txt").headlines
    headlines = {
        "own test side": split_headlines(rows, SETTINGS.seed, SETTINGS.validation, SETTINGS.test)["test"],
        "Wikinews, left out": read_headlines(corpus / "left_out.txt").headlines,
        "data/sample.csv": read_headlines(SAMPLE_CORPUS).headlines,
    }
    if (options.data / "nyt").is_dir():
        headlines["New York Times"] = read_headlines(options.data / "nyt").headlines
    found = figures({"bundled": shipped, "4-gram": ngrams}, headlines)
    shipped = replace(shipped, metrics={"test": found["own test side"]["bundled"]})
    shipped.save(options.out, SHIPPED)
    (options.work / "figures.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
