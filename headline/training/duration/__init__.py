"""How long a run takes: before it starts, and while it goes on."""
