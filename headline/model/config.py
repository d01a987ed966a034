"""The shape of a network, and the largest one that is accepted."""

import math
from dataclasses import asdict, dataclass

from headline.errors import SettingError

RECIPE_NAMES = ("autocomplete", "notebook")
# A checkpoint may come from anybody: these bounds are checked before memory is allocated for it.
MAX_SIZES = {"vocab_size": 2_000_000, "block_size": 10_000, "embedding_size": 8_192, "units": 8_192, "layers": 32}
MAX_MOGRIFIER = 8  # rounds; Melis et al. use 5 or 6
MAX_PARAMETERS = 2**29  # 2 GiB in float32
MAX_STATE = 2**26  # numbers in the notebook network's state, which has a lane for each position: 256 MiB in float32


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a network. The tensors and the vocabulary of a checkpoint must agree with it.

    Raises:
        SettingError: a field has a wrong type, or a size is out of bounds.
    """

    recipe: str  # one of RECIPE_NAMES
    vocab_size: int  # V, ids, including padding and the other special tokens
    block_size: int  # the longest row, in ids (notebook: predictors and label together)
    embedding_size: int  # E
    units: int  # U, of each LSTM layer
    layers: int = 1
    embedding_dropout: float = 0.0  # share of the embedding's outputs dropped while training
    dropout: float = 0.1  # on the output of each LSTM layer
    mogrifier: int = 0  # rounds in which each layer's input and state gate each other, see `headline.model.network`

    def __post_init__(self) -> None:
        if self.recipe not in RECIPE_NAMES:
            raise SettingError(f"recipe must be {' or '.join(RECIPE_NAMES)}; it is {_shown(self.recipe)}.")
        for name, most in MAX_SIZES.items():
            size = getattr(self, name)
            if type(size) is not int or not 1 <= size <= most:
                raise SettingError(f"{name} must be a whole number from 1 to {most:,}; it is {_shown(size)}.")
        if type(self.mogrifier) is not int or not 0 <= self.mogrifier <= MAX_MOGRIFIER:
            most, found = MAX_MOGRIFIER, _shown(self.mogrifier)
            raise SettingError(f"mogrifier must be a whole number from 0 to {most}; it is {found}.")
        if self.mogrifier and not self.causal:
            raise SettingError("mogrifier needs the autocomplete recipe; the lesson's LSTM has no such gates.")
        for name in ("embedding_dropout", "dropout"):
            share = getattr(self, name)
            if type(share) not in (int, float) or not 0 <= share < 1:
                raise SettingError(f"{name} must be a number from 0 to below 1; it is {_shown(share)}.")
        if self.parameters > MAX_PARAMETERS:
            raise SettingError(f"These sizes make more than {MAX_PARAMETERS:,} parameters.")
        if not self.causal and 2 * self.block_size * self.units * self.layers > MAX_STATE:
            raise SettingError("block_size, units and layers are too large together for the notebook recipe.")

    @property
    def causal(self) -> bool:
        """Whether every position predicts its next word; otherwise a whole padded row predicts one."""
        return self.recipe == "autocomplete"

    @property
    def projected(self) -> bool:
        """Whether a dense layer maps the LSTM's output (U) to the embedding's width (E) before the tied softmax."""
        return self.causal and self.units != self.embedding_size

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor of the network by its name in a checkpoint, with its shape."""
        v, e, u = self.vocab_size, self.embedding_size, self.units
        tensors: dict[str, tuple[int, ...]] = {"embedding": (v, e)}
        for i in range(self.layers):
            width = u if i else e
            tensors[f"lstm_{i}.kernel"] = (width, 4 * u)
            tensors[f"lstm_{i}.recurrent_kernel"] = (u, 4 * u)
            tensors[f"lstm_{i}.bias"] = (4 * u,)
            for n in range(self.mogrifier):
                kernel = (width, u) if n % 2 else (u, width)  # by turns h gates x and x gates h
                tensors |= {f"lstm_{i}.mogrifier_{n}.kernel": kernel, f"lstm_{i}.mogrifier_{n}.bias": kernel[1:]}
        if self.projected:
            tensors |= {"projection.kernel": (u, e), "projection.bias": (e,)}
        if not self.causal:
            tensors["softmax.kernel"] = (u, v)
        return tensors | {"softmax.bias": (v,)}

    @property
    def state_names(self) -> list[str]:
        """The arrays that a step passes on, layer by layer: h_0, c_0, h_1, …, each of shape (B, units)."""
        return [f"{part}_{i}" for i in range(self.layers) for part in ("h", "c")]

    @property
    def parameters(self) -> int:
        """The number of trained parameters."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def as_dict(self) -> dict:
        """The fields; without `mogrifier` where there is none, as programs write and read them that know of none."""
        stored = asdict(self)
        if not self.mogrifier:
            del stored["mogrifier"]
        return stored


def _shown(value: object) -> str:
    """A value in an error message. A number may have more digits than Python agrees to print."""
    if isinstance(value, int) and abs(value) > 10**40:
        return "a number of more than 40 digits"
    return repr(value)[:40]
