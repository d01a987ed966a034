"""What a list of any size costs: time and peak memory from its file to a model, streamed and in memory.

    python -m bench.scale 1000000 --in-memory     # the figures in docs/scale.md
    python -m bench.scale 10000000

The titles are made up from the ABC headlines by recombination: the beginning of one, up to a word, and what follows the
same word in another. So words and short n-grams are like real ones, while long n-grams are rarer in real lists.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from headline.corpus.reader import read_headlines

ABC = Path(__file__).resolve().parents[2] / "shared" / "data" / "abc"
MEBIBYTE = 2**20


def write_recombined(path: Path, rows: int, data: Path, seed: int = 0) -> None:
    """Write a text file of `rows` titles, of which a few are the same."""
    rng = random.Random(seed)
    titles = [title.split() for title in read_headlines(data).headlines]
    where: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, words in enumerate(titles):
        for j, word in enumerate(words):
            where[word].append((i, j))
    with path.open("w", encoding="utf-8") as file:
        for _ in range(rows):
            words = titles[int(rng.random() * len(titles))]
            cut = int(rng.random() * len(words))
            places = where[words[cut]]
            i, j = places[int(rng.random() * len(places))]
            file.write(" ".join(words[:cut] + titles[i][j:]) + "\n")


class Measured:
    """A command that runs in a process of its own: its events with their seconds, and its memory."""

    def __init__(self, arguments: list[str]):
        began = time.monotonic()
        command = [sys.executable, "-m", "headline", *arguments]
        self.seconds_at: dict[str, float] = {}
        self.own = 0  # mebibytes at most that are not pages of files
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            watcher = threading.Thread(target=self._watch, args=(process,), daemon=True)
            watcher.start()
            assert process.stdout
            for line in process.stdout:
                event = json.loads(line) if line.startswith("{") else {}
                self.seconds_at.setdefault(event.get("event", "printed"), time.monotonic() - began)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
        self.seconds, self.cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024 / MEBIBYTE

    def _watch(self, process: subprocess.Popen) -> None:
        while True:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            except OSError:
                return
            for line in status.splitlines():
                if line.startswith("RssAnon:"):
                    self.own = max(self.own, int(line.split()[1]) // 1024)
            time.sleep(0.2)

    def __str__(self) -> str:
        at = ", ".join(f"{name} at {seconds:,.0f} s" for name, seconds in self.seconds_at.items() if name != "printed")
        memory = f"peak {self.peak:,.0f} MiB, of which at most {self.own:,} MiB are not pages of mapped files"
        return f"{self.seconds:,.0f} s ({self.cpu:,.0f} s of processor), {memory}" + (f"; {at}" if at else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("--data", type=Path, default=ABC, help="the headlines that are recombined")
    parser.add_argument("--in-memory", action="store_true", help="train the list itself too")
    parser.add_argument("--minutes", type=float, default=3.0, help="after which training ends (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="for what is written, which then stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{options.rows}.txt"
        if not path.is_file():
            write_recombined(path, options.rows, options.data)
        print(f"{options.rows:,} titles, {path.stat().st_size / MEBIBYTE:,.0f} MiB of text", flush=True)
        shards, model = folder / "shards", folder / "model"
        print(f"prepare: {Measured(['prepare', str(path), '--out', str(shards)])}", flush=True)
        size = sum(file.stat().st_size for file in shards.iterdir()) / MEBIBYTE
        print(f"  {size:,.0f} MiB of shards", flush=True)
        train = ["--out", str(model), "--json", "--set", "epochs=1"]
        for name, given in (("train the shards", shards), *((("train the list", path),) if options.in_memory else ())):
            took = Measured(["train", *train, str(given), "--minutes", str(options.minutes)])
            print(f"{name}: {took}", flush=True)


if __name__ == "__main__":
    main()
