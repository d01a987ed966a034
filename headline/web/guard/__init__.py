"""Who may ask, how long they may take, and what the page may load."""
