# SPDX-License-Identifier: Apache-2.0
"""Draws what a checkpoint marks, for the eye: every n-th slice of the HU series, and slices of the held-out cases beside the experts' masks."""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch

from data import service_picture
from train import Source, predict, section
from unet import UNet


def draw(hu: np.ndarray, label: np.ndarray, text: str) -> np.ndarray:
    """Lung outline green, lesion red tint, window -600/1500."""
    grey = np.clip((hu.astype(np.float32) + 1350) / 1500 * 255, 0, 255).astype(np.uint8)
    out = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    lesion = label == 2
    out[lesion] = (out[lesion] * 0.6 + np.array([40, 40, 255]) * 0.4).astype(np.uint8)
    contours, _ = cv2.findContours((label > 0).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(out, contours, -1, (0, 255, 0), 1)
    cv2.putText(out, text, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 255), 1)
    return out


def montage(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[i:i + columns]) for i in range(0, len(tiles), columns)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--run", default="fold-0")
    parser.add_argument("--every", type=int, default=15)
    options = parser.parse_args()
    config = section(json.loads(options.config.read_text()), options.run)
    source = Source(options.work, config)
    net = UNet(2, 3, config["base"], config["levels"]).to(memory_format=torch.channels_last).eval()
    net.load_state_dict(torch.load(options.work / f"{options.run}.pt")["averaged"])
    hu, group = source.hu2, source.group2
    for name in ("ricord-1a-covid", "lungfcp-partial-chest", "single"):
        single = ~np.isin(group, ["ricord-1a-covid", "lungfcp-partial-chest"]) & ~np.char.startswith(group, "phantom-")
        which = np.nonzero(single)[0] if name == "single" else np.nonzero(group == name)[0][::options.every]
        found = predict(net, hu[which], np.stack([service_picture(hu[i]) for i in which]))
        tiles = [draw(hu[i], found[k], f"{i} {group[i][:22]}") for k, i in enumerate(which)]
        cv2.imwrite(str(options.work / f"overlay-{options.run}-{name}.png"), montage(tiles, 6))
    tiles = []
    for name in sorted(config["heldOut"] or set(np.unique(source.case)) - {"medseg"}):
        which = np.nonzero(source.case == name)[0]
        which = which[np.linspace(0, len(which) - 1, 5)[1:4].round().astype(int)]
        found = predict(net, source.hu[which], source.picture[which])
        for k, i in enumerate(which):
            tiles += [draw(source.hu[i], source.label[i], f"{name[-10:]} expert"), draw(source.hu[i], found[k], "network")]
    cv2.imwrite(str(options.work / f"overlay-{options.run}-labelled.png"), montage(tiles, 6))
