"""What one process of several computes of a batch."""

import math
from dataclasses import dataclass

import numpy as np

_NEVER = np.float32(1e9)  # log chance of a candidate that only fills up: its logit is lowered by it, so it has no part


@dataclass(frozen=True)
class Share:
    """The share of a process. Every process reads the same batch, and Keras joins what they give."""

    process: int = 0  # from 0
    processes: int = 1
    devices: int = 1  # of all processes; each has as many
    multiple: int = 1  # that the number of candidates is filled up to: JAX compiles anew for each number

    def rows(self, batch: np.ndarray, fill: float = 0, multiple: int = 1) -> np.ndarray:
        """This process's part of an array, along the first axis, which is filled up so that all devices get as much.

        Rows of padding count neither in the loss nor in the metric.

        >>> Share(1, 2, 2).rows(np.array([[5, 6], [7, 8], [9, 9]])).tolist()
        [[9, 9], [0, 0]]
        """
        missing = -len(batch) % math.lcm(self.devices, multiple)
        if missing:
            batch = np.concatenate([batch, np.full((missing, *batch.shape[1:]), fill, dtype=batch.dtype)])
        size = len(batch) // self.processes
        return batch[self.process * size : (self.process + 1) * size]

    def candidates(self, candidates: np.ndarray, log_chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """This process's part of a sampled softmax's candidates; Keras divides every input along its first axis."""
        return self.rows(candidates, 0, self.multiple), self.rows(log_chance, float(_NEVER), self.multiple)
