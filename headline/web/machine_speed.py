"""The speed of this machine for the page, which never loads Keras: measured by a process of its own, once."""

import json
import subprocess
import threading

from headline.errors import HeadlineError
from headline.paths import ROOT
from headline.runs.process import child_command
from headline.training.duration.speed import known_factor

_LONGEST = 120.0  # seconds that the measurement may take
_MEASURING = threading.Lock()  # one at a time, or they would measure each other


def machine_factor() -> float:
    """Return the factor of this machine, of `headline.training.duration.speed`. The first call takes some ten seconds.

    Raises:
        HeadlineError: it cannot be measured.
    """
    known = known_factor()
    if known is not None:
        return known
    with _MEASURING:
        known = known_factor()  # somebody else asked at the same time
        return known if known is not None else _measured()


def _measured() -> float:
    command, environment = child_command("measure")
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise HeadlineError("This machine is too busy to measure how fast it trains.") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["The measurement ended without a result."]
        raise HeadlineError(last[0])
    return float(json.loads(done.stdout.splitlines()[-1])["factor"])
