"""What a checkpoint is and what it predicts, in NumPy."""
