"""The time from `python app.py` to the first answered page, and the memory of the web process then.

python -m bench.startup [--runs 5]
"""

import argparse
import statistics
import time

from bench.server import ROOT, served


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs to measure, after one that warms the disk cache")
    options = parser.parse_args()
    runs = [start_once() for _ in range(options.runs + 1)][1:]
    titles = ("seconds to the first answered page", "resident MiB of the web process")
    for title, values in zip(titles, zip(*runs, strict=True), strict=True):
        print(f"{title:<38} median {statistics.median(values):8.2f}   from {min(values):.2f} to {max(values):.2f}")


def start_once() -> tuple[float, float]:
    """Seconds until the first page is answered, and MiB of memory then."""
    began = time.perf_counter()
    with served(ROOT) as server:
        return time.perf_counter() - began, server.memory()


if __name__ == "__main__":
    main()
