"""Parts of the Inside tab."""
