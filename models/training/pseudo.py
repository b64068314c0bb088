# SPDX-License-Identifier: Apache-2.0
"""Classical lung labels for HU series without masks: threshold, body, trachea tracking, 3D components.

Codes of a partial label: 0 background, 1 lung surely healthy, 3 lung or lesion (which of both is not known),
4 not lesion (background or lung), 255 not known at all (dense tissue that may be consolidated lung). The training
loss reads these codes.
"""
import cv2
import numpy as np
from scipy import ndimage

UNSURE_LUNG, NOT_LESION, UNKNOWN = 3, 4, 255


def body_mask(hu: np.ndarray) -> np.ndarray:
    """Per slice: the largest dense component, holes filled; the table and the air beside the patient stay outside."""
    out = np.zeros(hu.shape, bool)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    for i, s in enumerate(hu):
        dense = cv2.morphologyEx((s > -300).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        n, lab, stats, _ = cv2.connectedComponentsWithStats(dense, connectivity=4)
        if n > 1:
            out[i] = ndimage.binary_fill_holes(lab == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))
    return out


def _airway(air: np.ndarray, body: np.ndarray, voxel_area_mm2: float) -> np.ndarray:
    """Trachea and main bronchi: tracked from the top slice that shows a lone air disc near the body's middle."""
    out = np.zeros(air.shape, bool)
    current = None
    for i in range(len(air) - 1, -1, -1):
        n, lab, stats, centre = cv2.connectedComponentsWithStats(air[i].astype(np.uint8), connectivity=4)
        area = stats[:, cv2.CC_STAT_AREA] * voxel_area_mm2
        if current is None:
            xs, ys = np.nonzero(body[i].any(0))[0], np.nonzero(body[i].any(1))[0]
            if len(xs) == 0:
                continue
            mid = np.array([(xs[0] + xs[-1]) / 2, (ys[0] + ys[-1]) / 2])
            reach = 0.15 * (xs[-1] - xs[0])
            found = [k for k in range(1, n) if 60 < area[k] < 700 and abs(centre[k][0] - mid[0]) < reach
                     and abs(centre[k][1] - mid[1]) < 2.5 * reach]
            if found:
                current = lab == max(found, key=lambda k: area[k])
        else:
            near = cv2.dilate(current.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            touched = [k for k in np.unique(lab[near & (lab > 0)]) if 20 < area[k] < 900]
            current = np.isin(lab, touched) if touched else np.zeros_like(current)
            if not current.any():
                if out.any(axis=(1, 2)).sum() > 10:
                    break
                current = None
                continue
        if current is not None:
            out[i] = current
    return out


def _bowel_gas(hu: np.ndarray, air: np.ndarray, voxel_ml: float) -> np.ndarray:
    """Pure gas in large pockets whose middle lies in the lower third of all air: stomach and colon, never aerated lung."""
    smooth = ndimage.gaussian_filter(hu.astype(np.float32), (1, 2, 2))
    lab, n = ndimage.label(air & (smooth < -940))
    out = np.zeros(air.shape, bool)
    slices = np.nonzero(air.any(axis=(1, 2)))[0]
    if n == 0 or len(slices) == 0:
        return out
    low = slices[0] + (slices[-1] - slices[0]) / 3
    index = np.arange(1, n + 1)
    size = ndimage.sum_labels(air, lab, index) * voxel_ml
    centre = np.array(ndimage.center_of_mass(air, lab, index))[:, 0]
    seed = np.isin(lab, index[(size > 5) & (centre < low)])
    pocket = ndimage.binary_dilation(seed, np.ones((1, 3, 3), bool), iterations=10, mask=air)
    return ndimage.binary_dilation(pocket, np.ones((3, 5, 5), bool)) & (hu < -200)


def lung_label(hu: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    """Partial label [slice][row][column] of an HU series on the network's grid; spacing (z, y, x) in mm of that grid."""
    voxel_ml = spacing[0] * spacing[1] * spacing[2] / 1000
    body = body_mask(hu)
    airway = _airway((hu < -880) & body, body, spacing[1] * spacing[2])
    airway = ndimage.binary_dilation(airway, np.ones((1, 5, 5), bool)) & (hu < -200)
    air = (hu < -450) & body & ~airway
    gas = _bowel_gas(hu, air, voxel_ml)
    air &= ~gas
    core = ndimage.binary_opening(air, np.ones((1, 3, 3), bool))
    lab, n = ndimage.label(core)
    index = np.arange(1, n + 1)
    size = ndimage.sum_labels(core, lab, index) * voxel_ml
    mean = ndimage.mean(hu, lab, index)
    lung = np.isin(lab, index[(size > 40) & (mean > -935) & (mean < -500)])
    lung = ndimage.binary_dilation(lung, np.ones((1, 3, 3), bool)) & air
    label = np.zeros(hu.shape, np.uint8)
    smooth = ndimage.gaussian_filter(hu.astype(np.float32), (0, 1, 1))
    for i in range(len(hu)):
        mask = lung[i].astype(np.uint8)
        if not mask.any():
            continue
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
        closed = ndimage.binary_fill_holes(closed) & ~airway[i]
        hull = np.zeros_like(mask)
        n_parts, parts = cv2.connectedComponents(mask)
        for k in range(1, n_parts):
            contours, _ = cv2.findContours((parts == k).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(hull, [cv2.convexHull(np.vstack(contours))], -1, 1, -1)
        maybe = (cv2.dilate(hull, np.ones((7, 7), np.uint8)) > 0) & (hu[i] > -450) & (hu[i] < 90) & ~airway[i]
        label[i][maybe] = UNKNOWN
        label[i][closed & (hu[i] < 90)] = UNSURE_LUNG
        label[i][closed & (hu[i] >= -450)] = UNKNOWN
        small_holes = closed & (hu[i] >= -450)
        n_holes, holes, stats, _ = cv2.connectedComponentsWithStats(small_holes.astype(np.uint8), connectivity=4)
        vessel = np.isin(holes, [k for k in range(1, n_holes) if stats[k, cv2.CC_STAT_AREA] * spacing[1] * spacing[2] < 60])
        label[i][vessel & small_holes] = UNSURE_LUNG
        label[i][lung[i]] = UNSURE_LUNG
        label[i][lung[i] & (smooth[i] < -790)] = 1
    label[(hu < -450) & body & ~airway & ~lung & (label != 0)] = UNKNOWN
    label[gas] = 0
    return label
