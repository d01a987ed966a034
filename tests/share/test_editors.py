"""The lines that docs/editors.md has for editors: what they start, and that Neovim does with them what is said there."""

import json
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from headline.paths import ROOT
from tests.tiny import bigram_checkpoint

COMMAND = ["headline", "lsp"]
# What a person does: keys, and what they wait for before the next ones.
DRIVER = """
local function rows() return vim.tbl_map(function(row) return row.abbr end, vim.fn.complete_info({ "items" }).items) end
local function grey()
  local marks = vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces().headline, 0, -1, { details = true })
  return marks[1] and marks[1][4].virt_text[1][1]
end
local function line() return vim.api.nvim_get_current_line() end
local steps = {
  { "", function() return #vim.lsp.buf_get_clients(0) > 0 end },
  { "A the gov", function() return rows()[1] == "government" and grey() == "ernment won't" end },
  { "<C-n> ", function() return line() == "# 😀 the government " and rows()[1] == "won't" end },
  { "<Esc>2GAthe govermnent", function() return rows()[1] == "government" end },
  { "<C-n><C-y>", function() return line() == "# the government" end },
  { "<Esc>3GAthe gov", function() return grey() end },
  { "<C-l>", function() return line() == "# the government won't" end },
}
local number = 0
local function next_step()
  number = number + 1
  if not steps[number] then return vim.cmd("silent write! | qall!") end
  vim.api.nvim_input(steps[number][1])
  local timer = vim.loop.new_timer()
  timer:start(0, 20, vim.schedule_wrap(function()
    if timer:is_active() and steps[number][2]() then timer:stop() next_step() end
  end))
end
vim.defer_fn(next_step, 0)
"""


def block(language: str) -> str:
    text = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return found


def test_helix_and_vs_code_start_the_command():
    helix = tomllib.loads(block("toml"))
    server = helix["language-server"]["headline"]
    assert [server["command"], *server["args"]] == COMMAND
    assert "headline" in helix["language"][0]["language-servers"] and helix["language"][0]["name"] == "markdown"
    code = json.loads(block("json"))
    assert [code["glspc.server.command"], *code["glspc.server.commandArguments"]] == COMMAND
    assert code["glspc.server.languageId"] == ["markdown", "plaintext"]


@pytest.mark.skipif(not shutil.which("nvim"), reason="Neovim is not installed (Debian: apt-get install neovim)")
def test_neovim_shows_takes_and_corrects(tmp_path):
    follows = {"the": {"government": 6, "governor": 4}, "government": {"won't": 6}}
    model = str(bigram_checkpoint(follows).save(tmp_path / "model"))
    own = json.dumps([sys.executable, "-m", "headline", "lsp", "--model", model]).strip("[]")
    lines = block("lua").replace('"headline", "lsp"', own)
    assert own in lines
    (tmp_path / "init.lua").write_text(lines, encoding="utf-8")
    (tmp_path / "driver.lua").write_text(DRIVER, encoding="utf-8")
    document = tmp_path / "a.md"
    document.write_text("# 😀\n# \n# \n", encoding="utf-8")
    command = ["nvim", "--headless", "-n", "-i", "NONE", "-u", tmp_path / "init.lua", "-S", tmp_path / "driver.lua"]
    done = subprocess.run([*command, document], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert document.read_text(encoding="utf-8") == "# 😀 the government \n# the government\n# the government won't\n"
