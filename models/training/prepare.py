# SPDX-License-Identifier: Apache-2.0
"""Writes the working folder's caches: labelled.npz (pictures and expert labels) and hu.npz (HU slices, classical labels)."""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np

import data
import pseudo

SERIES = ("ricord-1a-covid", "lungfcp-partial-chest")


def prepare(root: Path, work: Path, without_lung: list[str], phantoms: list[Path]) -> None:
    work.mkdir(parents=True, exist_ok=True)
    cases = data.labelled_cases(root)
    picture, lesion = data.medseg_slices(root, pseudo.NOT_LESION)
    cases["medseg"] = {"picture": picture, "label": lesion}
    np.savez(work / "labelled.npz", picture=np.concatenate([c["picture"] for c in cases.values()]),
             label=np.concatenate([c["label"] for c in cases.values()]),
             case=np.concatenate([[name] * len(c["label"]) for name, c in cases.items()]))
    area, cubic, label, group = [], [], [], []
    for name in SERIES:
        series = data.read_series(root / "dicom" / name)
        hu = data.to_grid(series["hu"])
        shrink = series["hu"].shape[1] / data.GRID
        z, y, x = series["spacing"]
        area.append(hu)
        cubic.append(data.resize(series["hu"], cv2.INTER_CUBIC))
        label.append(pseudo.lung_label(hu, (z, y * shrink, x * shrink)))
        group += [name] * len(hu)
    singles = sorted((root / "dicom/nysbu-odd").glob("*axial*.dcm")) + sorted((root / "dicom/compressed").glob("*_UNC.dcm"))
    for path in singles:
        _, hu = data.read_hu(path)
        area.append(data.to_grid(hu[None]))
        cubic.append(data.resize(hu[None], cv2.INTER_CUBIC))
        label.append(np.full((1, data.GRID, data.GRID), 0 if path.stem in without_lung else pseudo.UNKNOWN, np.uint8))
        group.append(path.stem)
    for folder in sorted((p for parent in phantoms for p in parent.iterdir() if p.is_dir()), key=lambda p: p.name):
        series = data.read_series(folder / "dicom")
        lungs, lesions = (data.read_label_map(folder / f"{name}.nii.gz") for name in ("lungs", "lesions"))
        truth = np.where(lesions > 0, 2, lungs > 0).astype(np.uint8)
        if truth.shape != series["hu"].shape:
            raise SystemExit(f"{folder}: label maps {truth.shape} and series {series['hu'].shape} differ in size")
        series["hu"], truth = series["hu"][series["turn"]], truth[series["turn"]]
        if (truth == 1).any() and float(series["hu"][truth == 1].mean()) > -500:
            raise SystemExit(f"{folder}: label maps and series do not lie on each other")
        keep = slice(0, None, max(1, len(truth) // 60))  # neighbours are alike: about 60 slices a phantom are enough
        area.append(data.to_grid(series["hu"][keep]))
        cubic.append(data.resize(series["hu"][keep], cv2.INTER_CUBIC))
        label.append(np.stack([cv2.resize(t, (data.GRID, data.GRID), interpolation=cv2.INTER_NEAREST) for t in truth[keep]]))
        group += [f"phantom-{folder.name}"] * len(area[-1])
    np.savez(work / "hu.npz", hu=np.concatenate(area), cubic=np.concatenate(cubic), label=np.concatenate(label), group=np.array(group))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--phantoms", type=Path, nargs="+", default=[], help="folders of generated phantoms: in each dicom/, lungs.nii.gz and lesions.nii.gz")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    options = parser.parse_args()
    prepare(options.data, options.work, json.loads(options.config.read_text())["slicesWithoutLung"], options.phantoms)
