"""Many people typing at once: how long an answer takes, how many keys are answered, and the server's memory.

    python -m bench.load [--typists 200] [--seconds 30] [--route page] [--training] [--against FOLDER]

Each typist types headlines at five keys per second over one connection that is kept open, as a page in a browser does.
A key that comes before the last answer is not sent and counts as not answered. The typists are in this process, the
server in another; both share the machine's cores: "own ms" is the typists' processor time per request. No headline is typed twice before all others of the list were, so that
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
from typing import Any
from urllib.parse import urlencode

import numpy as np
import uvloop

from bench.server import ROOT, Server, behind_nginx, served, suggesting
from headline.corpus.reader import read_headlines
from headline.paths import SAMPLE_CORPUS
from headline.runs.queue import start
from headline.training.options import RunOptions
from headline.training.settings import RECIPES

KEYS_PER_SECOND = 5.0
SECONDS_FOR_LAST = 30.0  # in which the last answer must come
SECONDS_BETWEEN_SAMPLES = 5.0  # of the server's memory
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
                        for seconds in (options.warm_up, options.seconds):
                            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                                figures = runner.run(type_for(server, route, typists, seconds, dealt[server]))
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
    f"{'answered':>10}{'429':>7}{'CPU ms':>8}{'own ms':>9}{'MiB':>7}"
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
    own_processor_seconds: float = 0.0  # of the typists, who share the machine with it
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
            "typists_processor_ms_per_request": round(self.own_processor_seconds / max(1, asked) * 1000, 3),
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
            f"{f['processor_ms_per_request']:>8.2f}{f['typists_processor_ms_per_request']:>9.2f}"
            f"{f['memory_mib'][-1][1]:>7.0f}"
        )


class Typist(asyncio.Protocol):
    """A person at a page, and the page's connection: at each key it asks what the page would, if no answer is open.

    There are no tasks and futures, and a headline's requests are made at once, so that the typists take little of the
    processor time that they share with the server.
    """

    def __init__(self, headlines: Iterator[str], route: str, port: int, figures: Figures):
        self._headlines, self._route, self._figures = headlines, route, figures
        self._end = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._requests: Iterator[bytes] = iter(())
        self._received = b""
        self._asked = 0.0  # when; 0 if no answer is open
        self._last = False  # whether nothing is asked any more
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def busy(self) -> bool:
        return bool(self._asked)

    def connection_made(self, transport: Any) -> None:  # uvloop's is no asyncio.Transport
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.busy:
            self._answered(0)
        if not self.done.done():
            self.done.set_result(None)

    def type_until(self, end: float, due: float) -> None:
        """Press keys, the first one at `due`, until `end`, in the event loop's time."""
        asyncio.get_running_loop().call_at(due, self._press, end, due)

    def close(self) -> None:
        self._transport.close()

    def _press(self, end: float, due: float) -> None:
        self._figures.keys += 1
        request = self._next_request()
        if not self.busy and not self._transport.is_closing():
            self._asked = time.perf_counter()
            self._transport.write(request)
        if due + 1 / KEYS_PER_SECOND < end:
            self.type_until(end, due + 1 / KEYS_PER_SECOND)
        elif self.busy:
            self._last = True
            asyncio.get_running_loop().call_later(SECONDS_FOR_LAST, self.close)
        else:
            self.close()

    def _next_request(self) -> bytes:
        """What is asked after the next key."""
        for request in self._requests:
            return request
        headline = next(self._headlines)
        texts = (headline[:end] for end in range(1, len(headline) + 1))
        self._requests = iter([b"GET " + address(text, self._route).encode() + self._end for text in texts])
        return next(self._requests)

    def data_received(self, data: bytes) -> None:
        data = self._received + data
        head, found, body = data.partition(b"\r\n\r\n")
        if found:
            at = head.lower().index(b"content-length:") + 15
            if len(body) >= int(head[at:].split(b"\r\n", 1)[0]):
                self._received = b""
                return self._answered(int(head[9:12]))
        self._received = data

    def _answered(self, status: int) -> None:
        self._figures.statuses[status] += 1
        if status == 200:
            self._figures.milliseconds.append((time.perf_counter() - self._asked) * 1000)
        self._asked = 0.0
        if self._last:
            self.close()


def address(text: str, route: str) -> str:
    """What is asked about a text."""
    if route == "public":
        return f"{PATHS['public']}?{urlencode({'q': text, 'k': 6, 'phrases': 1})}"
    asked = {"q": text, "model": "bundled", "k": 6, "style": "auto", "phrases": 1}
    return f"{PATHS['page']}?{urlencode(asked)}"


async def type_for(server: Server, route: str, typists: int, seconds: float, headlines: Iterator[str]) -> Figures:
    """Let so many typists type for so many seconds."""
    figures = Figures(server.name, route, typists, seconds)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    used, own = server.processor_seconds(), time.process_time()
    sampler = asyncio.create_task(_sample_memory(server, figures))
    people = []
    for _ in range(typists):
        person = Typist(headlines, route, server.port, figures)
        await loop.create_connection(lambda person=person: person, "127.0.0.1", server.port)
        people.append(person)
    for person in people:
        person.type_until(end, loop.time() + random.random() / KEYS_PER_SECOND)
    await asyncio.gather(*(person.done for person in people))
    sampler.cancel()
    figures.own_processor_seconds = time.process_time() - own
    figures.processor_seconds = server.processor_seconds() - used
    figures.memory.append((sum(figures.statuses.values()), server.memory()))
    return figures


async def _sample_memory(server: Server, figures: Figures) -> None:
    while True:
        answered = sum(figures.statuses.values())
        # In a thread: the system needs milliseconds to count a process's pages, in which nobody would type.
        figures.memory.append((answered, await asyncio.to_thread(server.memory)))
        await asyncio.sleep(SECONDS_BETWEEN_SAMPLES)


if __name__ == "__main__":
    main()
