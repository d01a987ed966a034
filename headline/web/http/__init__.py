"""What other programs ask over HTTP, Gradio's API and MCP."""
