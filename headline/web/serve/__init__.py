"""A server of suggestions alone, without Gradio: several processes that share one model."""
