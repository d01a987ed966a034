"""Whole headlines: how their words are chosen, and which of them are worth showing."""
