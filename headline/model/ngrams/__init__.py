"""The n-gram model: counts, Kneser-Ney smoothing, and the mixture of several."""
