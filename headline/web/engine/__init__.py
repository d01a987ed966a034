"""What the server hands the page for its own engine: the modules' code, and the files of a model."""
