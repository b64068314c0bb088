# SPDX-License-Identifier: Apache-2.0
"""Writes the tiny TorchScript graph of the tests: python make_test_network.py ../resources/io/hounsfield/benchmarks/accuracy

A new file has a new SHA-256, which the tests compute.
"""
import sys
from pathlib import Path

import torch
from torch import Tensor, nn


class Grey(nn.Module):
    """Pictures 0 to 255, int32 [N,H,W]: lung from 100, lesion from 200."""

    def forward(self, picture: Tensor) -> Tensor:
        return (picture >= 100).to(torch.uint8) + (picture >= 200).to(torch.uint8)


torch.jit.freeze(torch.jit.script(Grey().eval())).save(str(Path(sys.argv[1]) / "grey.pt"))
