"""Headline autocompletion with an LSTM word model.

Files of titles become a `Corpus` (corpus), words become ids (vocabulary) and ids become arrays
(sequences); Keras trains on them (model, training) and a folder keeps the result (checkpoint).
From there on no Keras is needed: a forward step in NumPy (network) answers every keystroke
(suggester) and writes whole headlines (generator), and evaluation says how well. A run of its own
process (jobs) and the page (web) are built on these. Importing the package loads none of them.
"""

__version__ = "0.1.0"
