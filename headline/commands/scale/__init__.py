"""Commands for lists and machines beyond one: preparing a corpus, and working elsewhere."""
