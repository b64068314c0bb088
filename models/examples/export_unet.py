# SPDX-License-Identifier: Apache-2.0
"""Makes a model folder for Hounsfield out of a PyTorch network. Needs PyTorch alone.

    python export_unet.py --out ~/my-models/my-unet --name my-unet --version 1.0 [--checkpoint my.pt]

The network here is the U-Net of Ronneberger et al. (MICCAI 2015, doi 10.1007/978-3-319-24574-4_28) with BatchNorm and padded
convolutions. Put your own in its place in network(); any module that maps [N,1,256,256] to the logits [N,3,256,256] of
background, lung and lesion will do, such as segmentation_models_pytorch.Unet("resnet18", in_channels=1, classes=3).
Without --checkpoint its weights are random: the folder then shows the contract and segments nothing.
"""
import argparse
import hashlib
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 256
LOW_HU, HIGH_HU = -1024.0, 400.0


class UNet(nn.Module):
    def __init__(self, base: int = 16, levels: int = 5):
        super().__init__()
        widths = [base * 2**i for i in range(levels)]
        self.encoders = nn.ModuleList(self.block(a, b) for a, b in zip([1] + widths[:-1], widths))
        pairs = list(zip(widths[:0:-1], widths[-2::-1]))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in pairs)
        self.decoders = nn.ModuleList(self.block(2 * b, b) for _, b in pairs)
        self.head = nn.Conv2d(base, 3, 1)

    @staticmethod
    def block(inputs: int, outputs: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for width in (inputs, outputs):
            layers += [nn.Conv2d(width, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        return nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for i, encoder in enumerate(self.encoders):
            x = encoder(x if i == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for up, decoder in zip(self.ups, self.decoders):
            x = decoder(torch.cat([skips.pop(), up(x)], 1))
        return self.head(x)


def network(checkpoint: Path | None) -> nn.Module:
    torch.manual_seed(1)
    net = UNet()
    if checkpoint is not None:
        net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    return net.eval()


class Graph(nn.Module):
    """What Hounsfield calls: int32 HU [N,H,W] in; labels uint8 [N,H,W] and evidence float32 [N,3] out."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.grid: int = GRID
        self.low: float = LOW_HU
        self.high: float = HIGH_HU

    def forward(self, hu: Tensor) -> tuple[Tensor, Tensor]:
        rows, columns = hu.size(1), hu.size(2)
        x = hu.unsqueeze(1).to(torch.float32).clamp(self.low, self.high)
        x = F.interpolate(x, [self.grid, self.grid], mode="bilinear", align_corners=False, antialias=True)
        logits = self.net((x - self.low) / (self.high - self.low)).to(torch.float32)
        p = logits.softmax(1)
        lesion = p.select(1, 2)
        voxels = float(rows * columns) / float(self.grid * self.grid)
        evidence = torch.stack([(1 - p.select(1, 0)).sum([1, 2]), lesion.sum([1, 2]), (lesion * (1 - lesion)).sum([1, 2])], 1) * voxels
        logits = F.interpolate(logits, [rows, columns], mode="bilinear", align_corners=False)
        return logits.argmax(1).to(torch.uint8), evidence


def flops_per_slice(net: nn.Module) -> int:
    """Multiplications and additions of the convolutions for one slice."""
    total = 0

    def count(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        weights = module.weight.numel()
        pixels = output.shape[2] * output.shape[3]
        # a transposed convolution puts each weight to use once for each pixel of its input
        total += 2 * weights * (pixels // (module.stride[0] * module.stride[1]) if isinstance(module, nn.ConvTranspose2d) else pixels)

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    with torch.no_grad():
        net(torch.zeros(1, 1, GRID, GRID))
    for hook in hooks:
        hook.remove()
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the model; made if it is not there")
    parser.add_argument("--name", default="my-unet")
    parser.add_argument("--version", default="1.0")
    parser.add_argument("--checkpoint", type=Path, help="state_dict of the network")
    options = parser.parse_args()
    net = network(options.checkpoint)
    with torch.no_grad():
        traced = torch.jit.trace(net, torch.zeros(1, 1, GRID, GRID), check_trace=False)
        graph = torch.jit.freeze(torch.jit.script(Graph(traced).eval()))
    options.out.mkdir(parents=True, exist_ok=True)
    weights = options.out / "fp32.pt"
    torch.jit.save(graph, str(weights))
    untrained = [] if options.checkpoint else ["Its weights are random: it segments nothing."]
    manifest = {
        "name": options.name,
        "version": options.version,
        "description": "U-Net (base 16, 256 x 256) for lungs and lesions on axial chest CT slices in HU",
        "input": {"dtype": "int32", "unit": "HU"},
        "output": {"dtype": "uint8"},
        "labels": [
            {"value": 0, "name": "background"},
            {"value": 1, "name": "lung", "code": {"scheme": "SCT", "value": "39607008", "meaning": "Lung"}},
            {"value": 2, "name": "lesion", "code": {"scheme": "DCM", "value": "112001", "meaning": "Opacity"}},
        ],
        "networkGrid": [GRID, GRID],
        "batch": 4,
        "flopsPerSlice": flops_per_slice(net),
        "files": [{"variant": "fp32", "file": weights.name, "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(), "requires": []}],
        "licence": "Say here under which terms the weights may be used",
        "intendedUse": "Research",
        "limits": untrained + ["Say here what it was not trained or tested on."],
    }
    (options.out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{options.name}@{options.version} is in {options.out}")


if __name__ == "__main__":
    main()
