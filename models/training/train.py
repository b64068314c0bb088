# SPDX-License-Identifier: Apache-2.0
"""Trains the segmentation network on restored slices with expert masks and on HU slices with classical partial labels.

A checkpoint is written at each validation and taken up again by the next start. The random numbers of a step depend
on the seed and the step alone.
"""
import argparse
import copy
import csv
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import augment
from data import HIGH, LOW
from pseudo import UNKNOWN, UNSURE_LUNG
from restore import synthetic_lesion
from unet import UNet


def scaled(hu: np.ndarray) -> torch.Tensor:
    """HU [n,h,w] to the network's input [n,1,h,w]."""
    return torch.from_numpy(((np.clip(hu.astype(np.float32), LOW, HIGH) - LOW) / (HIGH - LOW)))[:, None]


def segmentation_loss(logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Cross entropy plus soft Dice of lung (lesion included) and lesion; understands the partial codes of pseudo.py."""
    p = logits.softmax(1)
    known = label != UNKNOWN
    unsure = label == UNSURE_LUNG
    target = torch.where(unsure | ~known, 0, label.long())
    likelihood = p.gather(1, target[:, None])[:, 0]
    likelihood = torch.where(unsure, p[:, 1] + p[:, 2], likelihood)
    entropy = -(likelihood.clamp(min=1e-6).log() * known).sum() / known.sum().clamp(min=1)

    def dice(prob, truth, where):
        prob, truth = prob * where, truth * where
        return 1 - (2 * (prob * truth).sum() + 50) / (prob.sum() + truth.sum() + 50)

    lung_known, lesion_known = known.float(), (known & ~unsure).float()
    lung = dice(p[:, 1] + p[:, 2], ((label == 1) | (label == 2) | unsure).float(), lung_known)
    lesion = dice(p[:, 2], (label == 2).float(), lesion_known)
    return entropy + 0.5 * lung + 0.75 * lesion


def predict(net: torch.nn.Module, hu: np.ndarray, batch: int = 16) -> np.ndarray:
    """Labels 0, 1, 2 of slices on the network's grid."""
    out = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for i in range(0, len(hu), batch):
            out.append(net(scaled(hu[i:i + batch]).to(memory_format=torch.channels_last)).argmax(1).byte().numpy())
    return np.concatenate(out)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else 1.0


def accuracy(net: torch.nn.Module, hu: np.ndarray, label: np.ndarray, case: np.ndarray, names: list[str]) -> dict:
    """Per case: Dice of lung (lesion included) and of lesion, and the affected share of the lung in percent, reference and measured."""
    result = {}
    for name in names:
        truth, found = label[case == name], predict(net, hu[case == name])
        share = lambda m: float(100 * (m == 2).sum() / max((m > 0).sum(), 1))
        result[name] = {"slices": len(truth), "lungDice": round(dice(found > 0, truth > 0), 4), "lesionDice": round(dice(found == 2, truth == 2), 4),
                        "percentReference": round(share(truth), 2), "percentMeasured": round(share(found), 2)}
    return result


def leave_consolidation_open(hu: np.ndarray, label: np.ndarray) -> None:
    """Makes dense tissue between and around the aerated lungs of a slice "not known": a consolidated lobe looks like soft tissue there."""
    points = cv2.findNonZero(((label > 0) & (label != UNKNOWN)).astype(np.uint8))
    if points is None:
        return
    near = np.zeros(label.shape, np.uint8)
    cv2.drawContours(near, [cv2.convexHull(points)], -1, 1, -1)
    near = cv2.dilate(near, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21))) > 0
    label[near & (label == 0) & (hu > -450) & (hu < 150)] = UNKNOWN


