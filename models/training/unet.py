# SPDX-License-Identifier: Apache-2.0
"""The one network architecture of this folder: a plain 2D U-Net.

Ronneberger et al., MICCAI 2015, doi 10.1007/978-3-319-24574-4_28, with BatchNorm after each convolution so that
it folds into the weights at export, and nearest-neighbour plus 1x1 up-convolutions.
"""
import torch
from torch import nn


def _block(cin: int, cout: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True),
        nn.Conv2d(cout, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class UNet(nn.Module):
    """Input [N, inputs, H, W], output [N, outputs, H, W] (logits or values); H and W multiples of 2 ** (levels - 1)."""

    def __init__(self, inputs: int, outputs: int, base: int = 16, levels: int = 5):
        super().__init__()
        widths = [base * 2 ** i for i in range(levels)]
        self.encoders = nn.ModuleList(_block(a, b) for a, b in zip([inputs] + widths[:-1], widths))
        self.pool = nn.MaxPool2d(2)
        pairs = list(zip(widths[:0:-1], widths[-2::-1]))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in pairs)
        self.decoders = nn.ModuleList(_block(2 * b, b) for _, b in pairs)
        self.head = nn.Conv2d(base, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips: list[torch.Tensor] = []
        for i, encoder in enumerate(self.encoders):
            x = encoder(x if i == 0 else self.pool(x))
            skips.append(x)
        skips.pop()
        for up, decoder in zip(self.ups, self.decoders):
            x = decoder(torch.cat([skips.pop(), up(x)], 1))
        return self.head(x)
