"""The app in a process of its own, as the measurements start it."""

import contextlib
import os
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

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    folder: Path  # of the program
    port: int
    pid: int
    runs: Path  # the folder of its runs

    def memory(self) -> float:
        """Resident memory of the server's process in MiB, without its training runs."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def processor_seconds(self) -> float:
        """The processor time that the server's process has used."""
        return processor_seconds(self.pid)


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used. Unlike the clock, it hardly depends on what else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """The app of a checkout, with a folder of runs of its own."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as runs:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = os.environ | {"HEADLINE_RUNS": runs, "GRADIO_SERVER_PORT": str(port)}
        app = subprocess.Popen([sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        try:
            while not answers(port):
                if app.poll() is not None:
                    sys.exit(f"bench: the app in {folder.name} ended by itself")
                time.sleep(0.02)
            yield Server(folder, port, app.pid, Path(runs))
        finally:
            app.terminate()
            app.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            return page.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False
