"""The time from `python app.py` to the first answered page, and the memory of the web process then.

python -m bench.startup [--runs 5]
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs to measure, after one that warms the disk cache")
    options = parser.parse_args()
    runs = [start_once() for _ in range(options.runs + 1)][1:]
    titles = ("seconds to the first answered page", "resident MiB of the web process")
    for title, values in zip(titles, zip(*runs, strict=True), strict=True):
        print(f"{title:<38} median {statistics.median(values):8.2f}   from {min(values):.2f} to {max(values):.2f}")


def start_once() -> tuple[float, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"HEADLINE_RUNS": folder, "GRADIO_SERVER_PORT": str(port)}
        began = time.perf_counter()
        app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            while not answers(port):
                if app.poll() is not None:
                    sys.exit("bench: the app ended by itself")
                time.sleep(0.02)
            seconds = time.perf_counter() - began
            kib = subprocess.run(["ps", "-o", "rss=", "-p", str(app.pid)], capture_output=True, text=True, check=True)
            return seconds, int(kib.stdout) / 1024
        finally:
            app.terminate()
            app.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            return page.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


if __name__ == "__main__":
    main()
