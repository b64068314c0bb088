# SPDX-License-Identifier: Apache-2.0
"""Exports checkpoints as TorchScript models: `service` takes HU slices, `slices` takes the 8-bit pictures of the benchmark set."""
import argparse
import hashlib
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from data import GRID, HIGH, LOW
from train import section
from unet import UNet

_BINS, _TILES, _CLIP_LIMIT = 256, 8, 7.0


class Clahe(nn.Module):
    """CLAHE of grey values 0..255 [N,256,256] on 8 x 8 tiles with clip limit 7, to the value what OpenCV's createCLAHE gives."""

    def __init__(self):
        super().__init__()
        side = GRID // _TILES
        self.clip = int(_CLIP_LIMIT * side * side / _BINS)
        self.scale = (_BINS - 1) / (side * side)
        self.tiles: int = _TILES * _TILES
        self.levels: int = _BINS
        tile = torch.arange(GRID) // side
        place = torch.arange(GRID, dtype=torch.float32) / side - 0.5
        before = place.floor()
        across = _TILES * _BINS  # bins of a row of tiles
        self.register_buffer("tile_row", (tile * across)[:, None])
        self.register_buffer("tile_column", (tile * _BINS)[None, :])
        low, high = before.clamp(min=0).long(), (before + 1).clamp(max=_TILES - 1).long()
        self.register_buffer("top", (low * across)[:, None])
        self.register_buffer("bottom", (high * across)[:, None])
        self.register_buffer("left", (low * _BINS)[None, :])
        self.register_buffer("right", (high * _BINS)[None, :])
        self.register_buffer("right_weight", (place - before)[None, :])
        self.register_buffer("bottom_weight", (place - before)[:, None])
        self.register_buffer("bins", torch.arange(_BINS).reshape(1, 1, _BINS))

    def grey(self, table: torch.Tensor, value: torch.Tensor, row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        """What the tables of the tiles at row and column make of each value."""
        return table.gather(1, (value + row + column).flatten(1)).view(value.size())

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        n = grey.size(0)
        value = grey.long()
        counts = torch.zeros([n, self.tiles * self.levels], dtype=torch.int32, device=value.device)
        place = (value + self.tile_row + self.tile_column).flatten(1)
        counts.scatter_add_(1, place, torch.ones_like(place, dtype=torch.int32))
        counts = counts.view(n, self.tiles, self.levels)
        clipped = (counts - self.clip).clamp(min=0).sum(2, keepdim=True)
        counts = counts.clamp(max=self.clip) + torch.div(clipped, self.levels, rounding_mode="floor").to(torch.int32)
        rest = torch.remainder(clipped, self.levels)
        step = torch.div(torch.full_like(rest, self.levels), rest.clamp(min=1), rounding_mode="floor").clamp(min=1)
        counts = counts + ((torch.remainder(self.bins, step) == 0) & (torch.div(self.bins, step, rounding_mode="floor") < rest)).to(torch.int32)
        table = (counts.cumsum(2).to(torch.float32) * self.scale).round().clamp(max=255).view(n, -1)
        above = self.grey(table, value, self.top, self.left) * (1 - self.right_weight) + self.grey(table, value, self.top, self.right) * self.right_weight
        below = self.grey(table, value, self.bottom, self.left) * (1 - self.right_weight) + self.grey(table, value, self.bottom, self.right) * self.right_weight
        return (above * (1 - self.bottom_weight) + below * self.bottom_weight).round()


class Decision(nn.Module):
    """Margins over background [N,2,h,h] to labels on the slice's own grid, and what the network expects of each slice.

    Evidence [N,3]: expected voxels of lung (lesion included), of lesion, and the variance of the latter, in voxels of the slice.
    """

    def forward(self, margin: torch.Tensor, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
        side = max(rows, columns)
        rise = margin.clamp(max=30.0).exp()
        total = 1 + rise.sum(1)
        lesion = rise.select(1, 1) / total
        voxels = float(side * side) / float(margin.size(2) * margin.size(3))
        evidence = torch.stack([(1 - 1 / total).sum([1, 2]), lesion.sum([1, 2]), (lesion * (1 - lesion)).sum([1, 2])], 1) * voxels
        if side != margin.size(2):
            margin = F.interpolate(margin, [side, side], mode="bilinear", align_corners=False)
        if rows != columns:
            margin = margin[:, :, :rows, :columns]
        lung_margin, lesion_margin = margin.select(1, 0), margin.select(1, 1)
        inside = torch.maximum(lung_margin, lesion_margin) > 0
        return inside.to(torch.uint8) + torch.logical_and(inside, lesion_margin > lung_margin).to(torch.uint8), evidence


class SliceSegmenter(nn.Module):
    """HU slices of any size to labels 0 background, 1 lung, 2 lesion on the same grid, with their evidence.

    A slice that is not square is padded with air below or to the right, so that the network sees true proportions.
    """

    def __init__(self, net: nn.Module, bf16: bool):
        super().__init__()
        self.net, self.bf16 = net, bf16
        self.clahe, self.decision = Clahe(), Decision()
        self.grid: int = GRID
        self.low: float = float(LOW)
        self.high: float = float(HIGH)

    def forward(self, hu: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows, columns = hu.size(1), hu.size(2)
        side = max(rows, columns)
        x = hu.unsqueeze(1).to(torch.float32).clamp(self.low, -self.low)
        if rows != columns:
            x = F.pad(x, [0, side - columns, 0, side - rows], value=self.low)
        picture = self.clahe(((on_grid(x, self.grid) - self.low) * (255 / (-2 * self.low))).floor().squeeze(1)).unsqueeze(1) * (1 / 255)
        density = (on_grid(x.clamp(max=self.high), self.grid) - self.low) * (1 / (self.high - self.low))
        both = torch.cat([density, picture], 1)
        if self.bf16:
            both = both.to(torch.bfloat16)
        return self.decision(self.net(both.contiguous(memory_format=torch.channels_last)).to(torch.float32).contiguous(), rows, columns)


class PictureSegmenter(nn.Module):
    """8-bit pictures 0..255 of the labelled set (stretch and CLAHE done) to labels, through the restoration network."""

    def __init__(self, restoration: nn.Module, net: nn.Module, bf16: bool):
        super().__init__()
        self.restoration, self.net, self.bf16 = restoration, net, bf16
        self.decision = Decision()
        self.grid: int = GRID
        self.span: float = float(HIGH - LOW)

    def forward(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows, columns = grey.size(1), grey.size(2)
        side = max(rows, columns)
        x = grey.unsqueeze(1).to(torch.float32).clamp(0, 255)
        if rows != columns:
            x = F.pad(x, [0, side - columns, 0, side - rows])
        picture = (on_grid(x, self.grid) * (1 / 255)).contiguous(memory_format=torch.channels_last)
        if self.bf16:
            picture = picture.to(torch.bfloat16)
        # whole HU, as the training's cache holds them
        density = (self.restoration(picture).to(torch.float32).clamp(0, 1) * self.span).round() * (1 / self.span)
        both = torch.cat([density.to(picture.dtype), picture], 1)
        return self.decision(self.net(both.contiguous(memory_format=torch.channels_last)).to(torch.float32).contiguous(), rows, columns)


def on_grid(x: torch.Tensor, grid: int) -> torch.Tensor:
    """A square picture [N,1,side,side] on the network's grid: averages over area, or interpolated where it is smaller."""
    side = x.size(2)
    if side == grid:
        return x
    if side % grid == 0:
        return F.avg_pool2d(x, side // grid)
    if side > grid:
        return F.adaptive_avg_pool2d(x, [grid, grid])
    return F.interpolate(x, [grid, grid], mode="bilinear", align_corners=False)


def folded(net: UNet, margins: bool, lesion_odds: float = 1) -> UNet:
    """BatchNorm folded into the convolutions; with margins the head gives differences to the background's logit, lesion's raised by its odds."""
    net = net.eval()
    for block in list(net.encoders) + list(net.decoders):
        for i in (0, 3):
            block[i] = fuse_conv_bn_eval(block[i], block[i + 1])
            block[i + 1] = nn.Identity()
    if margins:
        head = nn.Conv2d(net.head.in_channels, 2, 1)
        with torch.no_grad():
            head.weight.copy_(net.head.weight[1:] - net.head.weight[:1])
            head.bias.copy_(net.head.bias[1:] - net.head.bias[:1] + torch.tensor([0, math.log(lesion_odds)]))
        net.head = head
    return net.to(memory_format=torch.channels_last).requires_grad_(False)


def traced(net: UNet, inputs: int, bf16: bool) -> torch.jit.ScriptModule:
    dtype = torch.bfloat16 if bf16 else torch.float32
    example = torch.zeros(4, inputs, GRID, GRID, dtype=dtype).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        return torch.jit.trace(net.to(dtype), example, check_trace=False)


def frozen(module: nn.Module) -> torch.jit.ScriptModule:
    return torch.jit.freeze(torch.jit.script(module.eval()))


def load(path: Path, inputs: int, outputs: int, config: dict) -> UNet:
    state = torch.load(path)
    net = UNet(inputs, outputs, config["base"], config.get("levels", 5))
    net.load_state_dict(state.get("averaged", state["net"]))
    return net


def service_module(checkpoint: Path, config: dict, bf16: bool) -> torch.jit.ScriptModule:
    return frozen(SliceSegmenter(traced(folded(load(checkpoint, 2, 3, config), True, config["lesionOdds"]), 2, bf16), bf16))


def slices_module(checkpoint: Path, restoration: Path, config: dict, bf16: bool) -> torch.jit.ScriptModule:
    first = traced(folded(load(restoration, 1, 1, config), False), 1, bf16)
    return frozen(PictureSegmenter(first, traced(folded(load(checkpoint, 2, 3, config), True, config["lesionOdds"]), 2, bf16), bf16))


def milliseconds_per_slice(net: torch.jit.ScriptModule, hu: torch.Tensor, runs: int = 20) -> float:
    times = []
    with torch.inference_mode():
        for _ in range(runs + 5):
            begin = time.perf_counter()
            net(hu)
            times.append(time.perf_counter() - begin)
    return float(np.median(times[5:])) / len(hu) * 1000


def flops(net: UNet, inputs: int) -> int:
    """Floating-point operations of the convolutions for one slice, a multiplication and an addition each counted."""
    total = 0

    def count(layer, _, output):
        nonlocal total
        per_output = layer.weight.numel() // (layer.out_channels if isinstance(layer, nn.Conv2d) else layer.weight.shape[1] * layer.stride[0] * layer.stride[1])
        total += 2 * output.numel() * per_output

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    with torch.no_grad():
        net(torch.zeros(1, inputs, GRID, GRID))
    for hook in hooks:
        hook.remove()
    return total


def curve(work: Path, runs: list[str]) -> str:
    """The training logs of these runs one after the other: run, step, seconds, loss, mean Dice of lung and lesion of what it held out."""
    lines = ["run,step,seconds,loss,meanLungDice,meanLesionDice"]
    for name in runs:
        rows = (work / f"{name}-log.csv").read_text().splitlines()[1:]
        lines += [",".join([name] + row.split(",")[:5]) for row in rows]
    return "\n".join(lines) + "\n"


def write(out: Path, manifest: dict, modules: dict[str, torch.jit.ScriptModule], examples: torch.Tensor, measure: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    files, labels = [], {}
    for variant, scripted in modules.items():
        path = out / f"{variant}.pt"
        torch.jit.save(scripted, str(path))
        scripted = torch.jit.load(str(path))
        labels[variant] = scripted(examples)[0]
        for size in ((1, 512, 512), (2, 256, 256), (1, 200, 200), (1, 768, 768), (1, 500, 612)):
            found, evidence = scripted(torch.full(size, 0, dtype=torch.int32))
            assert found.shape == size and found.dtype == torch.uint8 and evidence.shape == (size[0], 3)
        if measure:
            print(out.name, variant, f"{milliseconds_per_slice(scripted, examples):.1f} ms a slice")
        files.append({"variant": variant, "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "requires": ["avx512_bf16"] if variant == "bf16" else []})
    if len(labels) == 2:
        print(out.name, "bf16 and fp32 agree on", float((labels["bf16"] == labels["fp32"]).float().mean()))
    (out / "model.json").write_text(json.dumps({**manifest, "files": files}, indent=2) + "\n")


def table(validation: dict) -> str:
    """Cross-validation case by case, as Markdown."""
    rows = [f"| {r['case']} | {r['slices']} | {r['lungDice']:.3f} | {r['lesionDice']:.3f} | {r['percentReference']:.1f} | {r['percentMeasured']:.1f} |" for r in validation["cases"]]
    s = validation["summary"]
    figure = lambda k, digits=3: f"{s[k]['mean']:.{digits}f} ({s[k]['interval95'][0]:.{digits}f} to {s[k]['interval95'][1]:.{digits}f})"
    return "\n".join(["| case | slices | lung Dice | lesion Dice | percent, experts | percent, network |", "| --- | --- | --- | --- | --- | --- |"] + rows + ["",
        "| mean (95 % bootstrap interval over cases) | |", "| --- | --- |",
        f"| lung Dice, all {s['cases']} cases | {figure('lungDice')} |",
        f"| lesion Dice, the {s['casesWith20Slices']} cases with 20 slices or more | {figure('lesionDice')}, least {s['leastLesionDice']:.3f} |",
        f"| absolute error of the affected percentage, points, all cases | {figure('percentAbsoluteError', 1)} |",
        f"| the same, cases with 20 slices or more | {figure('percentAbsoluteErrorCasesWith20Slices', 1)} |"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", default="polished")
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the model directories")
    parser.add_argument("--measure", action="store_true", help="print milliseconds a slice at batch 4")
    options = parser.parse_args()
    here, work = Path(__file__).parent, options.work
    config = json.loads(options.config.read_text())
    settings = {**section(config, options.run), "lesionOdds": config["lesionOdds"]}
    validation = json.loads((work / "cross-validation.json").read_text())
    checkpoint, restoration = work / f"{options.run}.pt", work / "restore.pt"
    series, cases = np.load(work / "hu.npz"), np.load(work / "labelled.npz")
    hu = torch.from_numpy(series["hu"][100:104].astype(np.int32)).repeat_interleave(2, 1).repeat_interleave(2, 2)
    manifest = json.loads((here / "manifest-unet.json").read_text())
    manifest["accuracy"].update(summary=validation["summary"], cases=validation["cases"])
    manifest["confidence"] = {k: validation["confidence"][k] for k in ("method", "intercept", "slope", "quantile", "cases", "limits")}
    manifest["flopsPerSlice"] = flops(load(checkpoint, 2, 3, settings), 2)
    service = options.models / "lung-lesion-unet"
    write(service, manifest, {"bf16": service_module(checkpoint, settings, True), "fp32": service_module(checkpoint, settings, False)}, hu, options.measure)
    (service / "MODEL_CARD.md").write_text((here / "card-unet.md").read_text().replace("{version}", manifest["version"]).replace("{validation}", table(validation)))
    before = [config[options.run]["as"]] if "as" in config[options.run] else []
    (service / "training-log.csv").write_text(curve(work, [f"fold-{k}" for k in range(len(config["folds"]))] + before + [options.run]))
    slices = json.loads((here / "manifest-slices.json").read_text())
    pictures = torch.from_numpy(cases["picture"][100:104].astype(np.int32))
    write(options.models / "lung-lesion-slices", {**slices, "version": manifest["version"]},
          {"fp32": slices_module(checkpoint, restoration, settings, False)}, pictures, options.measure)
