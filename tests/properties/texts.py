"""Texts as people and files have them: words, marks, signs, addresses, and any Unicode between."""

from hypothesis import strategies as st

# Pieces that the tokenizers treat apart from each other.
_PIECES = (
    "the gov NASA McConnell won't don’t U.S. U.K amazon.com www. http:// a@b.c x.y/z 15-year-old '90s $5m 6.5% 10,000 "
    "9/11 C++ C# .NET #MeToo AT&T Straße İstanbul ﬁ में é e\u0301 मे\u0902 東京 😀 👩\u200d👩 <unk> <s> </s> <pad> &amp; &lt;b&gt; "
    "- -- — – … ... . , : ; ? ! ( ) “ ” ‘ ’ „ « » ' \" ` ， ： ？ [ { / \\ _ + # $ % & * @ ^ ~ | ="
).split()
_SPACES = (" ", "  ", "\t", "\n", "\r\n", "\xa0", "\u2028", "\u3000", "\x1f", "")
_CHARACTERS = st.characters(exclude_categories=("Cs",))  # half a surrogate pair is no text in UTF-8

texts = st.one_of(
    st.text(_CHARACTERS, max_size=60),
    st.lists(st.sampled_from([*_PIECES, *_SPACES]) | st.text(_CHARACTERS, max_size=3), max_size=30).map("".join),
)
headlines = st.lists(st.sampled_from(_PIECES) | st.text(_CHARACTERS, max_size=5), max_size=12).map(" ".join)
