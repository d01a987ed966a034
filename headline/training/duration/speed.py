"""How fast this machine trains: measured once by a few steps of a small network, kept, and corrected by every run."""

import contextlib
import json
import math
import os
import platform
import time
from pathlib import Path

from headline.training.device import device_description
from headline.training.duration.work import ListSize, work
from headline.training.loading import load_keras
from headline.training.settings import TrainingConfig

_FILE = "speed.json"
_STEPS, _WARM_UP = 8, 3  # of the small network; the first ones compile it
_NEWEST = 0.5  # weight of the newest run in the mean of the logarithms
_EXTREME = 1e4  # a factor beyond this, or below its inverse, is no measurement
# A small network on a made-up list: two seconds of work after Keras has been loaded.
_SETTINGS = TrainingConfig(units=128, embedding_size=128, epochs=1, batch_size=32, candidates=0, min_count=1)
_LIST = ListSize(headlines=(_STEPS + _WARM_UP) * 32, words=(_STEPS + _WARM_UP) * 32 * 8, distinct=3_000, longest=8)


def known_factor() -> float | None:
    """Return the seconds that this machine takes for one second of `work`; None if that was not measured yet."""
    factor = _read().get(_machine())
    usable = isinstance(factor, int | float) and 1 / _EXTREME < factor < _EXTREME
    return float(factor) if usable else None  # type: ignore[arg-type]


def measure_factor() -> float:
    """Measure the factor by a few training steps, and keep it. Loads Keras."""
    took, expected = _step_seconds(), work(_SETTINGS, _LIST).step
    return _keep(took / expected)


def correct_factor(expected: float, took: float) -> None:
    """Correct the factor by a run that was expected to take `expected` seconds with the factor 1."""
    if not (expected > 0 and took > 0):
        return
    found, known = took / expected, known_factor()
    if known is not None:
        found = math.exp(_NEWEST * math.log(found) + (1 - _NEWEST) * math.log(known))
    _keep(found)


def _step_seconds() -> float:
    """The time of a training step of the small network, in seconds: the median of a few."""
    import numpy as np

    load_keras()
    from headline.training.network.accelerator import compute_policy, computing_in
    from headline.training.network.keras_model import build_model
    from headline.training.network.objective import compile_model

    config = _SETTINGS.model_config(_LIST.distinct + 4, _LIST.longest)
    with computing_in(compute_policy(_SETTINGS)):
        model = build_model(config)
    compile_model(model, _SETTINGS, _STEPS + _WARM_UP)
    rng = np.random.default_rng(0)
    x, y = rng.integers(4, config.vocab_size, (2, _SETTINGS.batch_size, _LIST.longest + 1), dtype=np.int32)
    seconds = []
    for _ in range(_STEPS + _WARM_UP):
        began = time.perf_counter()
        model.train_on_batch(x, y)
        seconds.append(time.perf_counter() - began)
    return sorted(seconds[_WARM_UP:])[_STEPS // 2]


def _machine() -> str:
    """What the factor belongs to: another device, processor or number of cores has another one."""
    return f"{platform.node()}: {device_description()} {platform.machine()} {platform.processor()}".strip()


def _path() -> Path:
    return Path(os.environ.get("HEADLINE_CACHE") or Path.home() / ".cache" / "headline") / _FILE


def _read() -> dict:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(_path().read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _keep(factor: float) -> float:
    """Write a factor down. Where that is not allowed it is measured again the next time."""
    if not 1 / _EXTREME < factor < _EXTREME:
        return 1.0
    path = _path()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{_FILE}.{os.getpid()}")
        written.write_text(json.dumps(_read() | {_machine(): round(factor, 4)}, indent=2), encoding="utf-8")
        written.replace(path)
    return factor
