# SPDX-License-Identifier: Apache-2.0
"""Gathers the folds' networks (train.py --run fold-0 ...): each labelled case marked by the network that never saw it.

Writes cross-validation.json and .csv: accuracy of each case, the evidence the network gave, and the confidence calibrated on it.
"""
import argparse
import csv
import json
import math
from pathlib import Path

import cv2
import numpy as np
import torch

from train import Source, dice, scaled, section
from unet import UNet

_FIELDS = ("case", "fold", "slices", "lungDice", "lesionDice", "percentReference", "percentMeasured", "spread")


def probabilities(net: torch.nn.Module, hu: np.ndarray, picture: np.ndarray, lesion_odds: float = 1) -> np.ndarray:
    """Softmax [n,3,256,256] as float16, the odds of lesion multiplied by `lesion_odds`."""
    out = []
    rise = torch.tensor([0, 0, math.log(lesion_odds)])[:, None, None]
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for i in range(0, len(hu), 8):
            out.append(net(scaled(hu[i:i + 8], picture[i:i + 8]).to(memory_format=torch.channels_last)).float().add(rise).softmax(1).half().numpy())
    return np.concatenate(out)


def without_edge_air(label: np.ndarray) -> np.ndarray:
    """Labels of one slice without air beside the patient: parts that lie along the picture's edge, by more than 0.75 of the root of their area."""
    count, part, stats, _ = cv2.connectedComponentsWithStats((label > 0).astype(np.uint8), connectivity=4)
    edge = np.zeros(label.shape, bool)
    edge[[0, -1]], edge[:, [0, -1]] = True, True
    contact = np.bincount(part[edge], minlength=count)
    drop = contact > 0.75 * np.sqrt(stats[:, cv2.CC_STAT_AREA])
    drop[0] = False
    return np.where(drop[part], 0, label)


def row(case: str, fold: int, p: np.ndarray, truth: np.ndarray) -> dict:
    found = np.stack([without_edge_air(s) for s in p.argmax(1)])
    share = lambda m: float(100 * (m == 2).sum() / max((m > 0).sum(), 1))
    lesion = p[:, 2].astype(np.float32)
    return {"case": case, "fold": fold, "slices": len(truth), "lungDice": dice(found > 0, truth > 0), "lesionDice": dice(found == 2, truth == 2),
            "percentReference": share(truth), "percentMeasured": share(found),
            "spread": float(100 * (lesion * (1 - lesion)).sum() / max((1 - p[:, 0].astype(np.float32)).sum(), 1))}


def calibration(rows: list[dict], quantile: float = 0.9) -> dict:
    """The line a + b * spread that the absolute error of the percentage stays below in `quantile` of the parts (least pinball loss)."""
    x = np.array([r["spread"] for r in rows])
    y = np.abs([r["percentMeasured"] - r["percentReference"] for r in rows])
    best = None
    for slope in np.linspace(0, 8, 161):
        intercept = max(float(np.quantile(y - slope * x, quantile)), 0.0)
        off = y - intercept - slope * x
        loss = float(np.maximum(quantile * off, (quantile - 1) * off).sum())
        if best is None or loss < best[0]:
            best = (loss, intercept, float(slope))
    return {"intercept": round(best[1], 3), "slope": round(best[2], 3), "quantile": quantile}


def summary(rows: list[dict], seed: int = 1) -> dict:
    large = [r for r in rows if r["slices"] >= 20]
    rng = np.random.default_rng(seed)

    def mean(values):
        values = np.array(values)
        drawn = values[rng.integers(0, len(values), (10000, len(values)))].mean(1)
        return {"mean": round(float(values.mean()), 4), "median": round(float(np.median(values)), 4),
                "interval95": [round(float(q), 4) for q in np.quantile(drawn, (0.025, 0.975))]}

    error = lambda r: abs(r["percentMeasured"] - r["percentReference"])
    return {"cases": len(rows), "casesWith20Slices": len(large), "lungDice": mean([r["lungDice"] for r in rows]),
            "lesionDice": mean([r["lesionDice"] for r in large]), "leastLesionDice": round(min(r["lesionDice"] for r in large), 4),
            "percentAbsoluteError": mean([error(r) for r in rows]), "percentAbsoluteErrorCasesWith20Slices": mean([error(r) for r in large])}


def gather(work: Path, config: dict) -> None:
    rows, parts = [], []
    for fold in range(len(config["folds"])):
        settings = section(config, f"fold-{fold}")
        source = Source(work, settings)
        net = UNet(2, 3, settings["base"], settings["levels"]).to(memory_format=torch.channels_last).eval()
        net.load_state_dict(torch.load(work / f"fold-{fold}.pt")["averaged"])
        for name in settings["heldOut"]:
            which = source.case == name
            p, truth = probabilities(net, source.hu[which], source.picture[which], config["lesionOdds"]), source.label[which]
            rows.append(row(name, fold, p, truth))
            n = max(len(truth) // 20, 1)  # stretches of about 20 slices, as if each were a scan: more to calibrate on
            parts += [row(name, fold, a, b) for a, b in zip(np.array_split(p, n), np.array_split(truth, n)) if len(b) >= 8]
            print({k: round(v, 4) if isinstance(v, float) else v for k, v in rows[-1].items()}, flush=True)
    rows.sort(key=lambda r: r["case"])
    confidence = {"method": "5-fold cross-validation", **calibration(parts), "cases": len(rows), "parts": len(parts), "limits": {"high": 2.0, "medium": 5.0}}
    covered = lambda rs: float(np.mean([abs(r["percentMeasured"] - r["percentReference"]) <= confidence["intercept"] + confidence["slope"] * r["spread"] for r in rs]))
    confidence["coverageOfCases"] = round(covered(rows), 3)
    result = {"summary": summary(rows), "confidence": confidence, "cases": [{k: round(v, 4) if isinstance(v, float) else v for k, v in r.items()} for r in rows]}
    (work / "cross-validation.json").write_text(json.dumps(result, indent=2) + "\n")
    with open(work / "cross-validation.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, _FIELDS)
        writer.writeheader()
        writer.writerows(result["cases"])
    print(json.dumps({k: result[k] for k in ("summary", "confidence")}, indent=1))


def one(work: Path, config: dict, run: str) -> None:
    """Figures of one network on all labelled cases, most of which it was trained on: what the exported model must give again."""
    settings = section(config, run)
    source = Source(work, settings)
    net = UNet(2, 3, settings["base"], settings["levels"]).to(memory_format=torch.channels_last).eval()
    net.load_state_dict(torch.load(work / f"{run}.pt")["averaged"])
    rows = []
    for name in sorted({str(n) for n in source.case} - {"medseg"}):
        which = source.case == name
        rows.append(row(name, -1, probabilities(net, source.hu[which], source.picture[which], config["lesionOdds"]), source.label[which]))
        print({k: round(v, 4) if isinstance(v, float) else v for k, v in rows[-1].items()}, flush=True)
    (work / f"{run}-accuracy.json").write_text(json.dumps({"summary": summary(rows), "cases": rows}, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", help="instead, the figures of this run's network on all labelled cases")
    options = parser.parse_args()
    settings = json.loads(options.config.read_text())
    one(options.work, settings, options.run) if options.run else gather(options.work, settings)
