"""What depends on the language of a list: its script, letters, keyboard, and how words are found in it."""
