"""Several hosts on one folder of runs: which of them trains a run, and whether it still does."""
