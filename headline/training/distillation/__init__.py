"""What other networks expect, as something that a new one learns."""
