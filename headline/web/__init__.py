"""Gradio and HTTP: the page, its tabs, and the routes that other programs call."""
