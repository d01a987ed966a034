"""Files become clean headlines, words, ids and arrays."""
