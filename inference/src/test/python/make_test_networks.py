# SPDX-License-Identifier: Apache-2.0
"""Writes the tiny TorchScript graphs that the tests run: python make_test_networks.py ../resources/io/hounsfield/inference

Each takes int32 HU [N,H,W]; what it answers is in its docstring. A new file has a new SHA-256, which the tests compute.
"""
import sys
from pathlib import Path

import torch
from torch import Tensor, nn


class Threshold(nn.Module):
    """1 from -950 HU, 2 from -300 HU."""

    def forward(self, hu: Tensor) -> Tensor:
        return (hu >= -950).to(torch.uint8) + (hu >= -300).to(torch.uint8)


class BatchSize(nn.Module):
    """1 everywhere if the batch has four slices, otherwise 2."""

    def forward(self, hu: Tensor) -> Tensor:
        return torch.full_like(hu, 1 if hu.size(0) == 4 else 2, dtype=torch.uint8)


class OutOfRange(nn.Module):
    """7 where HU exceed 1000, otherwise 0."""

    def forward(self, hu: Tensor) -> Tensor:
        return (hu > 1000).to(torch.uint8) * 7


class Fails(nn.Module):
    """0, but raises an error where HU exceed 1000."""

    def forward(self, hu: Tensor) -> Tensor:
        if bool((hu > 1000).any()):
            raise RuntimeError("more than 1000 HU")
        return torch.zeros_like(hu, dtype=torch.uint8)


class Logits(nn.Module):
    """Floats, not labels."""

    def forward(self, hu: Tensor) -> Tensor:
        return hu.to(torch.float32)


class HalfSize(nn.Module):
    """Labels of every second row only."""

    def forward(self, hu: Tensor) -> Tensor:
        return hu[:, ::2].to(torch.uint8).contiguous()


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, module in {
        "threshold": Threshold(),
        "batch-size": BatchSize(),
        "out-of-range": OutOfRange(),
        "fails": Fails(),
        "logits": Logits(),
        "half-size": HalfSize(),
    }.items():
        torch.jit.save(torch.jit.script(module.eval()), str(out / f"{name}.pt"))
