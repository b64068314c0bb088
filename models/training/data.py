# SPDX-License-Identifier: Apache-2.0
"""Reads the training material: labelled picture cases and HU series.

Every slice leaves here on the network's grid (256 x 256). Arrays are [slice][row][column]; HU are int16.
"""
import gzip
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pydicom

GRID = 256
_NEEDS_DCMTK = {"1.2.840.10008.1.2.4.57": "dcmdjpeg", "1.2.840.10008.1.2.4.70": "dcmdjpeg", "1.2.840.10008.1.2.1.99": "dcmconv"}


def labelled_cases(root: Path) -> dict[str, dict[str, np.ndarray]]:
    """The slices with expert masks: case name -> picture [n,256,256] uint8 and label (0 background, 1 lung, 2 lesion)."""
    cases = {}
    for folder in sorted(p for p in (root / "covid-ct-seg").iterdir() if p.is_dir()):
        names = sorted(p.name for p in (folder / "image").glob("*.png"))
        read = lambda kind: np.stack([cv2.imread(str(folder / kind / n), cv2.IMREAD_GRAYSCALE) for n in names])
        picture, lung, lesion = read("image"), read("lung") > 0, read("lesion") > 0
        cases[folder.name] = {"picture": picture, "label": np.where(lesion, 2, np.where(lung, 1, 0)).astype(np.uint8)}
    return cases


def medseg_slices(root: Path, not_lesion: int) -> tuple[np.ndarray, np.ndarray]:
    """MedSeg's single slices: pictures like those of the labelled cases, and labels (2 lesion, else not_lesion).

    They come windowed and cropped close to the lungs: placed on the grid with a dark border, then CLAHE as for the others.
    """
    pictures, labels = [], []
    for path in sorted((root / "medseg-slices/image").glob("*.png")):
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        lesion = cv2.imread(str(path.parents[1] / "lesion" / path.name), cv2.IMREAD_GRAYSCALE) > 0
        scale = 216 / max(image.shape)
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        top, left = (GRID - size[1]) // 2, (GRID - size[0]) // 2
        picture, label = np.zeros((GRID, GRID), np.uint8), np.full((GRID, GRID), not_lesion, np.uint8)
        inside = np.s_[top:top + size[1], left:left + size[0]]
        picture[inside] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        label[inside][cv2.resize(lesion.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.4] = 2
        pictures.append(clahe(picture))
        labels.append(label)
    return np.stack(pictures), np.stack(labels)


def read_hu(path: Path) -> tuple[pydicom.Dataset, np.ndarray]:
    """One single-frame CT instance and its HU [rows][columns]; padding below -1024 is kept as it is."""
    ds = pydicom.dcmread(path)
    tool = _NEEDS_DCMTK.get(ds.file_meta.TransferSyntaxUID)
    if tool:
        with tempfile.TemporaryDirectory() as tmp:
            out = Path(tmp) / "plain.dcm"
            command = [tool, str(path), str(out)] if tool == "dcmdjpeg" else [tool, "+te", str(path), str(out)]
            subprocess.run(command, check=True, capture_output=True)
            ds = pydicom.dcmread(out)
            pixels = ds.pixel_array
    else:
        pixels = ds.pixel_array
    hu = pixels.astype(np.float32) * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
    return ds, np.clip(np.rint(hu), -32768, 32767).astype(np.int16)


def read_series(folder: Path) -> dict:
    """The axial slices of a folder, feet to head: hu [n][rows][columns], spacing (z, y, x) in mm.

    `turn` is the index that brings slices in the network's orientation (rows to posterior, columns to the patient's left); hu are as in the file.
    """
    slices, turn = [], (slice(None),) * 3
    for path in sorted(folder.glob("*.dcm")):
        ds, hu = read_hu(path)
        orientation = [float(v) for v in ds.ImageOrientationPatient]
        if abs(orientation[0]) < 0.95 or abs(orientation[4]) < 0.95:
            continue
        turn = (slice(None), slice(None, None, -1 if orientation[4] < 0 else None), slice(None, None, -1 if orientation[0] < 0 else None))
        slices.append((float(ds.ImagePositionPatient[2]), hu, [float(v) for v in ds.PixelSpacing]))
    slices.sort(key=lambda s: s[0])
    z = np.array([s[0] for s in slices])
    step = float(np.median(np.diff(z))) if len(z) > 1 else 1.0
    return {"hu": np.stack([s[1] for s in slices]), "spacing": (step, *slices[0][2]), "turn": turn}


def read_label_map(path: Path) -> np.ndarray:
    """Label map of a NIfTI-1 file (.nii.gz, 8 or 16 bit) as [slice][row][column], in the file's own voxel order."""
    raw = gzip.decompress(path.read_bytes())
    columns, rows, slices = np.frombuffer(raw, "<i2", 3, 42)
    kind = {2: "<u1", 4: "<i2", 512: "<u2"}[int(np.frombuffer(raw, "<i2", 1, 70)[0])]
    start = int(np.frombuffer(raw, "<f4", 1, 108)[0])
    return np.frombuffer(raw, kind, int(columns) * int(rows) * int(slices), start).reshape(slices, rows, columns)


LOW, HIGH = -1024, 300  # HU that the networks see; what lies outside is clamped


def to_grid(hu: np.ndarray) -> np.ndarray:
    """Slices [n][rows][columns] on the network's grid: clamped, then averaged over area, exactly as the exported module does."""
    return resize(np.clip(hu, LOW, HIGH), cv2.INTER_AREA)


def resize(hu: np.ndarray, interpolation: int) -> np.ndarray:
    return np.stack([cv2.resize(s.astype(np.float32), (GRID, GRID), interpolation=interpolation) for s in hu]).round().astype(np.int16)


def clahe(picture: np.ndarray) -> np.ndarray:
    """CLAHE as the labelled set was made with: clip limit 7 on 8 x 8 tiles."""
    return cv2.createCLAHE(clipLimit=7.0, tileGridSize=(8, 8)).apply(picture)


def clahe_picture(hu: np.ndarray, low: float | None = None, high: float | None = None) -> np.ndarray:
    """The labelled set's picture of one HU slice [256][256]: optional window, per-slice stretch to 8 bit, CLAHE."""
    x = np.clip(hu.astype(np.float32), low if low is not None else -4096, high if high is not None else 32767)
    span = max(float(x.max() - x.min()), 1.0)
    return clahe(((x - x.min()) / span * 255).astype(np.uint8))


def service_picture(hu: np.ndarray) -> np.ndarray:
    """The picture that the exported graph makes of an HU slice [256][256]: one window for all slices, then CLAHE."""
    x = np.clip(hu.astype(np.float32), LOW, -LOW)
    return clahe(((x - LOW) * (255 / (-2 * LOW))).astype(np.uint8))
