# SPDX-License-Identifier: Apache-2.0
"""Labels for the HU series that have no expert mask: the folds' networks together, checked against the classical lung label.

Writes selftrained.npz: labels with the codes of pseudo.py for the groups named in the configuration's `selfTrainedSeries`.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from crossvalidate import probabilities
from data import service_picture
from pseudo import UNKNOWN, UNSURE_LUNG
from unet import UNet


def merged(classical: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Label of one slice from its classical label and the networks' mean softmax [3,h,w]: what both leave open stays open."""
    background, lung, lesion = p
    label = np.full(classical.shape, UNKNOWN, np.uint8)
    label[(classical == 0) & (background > 0.5)] = 0
    label[(classical == UNKNOWN) & (background > 0.95)] = 0
    known_lung = (classical == 1) | (classical == UNSURE_LUNG)
    label[known_lung] = UNSURE_LUNG
    label[(known_lung & (lung > 0.9)) | ((classical == UNKNOWN) & (lung > 0.97))] = 1
    label[(classical != 0) & (lesion > 0.6)] = 2
    return label


def apply(work: Path, config: dict, folds: list[int]) -> None:
    series = np.load(work / "hu.npz")
    which = np.isin(series["group"], config["selfTrainedSeries"])
    hu, classical = series["hu"][which], series["label"][which]
    picture = np.stack([service_picture(s) for s in hu])
    total = np.zeros((len(hu), 3, *hu.shape[1:]), np.float32)
    for fold in folds:
        net = UNet(2, 3, config["fold"]["base"], config["fold"]["levels"]).to(memory_format=torch.channels_last).eval()
        net.load_state_dict(torch.load(work / f"fold-{fold}.pt")["averaged"])
        total += probabilities(net, hu, picture, config["lesionOdds"])
        total += probabilities(net, hu[:, :, ::-1], picture[:, :, ::-1], config["lesionOdds"])[..., ::-1]
    label = np.stack([merged(c, p / (2 * len(folds))) for c, p in zip(classical, total)])
    np.savez(work / "selftrained.npz", label=label, index=np.nonzero(which)[0])
    for name in config["selfTrainedSeries"]:
        mine = label[series["group"][which] == name]
        print(name, "lesion", int((mine == 2).sum()), "healthy", int((mine == 1).sum()), "lung or lesion", int((mine == UNSURE_LUNG).sum()), "not known", int((mine == UNKNOWN).sum()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--folds", type=int, nargs="+", help="folds to use (default: all)")
    options = parser.parse_args()
    settings = json.loads(options.config.read_text())
    apply(options.work, settings, options.folds or list(range(len(settings["folds"]))))