class Source:
    """Draws batches: slices with expert masks evenly over cases (by the root of their number), and HU slices."""

    def __init__(self, work: Path, config: dict):
        labelled, unlabelled = np.load(work / "restored.npz"), np.load(work / "hu.npz")
        self.config, self.case = config, labelled["case"]
        self.hu, self.label = labelled["hu"], labelled["label"]
        self.hu2, self.label2, self.group2 = unlabelled["hu"], unlabelled["label"], unlabelled["group"]
        names, counts = np.unique(self.case, return_counts=True)
        weight = {n: 0.0 if n in config["heldOut"] else c ** -0.5 for n, c in zip(names, counts)}
        self.weight = np.array([weight[c] for c in self.case])
        self.weight /= self.weight.sum()
        known = (self.label2 != UNKNOWN).mean(axis=(1, 2)) > 0.3
        # where healthy lung alone is labelled in a diseased series, the network would learn that this series has no lesion
        diseased = np.isin(self.group2, config.get("lesionUnknownSeries", []))
        self.label2[diseased[:, None, None] & (self.label2 == 1)] = UNSURE_LUNG
        for i in np.nonzero(diseased)[0]:
            leave_consolidation_open(self.hu2[i], self.label2[i])
        share = config["huShare"]  # of the HU slices: how many from each named series; "phantom" and "other" take the rest's names
        kind = np.array([g if g in share else "phantom" if g.startswith("phantom-") else "other" for g in self.group2])
        self.weight2 = np.zeros(len(kind))
        for name, part in share.items():
            which = known & (kind == name)
            self.weight2[which] = part / max(which.sum(), 1)
        self.weight2 /= self.weight2.sum()

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        seed = [self.config["seed"], step]
        rng, g = np.random.default_rng(seed), torch.Generator().manual_seed(self.config["seed"] * 1_000_003 + step)
        a = rng.choice(len(self.hu), self.config["batch"]["labelled"], p=self.weight)
        b = rng.choice(len(self.hu2), self.config["batch"]["hu"], p=self.weight2)
        hu, label = [self.hu[i] for i in a], [self.label[i] for i in a]
        for i in b:
            slice_hu, slice_label = self.hu2[i], self.label2[i]
            if self.group2[i] in self.config["healthySeries"] and rng.random() < 0.5:
                lung = (slice_label == 1) | (slice_label == UNSURE_LUNG)
                changed, _ = synthetic_lesion(rng, slice_hu.astype(np.float32), lung)
                rise = changed - slice_hu
                slice_label = np.where(lung & (rise > 130), 2, np.where(lung & (rise > 40), UNSURE_LUNG, slice_label)).astype(np.uint8)
                slice_hu = changed.astype(np.int16)
            hu.append(slice_hu)
            label.append(slice_label)
        image, mask = augment.geometry(scaled(np.stack(hu)), torch.from_numpy(np.stack(label)), g)
        return augment.intensity(image, g, self.config.get("intensity", 1)).to(memory_format=torch.channels_last), mask


def train(work: Path, config: dict, run: str) -> None:
    source = Source(work, config)
    torch.manual_seed(config["seed"])
    net = UNet(1, 3, config["base"], config["levels"]).to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=config["rate"], weight_decay=config["weightDecay"])
    path, step, spent = work / f"{run}.pt", 0, 0.0
    if path.exists():
        state = torch.load(path)
        net.load_state_dict(state["net"]); averaged.load_state_dict(state["averaged"]); optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    elif config.get("startFrom"):
        start_state = torch.load(work / f"{config['startFrom']}.pt")
        net.load_state_dict(start_state["averaged"]); averaged.load_state_dict(start_state["averaged"])
    log_path = work / f"{run}-log.csv"
    fresh = not log_path.exists() or log_path.stat().st_size == 0
    names = sorted(config["heldOut"] or np.unique(source.case))
    with open(log_path, "a", newline="") as log:
        writer = csv.writer(log)
        if fresh:
            writer.writerow(["step", "seconds", "loss", "meanLungDice", "meanLesionDice"] + [f"{n} {k}" for n in names for k in ("lungDice", "lesionDice")])
        begin, losses = time.monotonic() - spent, []
        while step < config["steps"]:
            rate = config["rate"] * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / config["steps"])) + 1e-5
            for group in optimiser.param_groups:
                group["lr"] = rate
            image, mask = source.batch(step)
            net.train()
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(image)
            loss = segmentation_loss(logits.float(), mask)
            if not torch.isfinite(loss):
                raise SystemExit(f"loss is {loss.item()} at step {step}")
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            losses.append(loss.item())
            step += 1
            keep = min(config["averaging"], step / (step + 10))
            with torch.no_grad():
                for mean, value in zip(averaged.state_dict().values(), net.state_dict().values()):
                    mean.lerp_(value, 1 - keep) if mean.is_floating_point() else mean.copy_(value)
            if step % 25 == 0:
                print(step, f"{time.monotonic() - begin:.0f} s", f"loss {np.mean(losses[-25:]):.4f}", flush=True)
            if step % config["validateEvery"] == 0 or step == config["steps"]:
                spent = time.monotonic() - begin
                result = accuracy(averaged, source.hu, source.label, source.case, names)
                means = [round(float(np.mean([r[k] for r in result.values()])), 4) for k in ("lungDice", "lesionDice")]
                writer.writerow([step, round(spent), round(float(np.mean(losses[-config["validateEvery"]:])), 4)] + means + [r[k] for r in result.values() for k in ("lungDice", "lesionDice")])
                log.flush()
                state = {"net": net.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict(),
                         "step": step, "spent": spent, "result": result, "config": config}
                torch.save(state, path.with_suffix(".tmp"))
                path.with_suffix(".tmp").replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"), help="working folder (default: .train)")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", default="segmentation", help="section of the configuration and name of the checkpoint")
    options = parser.parse_args()
    train(options.work, json.loads(options.config.read_text())[options.run], options.run)
