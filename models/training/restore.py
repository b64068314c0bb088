# SPDX-License-Identifier: Apache-2.0
"""Restoration: from a picture of the labelled set (per-slice stretch, CLAHE) back to near-HU.

The picture's making is known exactly, so every unlabelled HU slice gives a training pair.
  restore.py train   learns the network from HU series
  restore.py apply   writes the labelled cases as near-HU slices
"""
import argparse
import csv
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from data import GRID, HIGH, LOW, clahe_picture, service_picture
from unet import UNet


def normalise(hu: np.ndarray) -> np.ndarray:
    return (np.clip(hu, LOW, HIGH) - LOW) / (HIGH - LOW)


def _noise(rng: np.random.Generator, sigma: float) -> np.ndarray:
    field = cv2.GaussianBlur(rng.standard_normal((GRID, GRID)).astype(np.float32), (0, 0), max(sigma, 0.1)) if sigma else rng.standard_normal((GRID, GRID)).astype(np.float32)
    return field / field.std()


def synthetic_lesion(rng: np.random.Generator, hu: np.ndarray, lung: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adds ground glass, sometimes dense, inside the lung mask; returns the slice and the lesion's opacity 0..1 [256][256]."""
    field = _noise(rng, rng.uniform(4, 22))
    if rng.random() < 0.5:  # a gradient towards one side, as gravity makes it
        angle = rng.uniform(0, 2 * np.pi)
        yy, xx = np.mgrid[-1:1:GRID * 1j, -1:1:GRID * 1j]
        field = field + rng.uniform(0.5, 3) * (np.cos(angle) * xx + np.sin(angle) * yy).astype(np.float32)
    inside = field[lung]
    if inside.size == 0:
        return hu, np.zeros_like(hu)
    cut = np.quantile(inside, 1 - rng.uniform(0.02, 0.9))
    soft = 1 / (1 + np.exp(-np.clip((field - cut) * rng.uniform(3, 25), -30, 30)))
    alpha = soft * cv2.GaussianBlur(lung.astype(np.float32), (0, 0), 0.8) * lung
    texture = 1 + 0.12 * _noise(rng, rng.uniform(0.8, 2.5))
    target = rng.uniform(-680, -300) if rng.random() < 0.75 else rng.uniform(-300, 40)
    strength = np.clip((target + 830) / 870, 0.05, 1) * texture
    dense = np.clip(hu, -1000, 50)
    return np.where(hu < 50, hu + alpha * strength * (50 - dense), hu), alpha


def make_pair(rng: np.random.Generator, raw: np.ndarray, lung: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One training pair (picture 0..1, target 0..1) from one cubic-resampled HU slice and its lung mask."""
    scale, turn = rng.uniform(0.8, 1.25), rng.uniform(-12, 12)
    matrix = cv2.getRotationMatrix2D((GRID / 2, GRID / 2), turn, scale)
    matrix[:, 2] += rng.uniform(-18, 18, 2)
    floor = float(raw.min())
    hu = cv2.warpAffine(raw.astype(np.float32), matrix, (GRID, GRID), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=floor if floor < -1100 else -1000)
    lung = cv2.warpAffine(lung.astype(np.uint8), matrix, (GRID, GRID), flags=cv2.INTER_NEAREST) > 0
    if rng.random() < 0.5:
        hu, lung = hu[:, ::-1], lung[:, ::-1]
    outside = hu < -1100
    hu = np.where(outside, -1000, hu)
    if rng.random() < 0.5:  # another inflation of the lung
        hu = np.where(lung & (hu < -400), np.clip(hu + rng.uniform(-90, 110), -1020, None), hu)
    if rng.random() < 0.6:
        hu, _ = synthetic_lesion(rng, hu, lung)
    if rng.random() < 0.7:
        hu = hu + rng.uniform(2, 70) * _noise(rng, rng.choice([0.0, 0.5, 0.8, 1.2]))
    elif rng.random() < 0.5:
        hu = cv2.GaussianBlur(np.ascontiguousarray(hu, np.float32), (0, 0), rng.uniform(0.4, 1.0))
    if rng.random() < 0.5:
        hu = np.where(hu > 150, 150 + (hu - 150) * rng.uniform(0.6, 1.6), hu)
    kind = rng.random()
    padding = rng.choice([-1024.0, -2000.0, -3024.0])
    if rng.random() < 0.3:  # another circular field of view
        yy, xx = np.ogrid[:GRID, :GRID]
        outside = (yy - 127.5) ** 2 + (xx - 127.5) ** 2 > (128 * rng.uniform(0.97, 1.05)) ** 2
    hu = np.where(outside, padding, np.clip(hu, -1024, 3071))
    if kind < 0.5:  # lung window, as the Radiopaedia cases of the set were published
        picture = clahe_picture(hu, -1250, rng.choice([250.0, rng.uniform(150, 500)]))
    else:
        picture = clahe_picture(hu, rng.choice([-4096.0, -1024.0]), rng.choice([32767.0, rng.uniform(700, 2500)]))
    return picture.astype(np.float32) / 255, normalise(hu).astype(np.float32)


def train(args: argparse.Namespace, config: dict) -> None:
    cache = np.load(args.work / "hu.npz")
    raw, label, group = cache["cubic"], cache["label"], cache["group"]
    lung = (label == 1) | (label == 3)
    weight_of = np.where(group == "ricord-1a-covid", 1.0, np.where(group == "lungfcp-partial-chest", 1.3, 6.0))
    weight_of = weight_of * np.where(lung.sum(axis=(1, 2)) > 800, 1.0, 0.35)
    weight_of[np.char.startswith(group, "phantom-")] = 0  # only real texture teaches the way back
    weight_of /= weight_of.sum()
    torch.manual_seed(config["seed"])
    net = UNet(1, 1, config["base"]).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config["rate"], weight_decay=1e-4)
    path, step, spent = args.work / "restore.pt", 0, 0.0
    if path.exists():
        state = torch.load(path)
        net.load_state_dict(state["net"]); optimiser.load_state_dict(state["optimiser"]); step, spent = state["step"], state["spent"]
    log = open(args.work / "restore-log.csv", "a", newline="")
    writer = csv.writer(log)
    start, total = time.monotonic() - spent, config["steps"]
    running = []
    net.train()
    while step < total:
        rng = np.random.default_rng([config["seed"], step])
        for g in optimiser.param_groups:
            g["lr"] = float(config["rate"] * min(1, (step + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * step / total)) + 1e-5)
        picks = rng.choice(len(raw), config["batch"], p=weight_of)
        pairs = [make_pair(rng, raw[i], lung[i]) for i in picks]
        x = torch.from_numpy(np.stack([p[0] for p in pairs]))[:, None].to(memory_format=torch.channels_last)
        y = torch.from_numpy(np.stack([p[1] for p in pairs]))[:, None]
        with torch.autocast("cpu", torch.bfloat16):
            out = net(x)
        out = out.float()
        error = (out - y).abs()
        weight = 1 + 2 * ((y > 0.03) & (y < 0.9)).float()
        loss = (error * weight).sum() / weight.sum() + 0.3 * (F.avg_pool2d(out, 8) - F.avg_pool2d(y, 8)).abs().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        running.append(error.detach()[(y > 0.03) & (y < 0.9)].mean().item() * (HIGH - LOW))
        step += 1
        if step % 50 == 0:
            spent = time.monotonic() - start
            writer.writerow([step, round(spent, 1), round(float(np.mean(running[-50:])), 2)]); log.flush()
            torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}, path.with_suffix(".tmp"))
            path.with_suffix(".tmp").replace(path)


def restored(net: torch.nn.Module, picture: np.ndarray) -> np.ndarray:
    """Pictures [n,256,256] uint8 back to near-HU, int16."""
    out = np.empty(picture.shape, np.int16)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for i in range(0, len(picture), 16):
            x = torch.from_numpy(picture[i:i + 16].astype(np.float32) / 255)[:, None].to(memory_format=torch.channels_last)
            out[i:i + 16] = np.rint(np.clip(net(x)[:, 0].float().numpy(), 0, 1) * (HIGH - LOW) + LOW)
    return out


def apply(args: argparse.Namespace, config: dict) -> None:
    net = UNet(1, 1, config["base"]).to(memory_format=torch.channels_last).eval()
    net.load_state_dict(torch.load(args.work / "restore.pt")["net"])
    cases, series = np.load(args.work / "labelled.npz"), np.load(args.work / "hu.npz")
    np.savez(args.work / "restored.npz", hu=restored(net, cases["picture"]), label=cases["label"], case=cases["case"], picture=cases["picture"],
             series=restored(net, np.stack([service_picture(s) for s in series["hu"]])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["train", "apply"])
    parser.add_argument("--work", type=Path, default=Path(".train"), help="working folder (default: .train)")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    options = parser.parse_args()
    {"train": train, "apply": apply}[options.step](options, json.loads(options.config.read_text())["restoration"])
