"""Finds a Chromium for the browser tests, and installs one when there is none.

`python -m tests.browser.chromium` is part of `make test`: an installed one is taken, else
Playwright's own download, else, as root on Debian, the distribution's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),  # root has no sandbox to enter
]


class NoBrowser(RuntimeError):
    """No Chromium is here and none could be had: one sentence with the way out."""


def find() -> str | None:
    """The path of an installed Chromium, the system's before Playwright's."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> str:
    """A Chromium's path, installed now if need be.

    Raises:
        NoBrowser: it could not be installed.
    """
    if path := find():
        return path
    tried = []
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]]
    for command in ways:
        print("No Chromium yet:", " ".join(command), flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        try:
            code = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=900).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            code = str(error)
        if path := find():
            return path
        tried.append(f"“{' '.join(command)}” ended with {code}")
    raise NoBrowser(
        f"The browser tests need Chromium and it could not be installed ({'; '.join(tried)}). "
        "Install it, on Debian or Ubuntu with: sudo apt-get install chromium"
    )


if __name__ == "__main__":
    try:
        print("Browser tests use", install())
    except NoBrowser as error:
        sys.exit(str(error))
