"""A corpus of either kind becomes what `fit` needs of it."""
