"""Turns Ctrl-C and SIGTERM into a question that a run can ask."""

import signal


class StopSignal:
    """Whether SIGINT or SIGTERM has come. A second Ctrl-C raises KeyboardInterrupt as usual."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
