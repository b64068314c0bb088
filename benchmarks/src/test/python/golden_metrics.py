# SPDX-License-Identifier: Apache-2.0
"""Prints the golden values of CaseMetricsTest, by numpy and scipy: python golden_metrics.py (numpy, scipy).

Two ellipsoids on a grid of 20 x 24 x 28 voxels (slices, rows, columns) of 2.5 x 0.8 x 0.7 mm.
"""
import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure

SHAPE, SPACING = (20, 24, 28), (2.5, 0.8, 0.7)


def ellipsoid(centre, radii):
    grid = np.indices(SHAPE).astype(np.float64)
    return sum(((g - c) / r) ** 2 for g, c, r in zip(grid, centre, radii)) <= 1


def surface(mask, dims):
    return mask & ~binary_erosion(mask, generate_binary_structure(dims, 1))


def distances(a, b, spacing):
    sa, sb = surface(a, a.ndim), surface(b, b.ndim)
    return (distance_transform_edt(~sb, sampling=spacing)[sa] if sb.any() else np.full(sa.sum(), np.inf),
            distance_transform_edt(~sa, sampling=spacing)[sb] if sa.any() else np.full(sb.sum(), np.inf))


def report(name, ab, ba, tolerances):
    print(name, "surface voxels", len(ab), len(ba))
    for t in tolerances:
        print(f"  surface Dice at {t}: {((ab <= t).sum() + (ba <= t).sum()) / (len(ab) + len(ba)):.12f}")
    print(f"  Hausdorff 95: {max(np.percentile(ab, 95), np.percentile(ba, 95)):.12f}")


a = ellipsoid((10, 12, 14), (6, 8, 9))
b = ellipsoid((11, 12.5, 13), (6, 7, 10))
tp, fp, fn = (a & b).sum(), (~a & b).sum(), (a & ~b).sum()
print("voxels", a.sum(), b.sum(), "TP FP FN", tp, fp, fn)
print(f"Dice {2 * tp / (2 * tp + fp + fn):.12f} sensitivity {tp / (tp + fn):.12f} precision {tp / (tp + fp):.12f}")
report("volume", *distances(a, b, SPACING), (1.0, 2.0))
# slice by slice in pixels, pooled over the slices
pooled = [distances(a[k], b[k], (1, 1)) for k in range(SHAPE[0])]
ab, ba = (np.concatenate([p[i] for p in pooled]) for i in (0, 1))
report("pictures", ab, ba, (1.0, 2.0))
print("  without counterpart", np.isinf(ab).sum(), np.isinf(ba).sum())
ab, ba = (np.concatenate([p[i] for p in pooled[6:16]]) for i in (0, 1))
report("pictures 6 to 15", ab, ba, (1.0,))
