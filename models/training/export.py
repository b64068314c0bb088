# SPDX-License-Identifier: Apache-2.0
"""Exports a checkpoint as TorchScript: int32 HU [N,H,W] in, uint8 labels [N,H,W] out, everything between inside the graph."""
import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from data import GRID, HIGH, LOW
from unet import UNet


class SliceSegmenter(nn.Module):
    """HU slices of any size to labels 0 background, 1 lung, 2 lesion on the same grid.

    A slice that is not square is padded with air below or to the right, so that the network sees true proportions.
    """

    def __init__(self, net: nn.Module, bf16: bool):
        super().__init__()
        self.net = net
        self.bf16 = bf16
        self.grid: int = GRID
        self.low: float = float(LOW)
        self.high: float = float(HIGH)

    def forward(self, hu: torch.Tensor) -> torch.Tensor:
        rows, columns = hu.size(1), hu.size(2)
        side = max(rows, columns)
        x = hu.unsqueeze(1).to(torch.float32).clamp(self.low, self.high)
        if rows != columns:
            x = F.pad(x, [0, side - columns, 0, side - rows], value=self.low)
        if side != self.grid:
            if side % self.grid == 0:
                x = F.avg_pool2d(x, side // self.grid)
            elif side > self.grid:
                x = F.adaptive_avg_pool2d(x, [self.grid, self.grid])
            else:
                x = F.interpolate(x, [self.grid, self.grid], mode="bilinear", align_corners=False)
        x = (x - self.low) * (1.0 / (self.high - self.low))
        if self.bf16:
            x = x.to(torch.bfloat16)
        # two channels: logit of lung and of lesion above that of background
        margin = self.net(x.contiguous(memory_format=torch.channels_last)).to(torch.float32).contiguous()
        if side != self.grid:
            margin = F.interpolate(margin, [side, side], mode="bilinear", align_corners=False)
        if rows != columns:
            margin = margin[:, :, :rows, :columns]
        lung, lesion = margin.select(1, 0), margin.select(1, 1)
        inside = torch.maximum(lung, lesion) > 0
        return inside.to(torch.uint8) + torch.logical_and(inside, lesion > lung).to(torch.uint8)


def folded(net: UNet) -> UNet:
    """BatchNorm folded into the convolutions; the head gives differences to the background's logit."""
    net = net.eval()
    for block in list(net.encoders) + list(net.decoders):
        for i in (0, 3):
            block[i] = fuse_conv_bn_eval(block[i], block[i + 1])
            block[i + 1] = nn.Identity()
    head = nn.Conv2d(net.head.in_channels, 2, 1)
    with torch.no_grad():
        head.weight.copy_(net.head.weight[1:] - net.head.weight[:1])
        head.bias.copy_(net.head.bias[1:] - net.head.bias[:1])
    net.head = head
    return net.to(memory_format=torch.channels_last).requires_grad_(False)


def module(net: UNet, bf16: bool) -> torch.jit.ScriptModule:
    dtype = torch.bfloat16 if bf16 else torch.float32
    net = net.to(dtype)
    example = torch.zeros(4, 1, GRID, GRID, dtype=dtype).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        traced = torch.jit.trace(net, example, check_trace=False)
    return torch.jit.freeze(torch.jit.script(SliceSegmenter(traced, bf16).eval()))


def milliseconds_per_slice(net: torch.jit.ScriptModule, hu: torch.Tensor, runs: int = 20) -> float:
    times = []
    with torch.inference_mode():
        for _ in range(runs + 5):
            begin = time.perf_counter()
            net(hu)
            times.append(time.perf_counter() - begin)
    return float(np.median(times[5:])) / len(hu) * 1000


def curve(work: Path, runs: list[str]) -> str:
    """The training logs of these runs one after the other, with the run's name in the first column."""
    lines = []
    for name in runs:
        header, *rows = (work / f"{name}-log.csv").read_text().splitlines()
        lines += ([] if lines else [f"run,{header}"]) + [f"{name},{row}" for row in rows]
    return "\n".join(lines) + "\n"


def export(work: Path, run: str, before: str | None, base: int, levels: int, out: Path, card: Path, measure: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    state = torch.load(work / f"{run}.pt")
    files = []
    hu = torch.from_numpy(np.load(work / "hu.npz")["hu"][100:104].astype(np.int32)).repeat_interleave(2, 1).repeat_interleave(2, 2)
    labels = {}
    for variant, requires in (("bf16", ["avx512_bf16"]), ("fp32", [])):
        net = UNet(1, 3, base, levels)
        net.load_state_dict(state["averaged"])
        scripted = module(folded(net), variant == "bf16")
        path = out / f"{variant}.pt"
        torch.jit.save(scripted, str(path))
        scripted = torch.jit.load(str(path))
        labels[variant] = scripted(hu)
        for size in ((1, 512, 512), (2, 256, 256), (1, 200, 200), (1, 768, 768), (1, 500, 612)):
            assert scripted(torch.full(size, -1000, dtype=torch.int32)).shape == size
        if measure:
            print(variant, f"{milliseconds_per_slice(scripted, hu):.1f} ms a slice")
        files.append({"variant": variant, "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "requires": requires})
    print("bf16 and fp32 agree on", float((labels["bf16"] == labels["fp32"]).float().mean()))
    manifest = json.loads(card.read_text())
    result = state["result"]
    means = {f"mean{k[0].upper()}{k[1:]}": round(float(np.mean([r[k] for r in result.values()])), 4) for k in ("lungDice", "lesionDice")}
    manifest["accuracy"].update(cases=result, **means)
    manifest["files"] = files
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    rows = [f"| {n} | {r['slices']} | {r['lungDice']:.3f} | {r['lesionDice']:.3f} | {r['percentReference']:.1f} | {r['percentMeasured']:.1f} |" for n, r in result.items()]
    rows.append(f"| **mean** | | **{means['meanLungDice']:.3f}** | **{means['meanLesionDice']:.3f}** | | |")
    text = card.with_name("card.md").read_text().replace("{cases}", "\n".join(rows)).replace("{steps}", str(state["step"]))
    (out / "MODEL_CARD.md").write_text(text)
    (out / "training-log.csv").write_text(curve(work, [before, run] if before else [run]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", default="segmentation")
    parser.add_argument("--manifest", type=Path, default=Path(__file__).with_name("manifest.json"), help="what model.json says beside files and accuracy")
    parser.add_argument("--out", type=Path, default=Path("models/lung-lesion-unet"))
    parser.add_argument("--measure", action="store_true", help="print milliseconds a slice at batch 4, 512 x 512")
    options = parser.parse_args()
    section = json.loads(options.config.read_text())[options.run]
    export(options.work, options.run, section.get("startFrom"), section["base"], section["levels"], options.out, options.manifest, options.measure)
