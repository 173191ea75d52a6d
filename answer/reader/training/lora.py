"""Low-rank adapters for the reader's trained layers (Hu et al. 2021, «LoRA»).

A way to train that ``answer.train --lora RANK`` compares with training the layers whole.
"""

from __future__ import annotations

import math
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from answer.reader.net import ReaderNet


class LowRank(nn.Module):
    """A matrix plus a trained product of two thin ones, which is zero at first."""

    def __init__(self, rows: int, columns: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.scale = 2.0

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.scale * (self.up @ self.down)


def adapt(net: ReaderNet, rank: int) -> None:
    """Give every matrix of the layers above the frozen ones an adapter, and train only those.

    The outputs are trained whole.
    """
    net.requires_grad_(False)
    for layer in net.layers[net.frozen :]:
        for part in [m for m in layer.children() if isinstance(m, nn.Linear)]:
            adapter = LowRank(part.out_features, part.in_features, rank).to(part.weight.device)
            parametrize.register_parametrization(part, "weight", adapter)
            cast(Any, part).parametrizations.weight.original.requires_grad_(False)
    for head in (net.span, net.pool, net.absent):
        head.requires_grad_(True)


def merged(net: ReaderNet) -> ReaderNet:
    """Return an ordinary network with the adapters added to their matrices."""
    hidden, inner = net.span.in_features, cast(Any, net.layers[0]).widen.out_features
    whole = ReaderNet(hidden=hidden, inner=inner, layers=len(net.layers), frozen=net.frozen)
    values = {}
    for name in whole.state_dict():
        place, _, kind = name.rpartition(".")
        values[name] = getattr(net.get_submodule(place), kind).detach().clone()
    whole.load_state_dict(values)
    return whole
