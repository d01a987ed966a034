"""Estimates the time of a run in a process of its own, so that the web process never loads Keras."""

import json
import subprocess

from headline.errors import HeadlineError, SettingError
from headline.paths import ROOT
from headline.runs.process import child_command
from headline.training.estimate import Estimate
from headline.training.options import RunOptions


def estimate(options: RunOptions, timeout: float) -> Estimate:
    """Train a few steps in a child process and estimate the whole run.

    Raises:
        HeadlineError: the files or the settings are not usable, or the steps took longer than `timeout` seconds.
    """
    command, environment = child_command("estimate")
    try:
        done = subprocess.run(
            command,
            input=json.dumps(options.as_dict()),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        minutes = round(timeout / 60)
        raise SettingError(
            f"A few steps took more than {minutes} minutes: expect hours, or choose a smaller preset."
        ) from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["The estimate ended without a result."]
        raise HeadlineError(last[0])
    return Estimate(**json.loads(done.stdout.splitlines()[-1]))
