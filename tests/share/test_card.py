"""A model card filled in from a checkpoint: what it tells, and that nothing in it is taken for Markdown."""

from dataclasses import replace

import pytest
import yaml

from headline.model.checkpoint import Checkpoint
from headline.paths import ROOT
from headline.share.card import escaped, front_matter, model_card
from tests.tiny import random_checkpoint

EVIL = "</td><script>alert(1)</script>\n\n# [click](javascript:x) `|` <!-- www.example.org ---\nlicense: mit"


def metadata(card: str) -> dict:
    assert card.startswith("---\n")
    return yaml.safe_load(card.partition("---\n")[2].partition("\n---\n")[0])


def test_the_metadata_that_the_hub_reads():
    told = metadata(front_matter(replace(random_checkpoint(), licence={"weights": "Apache-2.0"})))
    assert told["license"] == "apache-2.0" and told["language"] == "en" and told["library_name"] == "headline"
    assert told["pipeline_tag"] == "text-generation" and "lstm" in told["tags"]


@pytest.mark.parametrize(
    "weights, expected",
    [
        ("", {"license": "unknown"}),
        ("CC BY 4.0", {"license": "cc-by-4.0"}),
        ("My own: terms", {"license": "other", "license_name": "my-own-terms"}),
        ("mit\nlicense: gpl", {"license": "other", "license_name": "mit-license-gpl"}),
    ],
)
def test_a_licence_that_the_hub_knows_or_not(weights, expected):
    told = metadata(front_matter(replace(random_checkpoint(), licence={"weights": weights})))
    assert {key: told[key] for key in told if key.startswith("license")} == expected


def test_the_card_of_the_bundled_model_tells_all_that_it_should():
    card = model_card(Checkpoint.load(ROOT / "assets" / "model"), "owner/m")
    for part in (
        "10,457,092 parameters", "343,360 headlines", "338,175 train", "HuffPost", r"Qwen2\.5", r"CC BY 4\.0", "Rohit Kulkarni",
        "| perplexity, with unknown words and the end | 172 |", r"| learning\_rate | 0\.0032 |",
        "--from-hub owner/m", "--start-from hub:owner/m", "neither news nor true",
    ):  # fmt: skip
        assert part in card


def test_a_card_of_ones_own_loses_only_links_out_of_its_folder():
    card = "---\nlicense: mit\n---\n[the docs](../../docs/quality.md), [the words](vocabulary.txt)\n"
    assert model_card(random_checkpoint(), "owner/m", card).endswith("---\nthe docs, [the words](vocabulary.txt)\n")


def test_a_checkpoint_that_tells_nothing_has_a_card_all_the_same():
    card = model_card(random_checkpoint(), "owner/m")
    assert "\n# m\n" in card and "states no licence" in card and "It was not measured" in card
    assert metadata(card)["license"] == "unknown"


def test_what_comes_with_a_checkpoint_is_no_markdown():
    source = {"name": EVIL, "licence": EVIL, "source": EVIL}
    checkpoint = replace(
        random_checkpoint(),
        provenance={"name": EVIL, "device": EVIL},
        licence={"weights": EVIL, "data": [source]},
        corpus={"kept": 3, "files": [EVIL]},
        training={"settings": {EVIL: EVIL}},
    )
    card = model_card(checkpoint, "owner/m")
    assert metadata(card)["license"] == "other"
    body = card.partition("\n---\n")[2]
    for raw in ("<script", "[click]", "](javascript", "<!--", "</td>", "`|`", "www.example"):
        assert raw not in body
    plain = model_card(replace(checkpoint, provenance={}, training={}), "owner/m").partition("\n---\n")[2]
    assert [line for line in body.splitlines() if line.startswith("#")][1:] == [
        line for line in plain.splitlines() if line.startswith("#")
    ][1:]


def test_escaped_text_is_one_line_of_itself():
    assert escaped("a_b *c*\n<d>\x00") == r"a\_b \*c\* &lt;d&gt;"
    assert escaped("München 2024 – ‘quoted’") == "München 2024 – ‘quoted’"
    assert len(escaped("x" * 500)) == 200
