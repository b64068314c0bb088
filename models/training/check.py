# SPDX-License-Identifier: Apache-2.0
"""Runs an exported module on series in HU, without the service's clean-up, and prints lung volume and affected share.

A folder with dicom/, lungs.nii.gz and lesions.nii.gz is a phantom: its errors and Dice are printed too, over all voxels of its own grid.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import data
from train import dice


def marked(module: torch.jit.ScriptModule, hu: np.ndarray) -> np.ndarray:
    """Labels of slices [n][rows][columns] of any size."""
    with torch.inference_mode():
        return np.concatenate([module(torch.from_numpy(hu[i:i + 4].astype(np.int32)))[0].numpy() for i in range(0, len(hu), 4)])


def share(label: np.ndarray) -> float:
    """Affected percent of the lung."""
    return float(100 * (label == 2).sum() / max((label > 0).sum(), 1))


def report(module: torch.jit.ScriptModule, folder: Path) -> str:
    phantom = (folder / "lesions.nii.gz").exists()
    series = data.read_series(folder / "dicom" if phantom else folder)
    found = marked(module, series["hu"])
    text = f"{folder.name}: {len(found)} slices, lung {(found > 0).sum() * np.prod(series['spacing']) / 1000:.0f} mL, affected {share(found):.2f} %"
    if not phantom:
        return text
    lungs, lesions = (data.read_label_map(folder / f"{name}.nii.gz") > 0 for name in ("lungs", "lesions"))
    truth = np.where(lesions, 2, lungs).astype(np.uint8)
    excess = lambda a, b: f"{100 * (a.sum() / b.sum() - 1):+.1f} %" if b.any() else "-"
    return (f"{text} of true {share(truth):.2f} %; lung volume {excess(found > 0, truth > 0)}, Dice {dice(found > 0, truth > 0):.3f}; "
            f"lesion volume {excess(found == 2, truth == 2)}, Dice {dice(found == 2, truth == 2):.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="series folders or phantom folders")
    parser.add_argument("--module", type=Path, default=Path("models/lung-lesion-unet/fp32.pt"))
    options = parser.parse_args()
    loaded = torch.jit.load(str(options.module))
    for path in options.folders:
        print(report(loaded, path), flush=True)
