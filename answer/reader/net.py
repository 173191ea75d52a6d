"""The reader's network, and its trained part on disk.

A BERT encoder whose lowest layers and embeddings are those of the installed encoder, and whose
upper layers and outputs are trained. The trained tensors are kept as int8 with one float16 scale
a row; those of one dimension as float16. torch is imported here at the top: import this module
where the network is used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from answer.reader.files import FILE, FORMAT, metadata, word_rows

HEADS = 12
EPSILON = 1e-12


class Layer(nn.Module):
    """One BERT layer, normalised after each half; names are those of this file, not BERT's."""

    def __init__(self, hidden: int, inner: int) -> None:
        super().__init__()
        self.attend = nn.Linear(hidden, 3 * hidden)
        self.merge = nn.Linear(hidden, hidden)
        self.merge_norm = nn.LayerNorm(hidden, eps=EPSILON)
        self.widen = nn.Linear(hidden, inner)
        self.narrow = nn.Linear(inner, hidden)
        self.narrow_norm = nn.LayerNorm(hidden, eps=EPSILON)

    def forward(self, states: Tensor, mask: Tensor | None, dropout: float) -> Tensor:
        batch, length, hidden = states.shape
        parts = self.attend(states).view(batch, length, 3, HEADS, hidden // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        merged = self.merge(seen.transpose(1, 2).reshape(batch, length, hidden))
        if dropout:
            merged = functional.dropout(merged, dropout)
        states = self.merge_norm(states + merged)
        narrowed = self.narrow(functional.gelu(self.widen(states)))
        if dropout:
            narrowed = functional.dropout(narrowed, dropout)
        return cast(Tensor, self.narrow_norm(states + narrowed))


class ReaderNet(nn.Module):
    """Token ids to a start and an end score each, and one «not answered here» score a window.

    ``frozen`` layers from below are never trained; the word table stays outside the network, as
    it fills most of the encoder's file: rows are given by ``embed``.
    """

    def __init__(self, *, hidden: int, inner: int, layers: int, frozen: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.dropout = 0.0
        self.places = nn.Parameter(torch.zeros(512, hidden), requires_grad=False)
        self.first_norm = nn.LayerNorm(hidden, eps=EPSILON)
        self.layers = nn.ModuleList(Layer(hidden, inner) for _ in range(layers))
        self.span = nn.Linear(hidden, 2)
        self.pool = nn.Linear(hidden, hidden)
        self.absent = nn.Linear(hidden, 1)

    def forward(self, embedded: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Score windows.

        Args:
            embedded: word vectors (windows, tokens, hidden).
            mask: True where there is a token (windows, tokens); None where all are.

        Returns:
            Start scores and end scores (windows, tokens), absence scores (windows,).
        """
        wide = None if mask is None else mask[:, None, None, :]
        with torch.no_grad():
            states = self.first_norm(embedded + self.places[: embedded.shape[1]])
            for layer in self.layers[: self.frozen]:
                states = layer(states, wide, 0.0)
        dropout = self.dropout if self.training else 0.0
        for layer in self.layers[self.frozen :]:
            states = layer(states, wide, dropout)
        start, end = self.span(states).float().unbind(-1)
        absent = self.absent(torch.tanh(self.pool(states[:, 0]))).float().squeeze(-1)
        return start, end, absent

    def trained(self) -> dict[str, Tensor]:
        """Return the tensors that training changes, by name."""
        own = {f"layers.{i}." for i in range(self.frozen, len(self.layers))}
        own |= {"span.", "pool.", "absent."}
        return {n: t for n, t in self.state_dict().items() if n.startswith(tuple(own))}


def from_encoder(folder: Path, frozen: int) -> ReaderNet:
    """Return a network with the weights of the encoder in ``folder`` (BertModel's names)."""
    from safetensors import safe_open

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    net = ReaderNet(
        hidden=config["hidden_size"],
        inner=config["intermediate_size"],
        layers=config["num_hidden_layers"],
        frozen=frozen,
    )
    with safe_open(folder / "model.safetensors", framework="pt") as file, torch.no_grad():
        get = file.get_tensor
        types = get("embeddings.token_type_embeddings.weight")
        net.places.copy_(get("embeddings.position_embeddings.weight") + types[0])
        _copy(net.first_norm, get, "embeddings.LayerNorm")
        for number, layer in enumerate(net.layers):
            at = f"encoder.layer.{number}."
            parts = [f"{at}attention.self.{name}" for name in ("query", "key", "value")]
            attend = cast(Layer, layer).attend
            attend.weight.copy_(torch.cat([get(f"{part}.weight") for part in parts]))
            attend.bias.copy_(torch.cat([get(f"{part}.bias") for part in parts]))
            _copy(cast(Layer, layer).merge, get, f"{at}attention.output.dense")
            _copy(cast(Layer, layer).merge_norm, get, f"{at}attention.output.LayerNorm")
            _copy(cast(Layer, layer).widen, get, f"{at}intermediate.dense")
            _copy(cast(Layer, layer).narrow, get, f"{at}output.dense")
            _copy(cast(Layer, layer).narrow_norm, get, f"{at}output.LayerNorm")
    return net


def word_table(folder: Path) -> Tensor:
    """Return the encoder's word vectors, mapped from its file: only the rows asked for are read."""
    return torch.from_numpy(word_rows(folder))


def _copy(module: Any, get: Any, name: str) -> None:
    module.weight.copy_(get(f"{name}.weight"))
    module.bias.copy_(get(f"{name}.bias"))


def quantise(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return int8 numbers and a float16 scale a row, so that row × scale is nearly the matrix.

    The largest number of a row becomes ±127; a row of zeros has scale 0.
    """
    scale = (matrix.abs().amax(dim=1) / 127).to(torch.float16)
    # A row so small that its scale vanishes in float16 becomes zeros.
    divisor = torch.where(scale > 0, scale.float(), torch.ones(()))
    whole = torch.round(matrix / divisor[:, None]).clamp(-127, 127)
    return torch.where(scale[:, None] > 0, whole, torch.zeros(())).to(torch.int8), scale


def dequantise(whole: Tensor, scale: Tensor) -> Tensor:
    """Return the float32 matrix that int8 numbers and a scale a row stand for."""
    return whole.float() * scale.float()[:, None]


def save(net: ReaderNet, folder: Path, said: dict[str, str]) -> Path:
    """Write the trained tensors to ``folder`` and return the file; whole or not at all."""
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for name, tensor in net.trained().items():
        value = tensor.detach().float().cpu()
        if value.dim() == 2:
            tensors[name], tensors[f"{name}.scale"] = quantise(value)
        else:
            tensors[name] = value.to(torch.float16)
    folder.mkdir(parents=True, exist_ok=True)
    path, scratch = folder / FILE, folder / f".{FILE}.tmp"
    kept = {**said, "format": FORMAT, "frozen": str(net.frozen)}
    save_file(tensors, scratch, metadata=kept)
    scratch.chmod(0o644)  # safetensors lets nobody else read what it writes
    scratch.replace(path)
    return path


def load(path: Path, encoder_dir: Path) -> tuple[ReaderNet, dict[str, str]]:
    """Return the network of a file written by ``save`` on its encoder, and the file's metadata."""
    from safetensors import safe_open

    said = metadata(path)
    with safe_open(path, framework="pt") as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    net = from_encoder(encoder_dir, int(said["frozen"]))
    values = net.state_dict()
    for name in net.trained():
        value = stored[name]
        scale = stored.get(f"{name}.scale")
        values[name] = value.float() if scale is None else dequantise(value, scale)
    net.load_state_dict(values)
    return net.eval(), said
