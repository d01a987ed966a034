"""A plain Gradio page over the same suggester, a Textbox and a Dataset, to compare with in bench.browser."""

import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr

from headline.generator.suggester import Suggester

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    suggester = Suggester.load(ROOT / "assets" / "model")

    def suggest(text: str) -> gr.Dataset:
        return gr.Dataset(samples=[[s.text] for s in suggester.suggest(text, 6)])

    with gr.Blocks() as page:
        box = gr.Textbox(label="Your headline", elem_id="headline-box")
        suggestions = gr.Dataset(components=[box], samples=[], elem_id="suggestions")
        box.input(suggest, box, suggestions)
        suggestions.click(lambda sample: sample[0], suggestions, box)
    page.launch()


if __name__ == "__main__":
    main()
