"""A training run as a process of its own: job, queue and limits."""
