"""The memory of the last answers."""

from headline.generator.words.ranking import Recent


def test_recent_forgets_what_was_used_longest_ago():
    recent = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
