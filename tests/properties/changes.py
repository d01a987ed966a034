"""Changed copies of files and of JSON: what damage, and whoever wants to do harm, may leave."""

from typing import Any

from hypothesis import strategies as st

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**30, -1, 0, 2**31, 1e308, "", "x" * 3_000, "../../etc/passwd", "half \ud83d", [], {}])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw, data: bytes) -> bytes:
    """Some bytes changed, cut out or put in."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        removed = draw(st.sampled_from([0, 1, 1, 1, 8, len(changed)]))
        changed[at : at + removed] = draw(st.binary(min_size=removed > 0, max_size=2))
    return bytes(changed)


@st.composite
def with_another_value(draw, stored: Any) -> Any:
    """A copy of some JSON in which one value is another, is gone, or is new."""
    if not isinstance(stored, dict | list) or not stored or draw(st.integers(0, 4)) == 0:
        return draw(json_values)
    changed = stored.copy()
    key = draw(st.sampled_from(sorted(stored) if isinstance(stored, dict) else range(len(stored))))
    change = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
    if change == "replace":
        changed[key] = draw(with_another_value(stored[key]))
    elif change == "remove":
        del changed[key]
    elif isinstance(changed, dict):
        changed[draw(st.text(max_size=8))] = draw(json_values)
    else:
        changed.append(draw(json_values))
    return changed
