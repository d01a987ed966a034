"""Properties that hold for any input. Hypothesis makes the inputs; `python -m bench.fuzz` tries many more."""
