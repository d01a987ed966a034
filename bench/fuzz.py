"""Try the properties of tests/properties/ on ever new inputs: `python -m bench.fuzz --minutes 10 [tokenizer readers …]`.

A failure is printed with the smallest input that was found for it. The exit code is 1 if there was one.
"""

import argparse
import importlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, is_hypothesis_test, settings

import tests.properties

PARTS = sorted(path.stem.removeprefix("test_") for path in Path(tests.properties.__path__[0]).glob("test_*.py"))
_EXAMPLES = 200  # of a property in one turn


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of {', '.join(PARTS)}; without: all")
    parser.add_argument("--minutes", type=float, default=1.0)
    options = parser.parse_args(arguments)
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part}; choose of {', '.join(PARTS)}.")
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    settings.register_profile(
        "fuzz", max_examples=_EXAMPLES, deadline=None, database=None, print_blob=True, suppress_health_check=slow
    )
    settings.load_profile("fuzz")  # before the properties are imported, which take their settings then
    return 1 if fuzz(properties(options.parts or PARTS), 60 * options.minutes) else 0


def properties(parts: list[str]) -> dict[str, Callable[[], None]]:
    """The properties of some parts by name."""
    modules = {part: importlib.import_module(f"tests.properties.test_{part}") for part in parts}
    return {
        f"{part}: {name}": value
        for part, module in modules.items()
        for name, value in vars(module).items()
        if name.startswith("test_") and is_hypothesis_test(value)
    }


def fuzz(tried: dict[str, Callable[[], None]], seconds: float) -> list[str]:
    """Try each property in turn until the time is over, and return the names of those that failed."""
    until, turns, failed = time.monotonic() + seconds, 0, []
    while time.monotonic() < until and len(failed) < len(tried):
        for name in tried.keys() - set(failed):
            if time.monotonic() >= until:
                break
            try:
                tried[name]()  # with a fresh seed
            except Exception:
                failed.append(name)
                print(f"\n{name} fails:\n{traceback.format_exc()}", flush=True)
            turns += 1
    print(f"{turns * _EXAMPLES:,} inputs at most, {len(failed)} of {len(tried)} properties failed.")
    return failed


if __name__ == "__main__":
    sys.exit(main())
