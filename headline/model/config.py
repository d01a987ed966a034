"""The shape of a network."""

import math
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a network. Everything that loading a checkpoint has to agree with."""

    recipe: str  # "notebook" or "autocomplete"
    vocab_size: int  # ids, marks and padding included
    block_size: int  # the longest row, in ids (notebook: predictors and label together)
    embedding_size: int
    units: int  # of each LSTM layer
    layers: int = 1
    embedding_dropout: float = 0.0
    dropout: float = 0.1  # on the output of each LSTM layer

    @property
    def causal(self) -> bool:
        """Whether every position predicts its next word; else a whole padded row predicts one."""
        return self.recipe == "autocomplete"

    @property
    def projected(self) -> bool:
        """Whether the LSTM's output is brought to the embedding's width before the tied softmax."""
        return self.causal and self.units != self.embedding_size

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor of the network by its name in a checkpoint, with its shape."""
        v, e, u = self.vocab_size, self.embedding_size, self.units
        tensors: dict[str, tuple[int, ...]] = {"embedding": (v, e)}
        for i in range(self.layers):
            tensors[f"lstm_{i}.kernel"] = (u if i else e, 4 * u)
            tensors[f"lstm_{i}.recurrent_kernel"] = (u, 4 * u)
            tensors[f"lstm_{i}.bias"] = (4 * u,)
        if self.projected:
            tensors |= {"projection.kernel": (u, e), "projection.bias": (e,)}
        if not self.causal:
            tensors["softmax.kernel"] = (u, v)
        return tensors | {"softmax.bias": (v,)}

    @property
    def state_names(self) -> list[str]:
        """The arrays that one step carries on, layer by layer: h_0, c_0, h_1, …, each of shape (B, units)."""
        return [f"{part}_{i}" for i in range(self.layers) for part in ("h", "c")]

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def as_dict(self) -> dict:
        return asdict(self)
