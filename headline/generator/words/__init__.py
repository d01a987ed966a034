"""Words beside the model's own: general English, corrections, blocked words, ranking."""
