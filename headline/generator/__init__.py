"""A model becomes words on a screen: suggestions, whole headlines, and what they save."""
