"""The page: one file a tab. Only this folder and app.py know of Gradio."""
