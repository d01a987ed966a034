"""One run on several devices, of one machine or of several: Keras on JAX, and what keeps its processes in step."""
