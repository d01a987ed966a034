"""How long an editor waits for the language server: its start, and the list after each key.

    python -m bench.editor [--headlines 40] [--lines 200]

Headlines of the sample are typed letter by letter into the last heading of a Markdown document, which has code and front
matter, by two clients that real editors are made of: that of pygls, and Neovim's own where Neovim is installed. Each key
sends the change and asks for the list; the client of pygls asks for grey text too. The time is that of the client, from
before the change is sent until the answer is read; CPU ms is the processor time of the server per key, which hardly
depends on what else the machine does.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from bench.server import processor_seconds
from headline.corpus.reader import read_headlines
from headline.paths import ROOT, SAMPLE_CORPUS

SERVER = (sys.executable, "-m", "headline", "lsp")
# Types each headline with Neovim's own functions; a request sends what changed before it. `DOCUMENT` is open.
NEOVIM = """
local started, times = vim.loop.hrtime(), {}
local client = vim.lsp.start_client({ name = "headline", cmd = vim.json.decode(vim.env.SERVER) })
vim.lsp.buf_attach_client(0, client)
vim.wait(60000, function() return #vim.lsp.buf_get_clients(0) > 0 end, 1)
local start = (vim.loop.hrtime() - started) / 1e6
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_win_set_cursor(0, { last, 2 })
local function ask()
  local params = vim.lsp.util.make_position_params(0, "utf-16")
  local answer = vim.lsp.buf_request_sync(0, "textDocument/completion", params, 60000)
  return #answer[client].result.items
end
ask()
local first, rows = (vim.loop.hrtime() - started) / 1e6, 0
vim.opt.virtualedit = "onemore"
for _, headline in ipairs(vim.json.decode(vim.env.HEADLINES)) do
  for letters = 1, #headline do
    local began = vim.loop.hrtime()
    vim.api.nvim_buf_set_lines(0, last - 1, last, true, { "# " .. headline:sub(1, letters) })
    vim.api.nvim_win_set_cursor(0, { last, letters + 2 })
    rows = rows + ask()
    table.insert(times, (vim.loop.hrtime() - began) / 1e6)
  end
end
local file = io.open(vim.env.OUT, "w")
file:write(vim.json.encode({ start = start, first = first, times = times, rows = rows }))
file:close()
vim.cmd("qall!")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--headlines", type=int, default=40)
    parser.add_argument("--lines", type=int, default=200, help="of the document")
    options = parser.parse_args()
    found = [h for h in read_headlines(SAMPLE_CORPUS).headlines if h.isascii()]
    headlines = random.Random(0).sample(found, options.headlines)
    document = _document(options.lines)
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before")
    print(
        f"{'client':<10}{'start ms':>10}{'first list':>12}{'keys':>8}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'rows':>8}"
    )
    print(_row("pygls", asyncio.run(_type(headlines, document))), flush=True)
    if shutil.which("nvim"):
        print(_row("Neovim", _type_in_neovim(headlines, document)))
    else:
        print("Neovim: not measured, because it is not installed (Debian: apt-get install neovim)")


def _document(lines: int) -> str:
    """A document of about so many lines, whose last one is an empty heading."""
    part = ["## A heading", "", "Some text, and then code:", "", "```sh", "# no heading", "```", ""]
    head = ["---", "title: The title", "---", ""]
    return "\n".join([*head, *(part * (lines // len(part)))[: lines - len(head) - 1], "# "])


def _row(client: str, found: dict) -> str:
    p50, p95 = np.percentile(found["times"], [50, 95])
    return (
        f"{client:<10}{found['start']:>10.0f}{found['first']:>12.0f}{len(found['times']):>8}"
        f"{p50:>8.1f}{p95:>8.1f}{found['processor']:>8}{found['rows']:>8.0f}"
    )


async def _type(headlines: list[str], document: str) -> dict:
    began = time.perf_counter()
    client = LanguageClient("bench", "1")
    await client.start_io(*SERVER, cwd=ROOT)
    await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
    start = time.perf_counter() - began
    client.initialized(types.InitializedParams())
    uri, line = "untitled:a.md", document.count("\n")
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "markdown", 0, document)))

    async def ask(column: int) -> int:
        at = types.Position(line, column)
        context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
        answers = await asyncio.gather(
            client.text_document_completion_async(types.CompletionParams(types.TextDocumentIdentifier(uri), at)),
            client.text_document_inline_completion_async(
                types.InlineCompletionParams(context, types.TextDocumentIdentifier(uri), at)
            ),
        )
        return len(answers[0].items)

    await ask(2)
    first, times, rows, version = time.perf_counter() - began, [], 0, 0
    assert client._server
    used = processor_seconds(client._server.pid)
    for headline in headlines:
        for letters in range(1, len(headline) + 1):
            key, version = time.perf_counter(), version + 1
            change = types.TextDocumentContentChangeWholeDocument(document + headline[:letters])
            client.text_document_did_change(
                types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(version, uri), [change])
            )
            rows += await ask(2 + letters)
            times.append((time.perf_counter() - key) * 1000)
    processor = (processor_seconds(client._server.pid) - used) * 1000 / len(times)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return {"start": start * 1000, "first": first * 1000, "times": times, "rows": rows, "processor": f"{processor:.1f}"}


def _type_in_neovim(headlines: list[str], document: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        markdown, script, out = (Path(folder) / name for name in ("a.md", "driver.lua", "out.json"))
        markdown.write_text(document, encoding="utf-8")
        script.write_text(NEOVIM, encoding="utf-8")
        environment = os.environ | {
            "SERVER": json.dumps(SERVER),
            "HEADLINES": json.dumps(headlines),
            "OUT": str(out),
        }
        command = ["nvim", "--headless", "-n", "-i", "NONE", "--clean", markdown, "-S", script]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stderr=subprocess.DEVNULL)
        return json.loads(out.read_text(encoding="utf-8")) | {"processor": "–"}


if __name__ == "__main__":
    main()
