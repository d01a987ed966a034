"""Many people typing at once: how long an answer takes, how many keys are answered, and the server's memory.

    python -m bench.load [--typists 200] [--seconds 30] [--route page] [--training] [--against FOLDER]

Each typist types headlines at five keys per second over one connection that is kept open, as a page in a browser does.
A key that comes before the last answer is not sent and counts as not answered. The typists are in this process, the
server in another; both share the machine's cores. No headline is typed twice before all others of the list were, so that
answers that are kept help no more than where people type different headlines. `--route page` asks what the page asks until
its engine is there; `--route public` asks /gradio_api/suggest. `--workers 2` measures the page's server with two worker
processes too (HEADLINE_WORKERS). `--serve 1 2` measures `headline serve` with one worker and
with two beside the page's server, and `--nginx` each of these behind nginx too.

`--training` keeps a run of the queue, which has a low priority, going meanwhile. `--against` measures the program in
another folder too, in turn with this one, so that both meet the same machine.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from bench.server import ROOT, Server, behind_nginx, served, suggesting
from headline.corpus.reader import read_headlines
from headline.paths import SAMPLE_CORPUS
from headline.runs.queue import start
from headline.training.options import RunOptions
from headline.training.settings import RECIPES

KEYS_PER_SECOND = 5.0
SECONDS_BETWEEN_SAMPLES = 1.0  # of the server's memory
PATHS = {"page": "/gradio_api/headline/suggest", "public": "/gradio_api/suggest"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--typists", type=int, nargs="+", default=[200], help="how many; several are measured in turn")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=5.0, help="seconds of typing that are not measured")
    parser.add_argument("--route", choices=PATHS, nargs="+", default=["page"])
    parser.add_argument("--training", action="store_true", help="with a training run beside")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--against", type=Path, help="the folder of another checkout of this program")
    parser.add_argument("--workers", type=int, nargs="*", default=[], help="of the page's server, measured too")
    parser.add_argument("--serve", type=int, nargs="*", default=[], help="workers of `headline serve`, measured too")
    parser.add_argument("--no-page", action="store_true", help="leave the page's server out")
    parser.add_argument("--nginx", action="store_true", help="the last of these behind nginx too")
    parser.add_argument("--headlines", type=Path, default=SAMPLE_CORPUS, help="a list of headlines to type")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    headlines = read_headlines(options.headlines).headlines
    random.Random(0).shuffle(headlines)
    folders = [] if options.no_page else [ROOT]
    folders += [options.against.resolve()] if options.against else []
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before")
    print(TITLE)
    found = []
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(served(folder)) for folder in folders]
        servers += [stack.enter_context(served(ROOT, workers)) for workers in options.workers]
        servers += [stack.enter_context(suggesting(workers)) for workers in options.serve]
        if options.nginx and shutil.which("nginx"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            servers.append(stack.enter_context(behind_nginx(servers[-1], folder)))
        elif options.nginx:
            print("nginx: not measured, because it is not installed (Debian: apt-get install nginx-light)")
        if options.training:
            stack.enter_context(training())
        dealt = {server: itertools.cycle(headlines) for server in servers}
        for _ in range(options.rounds):
            for typists in options.typists:
                for route in options.route:
                    for server in servers:
                        asyncio.run(type_for(server, route, typists, options.warm_up, dealt[server]))
                        figures = asyncio.run(type_for(server, route, typists, options.seconds, dealt[server]))
                        print(figures.row(), flush=True)
                        found.append(figures.as_dict())
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


@contextlib.contextmanager
def training() -> Iterator[None]:
    """A run of the queue that trains on all cores for as long as the block takes."""
    settings = RECIPES["autocomplete"].changed(epochs=100_000, patience=0)
    with tempfile.TemporaryDirectory() as runs:
        job = start(RunOptions(files=(str(SAMPLE_CORPUS),), settings=settings), Path(runs))
        try:
            while not job.status().progress:
                if job.status().ended:
                    sys.exit(f"bench: the training run has ended: {job.status().message}")
                time.sleep(0.2)
            yield
            if job.status().ended:
                sys.exit("bench: the training run ended before the measurement did")
        finally:
            job.delete()


TITLE = (
    f"{'server':<16}{'route':<8}{'typists':>8}{'asked/s':>9}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}"
    f"{'answered':>10}{'429':>7}{'CPU ms':>8}{'MiB':>7}"
)


@dataclass
class Figures:
    """What came of one measurement."""

    server: str
    route: str
    typists: int
    seconds: float
    keys: int = 0  # pressed
    milliseconds: list[float] = field(default_factory=list)  # of each answered key
    statuses: Counter = field(default_factory=Counter)
    processor_seconds: float = 0.0  # of the server
    memory: list[tuple[int, float]] = field(default_factory=list)  # (requests answered, MiB) over time

    def as_dict(self) -> dict:
        p50, p95, p99 = np.percentile(self.milliseconds or [np.nan], [50, 95, 99]).round(1).tolist()
        asked = sum(self.statuses.values())
        return {
            "server": self.server,
            "route": self.route,
            "typists": self.typists,
            "seconds": round(self.seconds, 1),
            "requests_per_second": round(asked / self.seconds, 1),
            "processor_ms_per_request": round(self.processor_seconds / max(1, asked) * 1000, 3),
            "p50_ms": p50,
            "p95_ms": p95,
            "p99_ms": p99,
            "keys": self.keys,
            "answered": round(len(self.milliseconds) / max(1, self.keys), 4),
            "statuses": dict(self.statuses),
            "memory_mib": [(n, round(mib, 1)) for n, mib in self.memory],
        }

    def row(self) -> str:
        f = self.as_dict()
        return (
            f"{f['server']:<16}{f['route']:<8}{f['typists']:>8}{f['requests_per_second']:>9.0f}{f['p50_ms']:>8.1f}"
            f"{f['p95_ms']:>8.1f}{f['p99_ms']:>8.1f}{f['answered']:>10.1%}{self.statuses[429]:>7}"
            f"{f['processor_ms_per_request']:>8.2f}{f['memory_mib'][-1][1]:>7.0f}"
        )


class Connection(asyncio.Protocol):
    """One HTTP connection that is kept open, with one request at a time. Less work than a client library's."""

    def __init__(self, port: int):
        self._host = f"Host: 127.0.0.1:{port}\r\n\r\n".encode()
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result((0, b""))

    @property
    def busy(self) -> bool:
        return self._answer is not None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body; a status of 0 if the connection was closed."""
        assert isinstance(self._transport, asyncio.Transport)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {path} HTTP/1.1\r\n".encode() + self._host)
        try:
            return await self._answer
        finally:
            self._answer = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length:") + 15
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        self._received = bytearray()
        if self._answer and not self._answer.done():
            self._answer.set_result((int(head[9:12]), bytes(body)))

    def close(self) -> None:
        self._transport.close()


class Typist:
    """A person at a page: what the page would ask for at each key."""

    def __init__(self, headlines: Iterator[str], route: str):
        self._headlines, self._route = headlines, route
        self._texts: Iterator[str] = iter(())

    def next_text(self) -> str:
        """The text after the next key."""
        for text in self._texts:
            return text
        headline = next(self._headlines)
        self._texts = iter([headline[:end] for end in range(1, len(headline) + 1)])
        return next(self._texts)

    def address(self, text: str) -> str:
        if self._route == "public":
            return f"{PATHS['public']}?{urlencode({'q': text, 'k': 6, 'phrases': 1})}"
        asked = {"q": text, "model": "bundled", "k": 6, "style": "auto", "phrases": 1}
        return f"{PATHS['page']}?{urlencode(asked)}"


async def type_for(server: Server, route: str, typists: int, seconds: float, headlines: Iterator[str]) -> Figures:
    """Let so many typists type for so many seconds."""
    figures = Figures(server.name, route, typists, seconds)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    used = server.processor_seconds()
    sampler = asyncio.create_task(_sample_memory(server, figures))
    await asyncio.gather(*(_type(Typist(headlines, route), server.port, end, figures) for _ in range(typists)))
    sampler.cancel()
    figures.processor_seconds = server.processor_seconds() - used
    figures.memory.append((sum(figures.statuses.values()), server.memory()))
    return figures


async def _type(typist: Typist, port: int, end: float, figures: Figures) -> None:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(port), "127.0.0.1", port)
    asked: set[asyncio.Task] = set()
    due = loop.time() + random.random() / KEYS_PER_SECOND
    while due < end:
        await asyncio.sleep(due - loop.time())
        due += 1 / KEYS_PER_SECOND
        figures.keys += 1
        text = typist.next_text()
        if not connection.busy:
            task = asyncio.create_task(_ask(typist, connection, text, figures))
            asked.add(task)
            task.add_done_callback(asked.discard)
            await asyncio.sleep(0)  # so that the connection is busy from now on
    if asked:
        await asyncio.wait(asked, timeout=30)
    connection.close()


async def _ask(typist: Typist, connection: Connection, text: str, figures: Figures) -> None:
    began = time.perf_counter()
    status, _ = await connection.get(typist.address(text))
    figures.statuses[status] += 1
    if status == 200:
        figures.milliseconds.append((time.perf_counter() - began) * 1000)


async def _sample_memory(server: Server, figures: Figures) -> None:
    while True:
        figures.memory.append((sum(figures.statuses.values()), server.memory()))
        await asyncio.sleep(SECONDS_BETWEEN_SAMPLES)


if __name__ == "__main__":
    main()
