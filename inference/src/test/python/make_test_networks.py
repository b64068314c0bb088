# SPDX-License-Identifier: Apache-2.0
"""Writes the tiny TorchScript graphs that the tests run: python make_test_networks.py ../resources/io/hounsfield/inference [NAME ...]

Each takes int32 HU [N,H,W]; what it answers is in its docstring. A new file has a new SHA-256, which the tests compute.
"""
import sys
from pathlib import Path
from typing import Tuple

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


class Evidence(nn.Module):
    """Labels of Threshold; p(lung or lesion) is 0.75 from -950 HU, p(lesion) 0.25 from -300 HU."""

    def forward(self, hu: Tensor) -> Tuple[Tensor, Tensor]:
        labels = (hu >= -950).to(torch.uint8) + (hu >= -300).to(torch.uint8)
        lung = (hu >= -950).to(torch.float32) * 0.75
        lesion = (hu >= -300).to(torch.float32) * 0.25
        return labels, torch.stack([lung.sum([1, 2]), lesion.sum([1, 2]), (lesion * (1 - lesion)).sum([1, 2])], 1)


class GivenEvidence(nn.Module):
    """0; evidence is the first three voxels of each slice, with 0 for -1024, NaN for 30000 and infinity for 30001."""

    def forward(self, hu: Tensor) -> Tuple[Tensor, Tensor]:
        values = hu.flatten(1)[:, :3].to(torch.float32)
        values = torch.where(values == -1024, torch.zeros_like(values), values)
        values = torch.where(values == 30000, torch.full_like(values, float("nan")), values)
        values = torch.where(values == 30001, torch.full_like(values, float("inf")), values)
        return torch.zeros_like(hu, dtype=torch.uint8), values


class TwoNumbers(nn.Module):
    """0, with two numbers of evidence a slice instead of three."""

    def forward(self, hu: Tensor) -> Tuple[Tensor, Tensor]:
        return torch.zeros_like(hu, dtype=torch.uint8), torch.zeros(hu.size(0), 2)


class Grey(nn.Module):
    """1 from the grey value 128, 2 from 200."""

    def forward(self, grey: Tensor) -> Tensor:
        return (grey >= 128).to(torch.uint8) + (grey >= 200).to(torch.uint8)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:]  # names of graphs; all where none is given
    for name, module in {
        "threshold": Threshold(),
        "batch-size": BatchSize(),
        "out-of-range": OutOfRange(),
        "fails": Fails(),
        "logits": Logits(),
        "half-size": HalfSize(),
        "evidence": Evidence(),
        "given-evidence": GivenEvidence(),
        "two-numbers": TwoNumbers(),
        "grey": Grey(),
    }.items():
        if wanted and name not in wanted:
            continue
        torch.jit.save(torch.jit.script(module.eval()), str(out / f"{name}.pt"))
