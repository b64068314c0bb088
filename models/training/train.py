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
from data import HIGH, LOW, clahe_picture, service_picture
from pseudo import NOT_LESION, UNKNOWN, UNSURE_LUNG
from restore import synthetic_lesion
from unet import UNet


def scaled(hu: np.ndarray, picture: np.ndarray) -> torch.Tensor:
    """HU and picture [n,h,w] to the network's input [n,2,h,w]."""
    density = (np.clip(hu.astype(np.float32), LOW, HIGH) - LOW) / (HIGH - LOW)
    return torch.from_numpy(np.stack([density, picture.astype(np.float32) / 255], 1))


def segmentation_loss(logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Cross entropy plus soft Dice of lung (lesion included) and lesion; understands the partial codes of pseudo.py."""
    p = logits.softmax(1)
    known = label != UNKNOWN
    unsure = label == UNSURE_LUNG
    no_lesion = label == NOT_LESION
    target = torch.where(unsure | no_lesion | ~known, 0, label.long())
    likelihood = p.gather(1, target[:, None])[:, 0]
    likelihood = torch.where(unsure, p[:, 1] + p[:, 2], likelihood)
    likelihood = torch.where(no_lesion, p[:, 0] + p[:, 1], likelihood)
    entropy = -(likelihood.clamp(min=1e-6).log() * known).sum() / known.sum().clamp(min=1)

    def dice(prob, truth, where):
        prob, truth = (prob * where).flatten(1), (truth * where).flatten(1)
        over = lambda dims: (1 - (2 * (prob * truth).sum(dims) + 50) / (prob.sum(dims) + truth.sum(dims) + 50)).mean()
        return 0.5 * (over((0, 1)) + over(1))  # of a slice too: over the batch alone, a false positive in a healthy slice costs next to nothing

    lung_known, lesion_known = (known & ~no_lesion).float(), (known & ~unsure).float()
    lung = dice(p[:, 1] + p[:, 2], ((label == 1) | (label == 2) | unsure).float(), lung_known)
    lesion = dice(p[:, 2], (label == 2).float(), lesion_known)
    return entropy + 0.5 * lung + 1.25 * lesion


def predict(net: torch.nn.Module, hu: np.ndarray, picture: np.ndarray, batch: int = 16) -> np.ndarray:
    """Labels 0, 1, 2 of slices on the network's grid."""
    out = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for i in range(0, len(hu), batch):
            out.append(net(scaled(hu[i:i + batch], picture[i:i + batch]).to(memory_format=torch.channels_last)).argmax(1).byte().numpy())
    return np.concatenate(out)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else 1.0


def accuracy(net: torch.nn.Module, source: "Source", names: list[str]) -> dict:
    """Per case: Dice of lung (lesion included) and of lesion, and the affected share of the lung in percent, reference and measured."""
    result = {}
    for name in names:
        which = source.case == name
        truth, found = source.label[which], predict(net, source.hu[which], source.picture[which])
        share = lambda m: float(100 * (m == 2).sum() / max((m > 0).sum(), 1))
        result[name] = {"slices": len(truth), "lungDice": round(dice(found > 0, truth > 0), 4), "lesionDice": round(dice(found == 2, truth == 2), 4),
                        "percentReference": round(share(truth), 2), "percentMeasured": round(share(found), 2)}
    return result


def another_picture(rng: np.random.Generator, hu: np.ndarray) -> np.ndarray:
    """The picture of an HU slice: as the service makes it, or through a window such as the labelled set's makers may have used."""
    kind = rng.random()
    if kind < 0.4:
        return service_picture(hu)
    if kind < 0.7:
        return clahe_picture(hu, -1250, rng.uniform(150, 500))
    return clahe_picture(hu, -1024, rng.uniform(700, 2500))


def another_scan(rng: np.random.Generator, hu: np.ndarray) -> np.ndarray:
    """Noise, kernel and inflation of an HU slice changed before its picture is made."""
    hu = hu.astype(np.float32)
    if rng.random() < 0.5:
        air = np.clip((hu + 1000) / 1000, 1e-3, None)
        hu = np.where((hu < 0) & (hu > -1000), air ** np.exp(rng.uniform(-0.12, 0.12)) * 1000 - 1000, hu)
    kind = rng.random()
    if kind < 0.5:
        noise = rng.standard_normal(hu.shape).astype(np.float32)
        if rng.random() < 0.6:
            noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.5, 1.2))
        hu = hu + noise / noise.std() * rng.uniform(0, 1) ** 2 * 80
    elif kind < 0.75:
        hu = cv2.GaussianBlur(hu, (0, 0), rng.uniform(0.4, 1.0))
    return hu + rng.uniform(-20, 20)


