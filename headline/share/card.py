"""The model card of a checkpoint for the Hub: its data, its figures, and how to use it.

Texts in a checkpoint may come from anybody, so they are escaped: no Markdown and no HTML in them takes effect.
"""

import re
from collections.abc import Callable
from typing import Any

from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import perplexity_text

# The Hub's identifiers of licences that weights and data often have. https://hf.co/docs/hub/repositories-licenses
LICENCES = (
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "gpl-3.0", "agpl-3.0", "lgpl-3.0", "mpl-2.0", "openrail",
    "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0",
    "cc-by-3.0", "cc-by-sa-3.0", "odc-by", "odbl", "pddl", "unlicense", "wtfpl",
)  # fmt: skip
_LINK_OUT = re.compile(r"\[([^\]]*)\]\(\.\./[^)]*\)")  # to outside the folder, which is not uploaded
_FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "headlines": ("held-out headlines", "{:,}".format),
    "perplexity": ("perplexity, with unknown words and the end", perplexity_text),
    "perplexity_known": ("perplexity of the words in the vocabulary", perplexity_text),
    "top1": ("right word first", "{:.1%}".format),
    "top3": ("right word among three", "{:.1%}".format),
    "top5": ("right word among five", "{:.1%}".format),
    "mean_reciprocal_rank": ("mean reciprocal rank", "{:.3f}".format),
    "calibration_error": ("calibration error", "{:.3f}".format),
}


def escaped(text: object, longest: int = 200) -> str:
    """Return the text as one line in which no character has a meaning in Markdown or HTML."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    line = line if len(line) <= longest else line[: longest - 1] + "…"
    plain = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return re.sub(r"[!-/:-@\[-`{-~]", lambda found: plain.get(found[0], "\\" + found[0]), line)


def front_matter(checkpoint: Checkpoint) -> str:
    """Return the YAML block that the Hub reads, with its delimiters."""
    from huggingface_hub import ModelCardData

    stated = str(checkpoint.licence.get("weights", "")).strip()
    known = stated.lower().replace(" ", "-")
    licence: dict[str, Any] = {"license": known} if known in LICENCES else {"license": "unknown"}
    if stated and known not in LICENCES:
        licence = {"license": "other", "license_name": re.sub(r"[^a-z0-9.]+", "-", known).strip("-")[:60] or "other"}
    data = ModelCardData(
        language=checkpoint.language,
        library_name="headline",
        pipeline_tag="text-generation",
        tags=["headline", "autocomplete", "lstm", "n-gram", "keras"],
        **licence,
    )
    return f"---\n{data.to_yaml()}\n---\n"


def model_card(checkpoint: Checkpoint, repo: str, card: str | None = None) -> str:
    """Return the README.md of a model's repository: the existing `card`, or one made from the checkpoint."""
    if card is not None:
        card = _LINK_OUT.sub(r"\1", card.lstrip("\ufeff"))
        return card if card.startswith("---\n") else front_matter(checkpoint) + "\n" + card
    name = escaped(checkpoint.provenance.get("name") or repo.partition("/")[2])
    parts = [
        f"# {name}",
        "A word-level LSTM that continues headlines as they are typed"
        + (", mixed with an n-gram model of the same headlines." if checkpoint.ngram is not None else "."),
        _table(_facts(checkpoint)),
        "## Training data",
        _learnt(checkpoint),
        "## Figures",
        _figures(checkpoint),
        "## Settings",
        _settings(checkpoint),
        "## Before you use it",
        "It writes as its training headlines do, with names of real people and the bias of their sources. What it "
        "writes is neither news nor true. A block list keeps single words out of the suggestions; a text without "
        "them can still be harmful.",
        "## How to use it",
        f'With the program *headline*:\n\n```\npython -m headline suggest "the " --from-hub {repo}\n'
        f"python -m headline train my-titles.csv --start-from hub:{repo} --out runs/mine\n```",
        "The files can be read without it: `checkpoint.json` has the sizes, settings, history and figures, "
        "`vocabulary.txt` one word per line with its count, `weights.safetensors` the network, "
        "`memory.safetensors` n-grams and hashes of the training headlines.",
    ]
    return front_matter(checkpoint) + "\n" + "\n\n".join(parts) + "\n"


def _table(rows: list[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _facts(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    config = checkpoint.config
    layers = f"{config.layers} LSTM layer{'s' * (config.layers != 1)} of {config.units:,} units"
    if config.mogrifier:
        layers += f" with {config.mogrifier} rounds of Mogrifier gating"
    rows = [
        (
            "network",
            f"{config.embedding_size:,} embedding dimensions, {layers}: {config.parameters:,} parameters",
        ),
        ("recipe", escaped(config.recipe)),
        ("words", f"{config.vocab_size:,}, special tokens included"),
    ]
    if checkpoint.ngram is not None:
        rows.append(("mixture", f"{checkpoint.lstm_weight:.2f} for the LSTM, the rest for the n-grams"))
    for key in ("created", "keras", "device"):
        if checkpoint.provenance.get(key):
            rows.append((key, escaped(checkpoint.provenance[key])))
    return rows


def _learnt(checkpoint: Checkpoint) -> str:
    corpus, licence = checkpoint.corpus, checkpoint.licence
    lines = []
    if corpus.get("kept"):
        split = [f"{corpus[side]:,} {side}" for side in ("train", "validation", "test") if corpus.get(side)]
        lines.append(f"{corpus['kept']:,} headlines" + (f" ({', '.join(split)})" if split else "") + ".")
    if corpus.get("files"):
        lines.append("Files: " + ", ".join(escaped(file) for file in corpus["files"]) + ".")
    data = [source for source in licence.get("data", ()) if isinstance(source, dict)]
    if data:
        rows = [
            f"| {escaped(s.get('name', ''))} | {escaped(s.get('licence', ''))} | {escaped(s.get('source', ''))} |"
            for s in data
        ]
        lines.append("\n".join(["| corpus | licence | attribution |", "|---|---|---|", *rows]))
    else:
        lines.append("The checkpoint states no licence of its training data: ask whoever shares it.")
    if licence.get("weights"):
        lines.append(f"The weights are under: {escaped(licence['weights'])}.")
    else:
        lines.append("The checkpoint states no licence of its weights.")
    return "\n\n".join(lines)


def _figures(checkpoint: Checkpoint) -> str:
    test = checkpoint.metrics.get("test") or {}
    rows = [
        (about, form(test[key]))
        for key, (about, form) in _FIGURES.items()
        if isinstance(test.get(key), int | float) and not isinstance(test[key], bool)
    ]
    return _table(rows) if rows else "It was not measured on held-out headlines."


def _settings(checkpoint: Checkpoint) -> str:
    settings = checkpoint.training.get("settings") or {}
    if not settings:
        return "The checkpoint does not have them."
    return _table([(escaped(name), escaped(value)) for name, value in settings.items()])
