"""The time left before the first step and after the last one, with a simulated clock."""

import itertools
from dataclasses import replace

import pytest

from headline.training.duration.run_time import BUILDING, MEASURING, TRAINING, TYPING, RunTime
from headline.training.duration.work import ListSize, Work, work
from headline.training.presets import PRESETS

WORK = Work(
    start=10.0, step=0.1, steps=100, epochs=3, check=1.0, between=1.0, mixing=1.0, measuring=3.0, typing=(5.0, 8.0, 2.0)
)


class Run:
    """A run whose clock is turned by hand; `slow` is what a second of work takes."""

    def __init__(self, factor: float | None, slow: float, expected: Work = WORK):
        self.now, self.slow, self.told = 0.0, slow, []
        self.time = RunTime(lambda event: self.told.append((self.now, event)), lambda: self.now)
        self.time.expect(expected, factor)

    def passes(self, work: float, part: int | None = None) -> None:
        """So much work is done, and told twice a second; of a `part`, its share is said, too."""
        began, end = self.now, self.now + self.slow * work
        while self.now < end:
            self.now += 0.5
            if part is not None:
                self.time.reach(part, min(1.0, (self.now - began) / (end - began)))
            self.time.tell()

    def _trains(self, work: float) -> None:
        """While it trains, its steps tell what is left."""
        end = self.now + self.slow * work
        while self.now < end:
            self.now += 0.5
            self.time.told.towards(self.slow * WORK.seconds - self.now, self.now)

    def whole(self) -> float:
        """Run it, and return when it ended, in seconds."""
        self.passes(WORK.loading)
        self.time.reach(BUILDING)
        self.passes(WORK.start - WORK.loading)
        self.time.reach(TRAINING)
        self._trains(WORK.seconds - WORK.start - WORK.after + WORK.mixing)
        self.time.trained(missed=0.0)
        self.passes(WORK.measuring, MEASURING)
        for model, typing in enumerate(WORK.typing):
            self.time.reach(TYPING + model)
            self.passes(typing, TYPING + model)
        return self.now


@pytest.mark.parametrize("factor, slow", [(1.0, 1.0), (1.2, 1.0), (1.0, 1.2), (0.2, 0.2), (None, 2.0)])
def test_what_is_told_before_and_after_training_is_within_30_percent(factor, slow):
    run = Run(factor, slow)
    end = run.whole()
    late = [(now, event["seconds_left"]) for now, event in run.told if now > end / 10]
    assert len(late) > 10
    for now, left in late:
        assert left == pytest.approx(end - now, rel=0.3, abs=3.0), f"at {now:.0f} of {end:.0f} s"
    assert {event["stage"] for _, event in run.told} == {"starting", "measuring"}


def test_nothing_is_told_before_it_is_known_and_while_the_steps_tell():
    run = Run(None, 1.0)
    run.passes(WORK.loading)
    assert not run.told
    run.time.reach(BUILDING)
    run.passes(1.0)
    said = len(run.told)
    assert said
    run.time.reach(TRAINING)
    run.passes(30.0)
    assert len(run.told) == said


def test_a_part_that_takes_much_longer_never_makes_it_leap():
    run = Run(1.0, 1.0)
    run.passes(WORK.loading)
    run.time.reach(BUILDING)
    run.passes(60.0)  # of which 6 were expected
    numbers = [(now, event["seconds_left"]) for now, event in run.told]
    assert numbers[-1][1] > WORK.seconds - WORK.start  # all that comes after it
    for (before, first), (now, second) in itertools.pairwise(numbers):
        expected = max(1.0, first - (now - before))
        assert expected / 1.21 <= second <= expected * 1.21


def test_epochs_that_were_not_needed_are_not_counted_as_done():
    run = Run(1.0, 2.0)
    for part in (BUILDING, TRAINING):
        run.time.reach(part)
    run.now = 2.0 * (WORK.seconds - sum(WORK.typing) - WORK.measuring) / 2
    run.time.trained(missed=0.5)
    run.time.tell()
    assert run.told[-1][1]["seconds_left"] > 1.25 * (WORK.measuring + sum(WORK.typing))


def test_a_run_that_types_nothing_expects_no_typing():
    settings, size = PRESETS["quick"].settings(None), ListSize(300, 1_900, 1_300, 12)
    assert work(settings, size, compare=False).typing == () and len(work(settings, size).typing) == 3
    run = Run(1.0, 1.0, replace(WORK, typing=()))
    run.time.reach(TYPING)
    run.time.tell()
    assert not run.told


def test_nothing_is_told_after_the_end():
    run = Run(1.0, 1.0)
    run.passes(WORK.loading)
    said = len(run.told)
    run.time.stop()
    run.passes(2.0)
    assert said == len(run.told) > 0
