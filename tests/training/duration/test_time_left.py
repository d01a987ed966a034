"""The time left of a run, with a simulated clock: it never leaps, and is nearly right from a tenth of the run on."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from headline.training.duration.time_left import Course, Pace, TimeLeft
from headline.training.duration.told import Told

# Seconds of the steps of a real run: fine-tuning the bundled model on 300 titles, on two cores that other work shared.
# The first compiled the network and is left out here.
RECORDED = [0.05, 0.05, 0.07, 0.06, 0.05, 0.05, 0.06, 0.05, 0.06, 0.06, 0.14, 0.15, 0.16, 0.14, 0.13, 0.16, 0.81, 0.98]
REPORT = 0.5  # seconds between two reports


@dataclass
class Run:
    """A simulated run: what each of its parts takes, and what was expected of them."""

    course: Course
    step: float = 0.08
    check: float = 0.04
    between: float = 1.5
    after: float = 6.0
    noise: float = 0.0  # of the logarithm of every duration
    stall: float = 0.0  # seconds that one step in 200 takes longer
    drift: float = 1.0  # how much slower the last step is than the first
    compile: float = 4.0  # seconds that the first step takes longer
    recorded: bool = False  # whether steps take what those of a real run took, again and again


def simulate(run: Run) -> tuple[list[tuple[float, float]], float]:
    """(time, told seconds left) at every report, and when the run was over."""
    rng = np.random.default_rng(3)
    course, follow = run.course, TimeLeft(run.course)
    now, last, told = 0.0, 0.0, []
    total = course.epochs * course.steps
    done = 0

    def lasts(seconds: float, noise: float = run.noise) -> float:
        return seconds * float(np.exp(rng.normal(0, noise))) * run.drift ** (done / total)

    for epoch in range(1, course.epochs + 1):
        follow.epoch_began(now)
        for step in range(1, course.steps + 1):
            took = RECORDED[done % len(RECORDED)] if run.recorded else lasts(run.step)
            now += took + (run.compile if done == 0 else 0.0) + run.stall * (rng.random() < 1 / 200)
            done += 1
            follow.trained(now)
            if now - last >= REPORT and (left := follow.left(now, epoch, step)) is not None:
                told.append((now, left))
                last = now
        for check in range(1, course.checks + 1):
            now += lasts(run.check)
            follow.checked(now)
            if now - last >= REPORT and (left := follow.left(now, epoch, course.steps, check)) is not None:
                told.append((now, left))
                last = now
        if (left := follow.left(now, epoch, course.steps, course.checks)) is not None:
            told.append((now, left))
        now += lasts(run.between, run.noise / 2)  # many small things, whose noise evens out
    return told, now + run.after


RUNS = {
    "steady": Run(Course(8, 60, 4, 0.08, 1.5, 6.0)),
    "noisy": Run(Course(8, 60, 4, 0.08, 1.5, 6.0), noise=0.5),
    "stalls": Run(Course(10, 200, 10, 0.08, 1.5, 6.0), noise=0.3, stall=3.0),
    "a machine three times as slow": Run(Course(8, 60, 4, 0.08 / 3, 0.5, 2.0), noise=0.3),
    "slower and slower": Run(Course(12, 100, 5, 0.08, 1.5, 6.0), noise=0.2, drift=1.5),
    "a short list": Run(Course(8, 17, 1, 0.08, 2.0, 8.0), between=1.4, after=6.0, noise=0.3),
    "a long list": Run(Course(5, 3000, 150, 0.08, 2.0, 60.0), after=72.0, noise=0.4, stall=5.0),
    "one pass": Run(Course(1, 400, 20, 0.08, 2.0, 5.0), after=6.0, noise=0.3),
    "nothing held out": Run(Course(30, 50, 0, 0.08, 0.0, 0.0), between=0.1, after=0.0, noise=0.3),
    "as recorded": Run(Course(20, 95, 4, 0.25, 1.5, 6.0), recorded=True, compile=2.4),
}


@pytest.mark.parametrize("name", RUNS)
def test_from_a_tenth_of_the_run_on_it_is_within_30_percent(name):
    told, end = simulate(RUNS[name])
    late = [(now, left) for now, left in told if now >= end / 10]
    assert late and late[0][0] < 0.2 * end
    for now, left in late:
        assert left == pytest.approx(end - now, rel=0.3, abs=2.0), f"{name}: at {now:.0f} of {end:.0f} s"


@pytest.mark.parametrize("name", RUNS)
def test_it_never_leaps(name):
    told, _ = simulate(RUNS[name])
    assert len(told) > 5
    for (before, first), (now, second) in itertools.pairwise(told):
        expected = max(1.0, first - (now - before))
        assert expected / 1.21 <= second <= expected * 1.21, (
            f"{name}: {first:.0f} s, and {now - before:.1f} s later {second:.0f} s"
        )


def test_nothing_is_told_from_the_step_that_compiles():
    follow = TimeLeft(Course(2, 100))
    follow.epoch_began(0.0)
    follow.trained(9.0)
    assert follow.left(9.0, 1, 1) is None
    for step in range(2, 6):
        assert follow.left(9.0 + (step - 2) / 10, 1, step - 1) is None
        follow.trained(9.0 + (step - 1) / 10)
    assert follow.left(9.4, 1, 5) == pytest.approx(195 * 0.1)


def test_it_counts_down_while_nothing_is_reported():
    follow = TimeLeft(Course(1, 100))
    follow.epoch_began(0.0)
    for step in range(1, 51):
        follow.trained(0.1 * step)
    assert follow.left(5.0, 1, 50) == pytest.approx(5.0)
    assert follow.left(7.0, 1, 50) == pytest.approx(3.0)


def test_a_pace_leaves_the_first_out_and_cuts_what_is_far_from_the_others():
    pace = Pace()
    assert pace.mean(7.0) == 7.0
    pace.add(30.0)
    assert pace.mean(7.0) == 30.0
    for seconds in (1.0, 1.0, 1.0, 1000.0):
        pace.add(seconds)
    assert pace.mean(7.0) == pytest.approx((1 + 1 + 1 + 20) / 4) and len(pace) == 5


@pytest.mark.parametrize("most", [20.0, 400.0])
def test_a_number_that_was_far_too_low_rises_again(most):
    told, now = Told(), 0.0
    told.begin(now)
    assert told.towards(1.0, now) == 1.0
    for _ in range(120):  # a minute of reports, half a second apart
        now += REPORT
        left = told.towards(most, now)
    assert left > 0.7 * most


def test_epochs_that_patience_may_save_are_counted_half():
    follow = TimeLeft(Course(10, 10, patience=2))
    follow.epoch_began(0.0)
    for epoch, (loss, after) in enumerate([(3.0, 9), (2.5, 8), (2.6, 4), (2.4, 6), (2.5, 3), (2.6, 0)], start=1):
        for step in range(1, 11):
            follow.trained(10 * (epoch - 1) + step)
        follow.epoch_ended(loss)
        assert follow._epochs_after(epoch) == pytest.approx(after)
