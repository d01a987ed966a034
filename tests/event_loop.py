"""Runs coroutines in a thread of their own: Playwright keeps an event loop running in the tests' thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self


class Loop:
    """An event loop that several coroutines share, one after another."""

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1)
        self._runner = self._thread.submit(asyncio.Runner).result()
        return self

    def run(self, coroutine: Coroutine) -> Any:
        return self._thread.submit(self._runner.run, coroutine).result()

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


def run(coroutine: Coroutine) -> Any:
    with Loop() as loop:
        return loop.run(coroutine)
