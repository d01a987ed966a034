"""Fits a network and its mixture to a corpus."""
