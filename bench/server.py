"""The app in a process of its own, as the measurements start it."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headline.web.serve.counts import proportional_bytes

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    pid: int
    runs: Path | None = None  # the folder of its runs

    @property
    def pids(self) -> list[int]:
        """The server's processes, without training runs: its own, and those that were forked from it."""
        own = _command(self.pid)
        found = [self.pid]
        for pid in found:  # which grows meanwhile
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = (task / "children").read_text(encoding="ascii")
                found += [child for child in map(int, children.split()) if _command(child) == own]
        return found

    def memory(self) -> float:
        """Memory of the server's processes in MiB; pages that they share are counted once."""
        return sum(map(proportional_bytes, self.pids)) / 2**20

    def processor_seconds(self) -> float:
        """The processor time that the server's processes have used."""
        return sum(map(processor_seconds, self.pids))


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used. Unlike the clock, it hardly depends on what else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def served(folder: Path, workers: int = 0) -> Iterator[Server]:
    """The app of a checkout, with a folder of runs of its own, and with so many workers."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as runs:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = os.environ | {"HEADLINE_RUNS": runs, "GRADIO_SERVER_PORT": str(port)}
        environment["HEADLINE_WORKERS"] = str(workers)
        app = subprocess.Popen([sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        try:
            while not answers(port):
                if app.poll() is not None:
                    sys.exit(f"bench: the app in {folder.name} ended by itself")
                time.sleep(0.02)
            yield Server(f"{folder.name} +{workers}" if workers else folder.name, port, app.pid, Path(runs))
        finally:
            app.terminate()
            app.wait()


@contextlib.contextmanager
def suggesting(workers: int) -> Iterator[Server]:
    """`headline serve` with so many workers."""
    command = [sys.executable, "-m", "headline", "serve", "--port", "0", "--workers", str(workers)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        told = re.search(r":(\d+)/", server.stdout.readline())
        if not told:
            sys.exit("bench: headline serve ended by itself")
        yield Server(f"serve {workers}", int(told[1]), server.pid)
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def behind_nginx(server: Server, folder: Path) -> Iterator[Server]:
    """The same server asked through nginx, as docs/deploying.md has it; its own processes are not counted.

    Raises:
        FileNotFoundError: nginx is not installed.
    """
    [found] = re.findall(r"```nginx\n(upstream .*?)```", (ROOT / "docs/deploying.md").read_text("utf-8"), re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = found.replace("127.0.0.1:7861", f"127.0.0.1:{server.port}").replace(
        "listen 80;", f"listen 127.0.0.1:{port};"
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n{site}}}\n",
        encoding="utf-8",
    )
    nginx = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        while not answers(port, "/healthz"):
            if nginx.poll() is not None:
                sys.exit("bench: nginx ended by itself")
            time.sleep(0.02)
        yield Server(f"{server.name} nginx", port, server.pid)
    finally:
        nginx.terminate()
        nginx.wait()


def answers(port: int, path: str = "/") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as page:
            return page.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False