def without_texture(rng: np.random.Generator, hu: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The slice drawn plainly, as a test object shows it: air, body, lung and lesion at one HU each, and noise; some keep their bones. Labels must be 0, 1 or 2."""
    lesion = float(np.clip(hu[label == 2], -800, 60).mean()) if (label == 2).any() else 0
    body = np.where((hu > 150) & (rng.random() < 0.5), np.clip(hu, None, 800), rng.uniform(0, 60))
    plain = np.select([label == 1, label == 2, hu < -300], [rng.uniform(-920, -680), lesion, -1000], body).astype(np.float32)
    plain = cv2.GaussianBlur(plain, (0, 0), rng.uniform(0.3, 1.0))
    return np.rint(plain + rng.uniform(3, 40) * rng.standard_normal(hu.shape)).astype(np.int16)


def hu_weights(group: np.ndarray, known: np.ndarray, config: dict) -> np.ndarray:
    """How often each HU slice is drawn: `huShare` says how much each named series gets, all phantoms ("phantom") and all others ("other");
    a slice that is mostly unknown and a series whose name begins with one of `unusedSeries` never are."""
    share, unused = config["huShare"], tuple(config["unusedSeries"])
    kind = np.array([g if g in share else "phantom" if g.startswith("phantom-") else "other" for g in group])
    usable = known & ~np.array([g.startswith(unused) for g in group])
    weight = np.zeros(len(group))
    for name, part in share.items():
        which = usable & (kind == name)
        weight[which] = part / max(which.sum(), 1)
    return weight / weight.sum()


class Source:
    """Draws batches: slices with expert masks evenly over cases (by the root of their number), and HU slices."""

    def __init__(self, work: Path, config: dict):
        labelled, unlabelled = np.load(work / "restored.npz"), np.load(work / "hu.npz")
        self.config, self.case = config, labelled["case"]
        self.hu, self.label, self.picture = labelled["hu"], labelled["label"], labelled["picture"]
        self.hu2, self.label2, self.group2, self.restored2 = unlabelled["hu"], unlabelled["label"], unlabelled["group"], labelled["series"]
        names, counts = np.unique(self.case, return_counts=True)
        weight = {n: 0.0 if n in config["heldOut"] else c ** -0.5 for n, c in zip(names, counts)}
        self.weight = np.array([weight[c] for c in self.case])
        self.weight /= self.weight.sum()
        if config.get("selfTrained"):
            taught = np.load(work / "selftrained.npz")
            self.label2[taught["index"]] = taught["label"]
        known = (self.label2 != UNKNOWN).mean(axis=(1, 2)) > 0.3
        self.weight2 = hu_weights(self.group2, known, config)

    def labelled_slice(self, rng: np.random.Generator, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The given picture, or now and then one made of the restored HU, as the service's pictures are made of HU; mostly with lesions of other slices."""
        remade = rng.random() < self.config["remadePictures"]
        hu, picture, label = self.hu[i], another_picture(rng, self.hu[i]) if remade else self.picture[i], self.label[i]
        for _ in range(rng.integers(0, self.config["pastedSlices"] + 1)):
            hu, picture, label = self.with_lesions_of_another(rng, hu, picture, label)
        return self.plain(rng, hu, label) or (hu, picture, label)

    def plain(self, rng: np.random.Generator, hu: np.ndarray, label: np.ndarray, group: str = "") -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Now and then, where all of the slice is known, the slice without its texture, so that shape counts too. Effusion would look like lesion there."""
        share = self.config["withoutTexture"]
        if not share or label.max() > 2 or "effusion" in group or rng.random() >= share:
            return None
        hu = without_texture(rng, hu, label)
        return hu, another_picture(rng, hu), label

    def with_lesions_of_another(self, rng: np.random.Generator, hu: np.ndarray, picture: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What of a labelled slice's lesions, mirrored and moved at random, falls on healthy lung: lesions come apart from the case that they are known from."""
        other = rng.choice(len(self.hu), p=self.weight)
        mirror, move = rng.choice([-1, 1]), rng.integers(-25, 26, 2)
        other_hu, other_picture, other_label = (np.roll(a[other][:, ::mirror], move, (0, 1)) for a in (self.hu, self.picture, self.label))
        pasted = (other_label == 2) & (label == 1)
        share = cv2.GaussianBlur(pasted.astype(np.float32), (0, 0), 0.8) * (label > 0)
        blend = lambda mine, theirs: np.rint(mine + (theirs.astype(np.float32) - mine) * share).astype(mine.dtype)
        return blend(hu, other_hu), blend(picture, other_picture), np.where(pasted, 2, label).astype(np.uint8)

    def hu_slice(self, rng: np.random.Generator, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """True HU and the picture made of it; now and then the HU restored from the picture, as the labelled slices have it."""
        hu, label = self.hu2[i], self.label2[i]
        if plain := self.plain(rng, hu, label, self.group2[i]):
            return plain
        if self.group2[i] in self.config["healthySeries"] and rng.random() < 0.5:
            lung = (label == 1) | (label == UNSURE_LUNG)
            changed, _ = synthetic_lesion(rng, hu.astype(np.float32), lung)
            rise = changed - hu
            label = np.where(lung & (rise > 130), 2, np.where(lung & (rise > 40), UNSURE_LUNG, label)).astype(np.uint8)
            hu = changed
        elif rng.random() < 0.3:
            return self.restored2[i], service_picture(hu), label
        hu = another_scan(rng, hu)
        return np.clip(hu, -2000, 3071).astype(np.int16), another_picture(rng, hu), label

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        seed = [self.config["seed"], step]
        rng, g = np.random.default_rng(seed), torch.Generator().manual_seed(self.config["seed"] * 1_000_003 + step)
        a = rng.choice(len(self.hu), self.config["batch"]["labelled"], p=self.weight)
        b = rng.choice(len(self.hu2), self.config["batch"]["hu"], p=self.weight2)
        drawn = [self.labelled_slice(rng, i) for i in a] + [self.hu_slice(rng, i) for i in b]
        hu, picture, label = (np.stack(part) for part in zip(*drawn))
        image, mask = augment.geometry(scaled(hu, picture), torch.from_numpy(label), g)
        if rng.random() < self.config["cropShare"]:
            image, mask = augment.crop(image, mask, self.config["crop"], g)
        density = augment.intensity(image[:, :1], g, self.config["intensity"])
        restored = torch.zeros(len(hu), dtype=torch.bool)
        restored[:len(a)] = True
        shade = restored & (torch.rand(len(hu), generator=g) < 0.5)
        density = (density + shade.view(-1, 1, 1, 1) * augment.shading(density.shape, g) * 0.06).clamp(0, 1)
        texture = augment.picture(image[:, 1:], g)
        dropped = torch.rand(len(hu), generator=g).view(-1, 1, 1, 1)
        low, high = self.config["dropDensity"], 1 - self.config["dropPicture"]
        image = torch.cat([density * (dropped >= low), texture * (dropped < high)], 1)
        return image.to(memory_format=torch.channels_last), mask


def start(net: UNet, state: dict) -> None:
    """Begins with the weights of another run, or with those of the restoration network: it sees the picture alone and has another head."""
    weights = state.get("averaged", state["net"])
    first = next(iter(weights))
    if weights[first].shape[1] == 1:
        weights = {k: v for k, v in weights.items() if not k.startswith("head.")}
        weights[first] = torch.cat([torch.zeros_like(weights[first]), weights[first]], 1)
        print("not taken over:", net.load_state_dict(weights, strict=False))
    else:
        net.load_state_dict(weights)


class Optimiser:
    """Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) for the inner convolutions, AdamW for the first, the last and the norms.

    Muon takes matrices: a convolution is one of outputs x (kernel, inputs), a view of the weights, which have to be channels-last.
    """

    def __init__(self, net: UNet, config: dict):
        inner = {name: p for name, p in net.named_parameters() if p.ndim == 4 and not name.startswith(("encoders.0.0.", "head."))}
        self.matrices = [(p, torch.nn.Parameter(p.detach().permute(0, 2, 3, 1).flatten(1))) for p in inner.values()]
        assert all(p.data_ptr() == matrix.data_ptr() for p, matrix in self.matrices), "a convolution is not channels-last"
        rest = [p for name, p in net.named_parameters() if name not in inner]
        self.parts = [(config["matrixRate"], torch.optim.Muon([m for _, m in self.matrices], weight_decay=0)),
                      (config["rate"], torch.optim.AdamW(rest, weight_decay=config["weightDecay"]))]

    def step(self, net: UNet, share: float) -> None:
        """One step down the net's gradients, at this share of the full rates; the gradients are cleared."""
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        for p, matrix in self.matrices:
            matrix.grad = p.grad.permute(0, 2, 3, 1).flatten(1)
        for rate, part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate * share
            part.step()
        net.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict]:
        return [part.state_dict() for _, part in self.parts]

    def load_state_dict(self, state: list[dict]) -> None:
        for (_, part), values in zip(self.parts, state):
            part.load_state_dict(values)


def train(work: Path, config: dict, run: str) -> None:
    source = Source(work, config)
    torch.manual_seed(config["seed"])
    net = UNet(2, 3, config["base"], config["levels"]).to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(net).eval()
    optimiser = Optimiser(net, config)
    path, step, spent = work / f"{run}.pt", 0, 0.0
    if path.exists():
        state = torch.load(path)
        net.load_state_dict(state["net"]); averaged.load_state_dict(state["averaged"]); optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    elif config.get("startFrom"):
        for model in (net, averaged):
            start(model, torch.load(work / f"{config['startFrom']}.pt"))
    log_path = work / f"{run}-log.csv"
    fresh = not log_path.exists() or log_path.stat().st_size == 0
    names = sorted(config["heldOut"] or {str(n) for n in source.case} - {"medseg"})
    with open(log_path, "a", newline="") as log:
        writer = csv.writer(log)
        if fresh:
            writer.writerow(["step", "seconds", "loss", "meanLungDice", "meanLesionDice"] + [f"{n} {k}" for n in names for k in ("lungDice", "lesionDice")])
        begin, losses = time.monotonic() - spent, []
        while step < config["steps"]:
            image, mask = source.batch(step)
            net.train()
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(image)
            loss = segmentation_loss(logits.float(), mask)
            if not torch.isfinite(loss):
                raise SystemExit(f"loss is {loss.item()} at step {step}")
            loss.backward()
            optimiser.step(net, min(1, (step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * step / config["steps"])) + 0.003)
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
                result = accuracy(averaged, source, names)
                means = [round(float(np.mean([r[k] for r in result.values()])), 4) for k in ("lungDice", "lesionDice")]
                writer.writerow([step, round(spent), round(float(np.mean(losses[-config["validateEvery"]:])), 4)] + means + [r[k] for r in result.values() for k in ("lungDice", "lesionDice")])
                log.flush()
                state = {"net": net.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict(),
                         "step": step, "spent": spent, "result": result, "config": config}
                torch.save(state, path.with_suffix(".tmp"))
                path.with_suffix(".tmp").replace(path)


def section(config: dict, run: str) -> dict:
    """Settings of a run: section "fold" with the cases of the third fold held out for "fold-2"; or what its section changes, and the one that this is like ("as")."""
    kind, _, number = run.rpartition("-")
    if kind == "fold":
        return {**config["fold"], "heldOut": config["folds"][int(number)]}
    like = config[run].get("as")
    return {**config["fold"], **(config[like] if like else {}), **config[run]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"), help="working folder (default: .train)")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", default="segmentation", help="section of the configuration and name of the checkpoint")
    options = parser.parse_args()
    train(options.work, section(json.loads(options.config.read_text()), options.run), options.run)
