"""The Keras models, what they read, and how they are optimised."""
