"""A corpus and settings become a measured checkpoint. The only room that loads Keras."""
