# SPDX-License-Identifier: Apache-2.0
"""Random geometry and intensity of a batch, on tensors: channel 0 is HU scaled to 0..1 over the network's range, channel 1 the CLAHE picture."""
import math

import torch
import torch.nn.functional as F

from data import HIGH, LOW

_SPAN = HIGH - LOW


def geometry(image: torch.Tensor, label: torch.Tensor, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale, aspect, rotation, shift, mirror and a smooth warp; image [N,C,H,W], label [N,H,W] uint8. New border is air."""
    n, channels, h, w = image.shape
    u = lambda low, high: torch.rand(n, generator=g) * (high - low) + low
    scale = torch.exp(u(math.log(0.75), math.log(1.4)))
    aspect = torch.exp(u(-0.09, 0.09))
    turn = u(-0.26, 0.26)
    mirror = torch.where(torch.rand(n, generator=g) < 0.5, -1.0, 1.0)
    sx, sy = mirror * scale * aspect, scale / aspect
    theta = torch.stack([torch.stack([turn.cos() * sx, -turn.sin() * sy, u(-0.2, 0.2)], 1),
                         torch.stack([turn.sin() * sx, turn.cos() * sy, u(-0.2, 0.2)], 1)], 1)
    grid = F.affine_grid(theta, [n, channels, h, w], align_corners=False)
    warp = torch.randn(n, 2, 6, 6, generator=g) * 0.02
    grid = grid + F.interpolate(warp, (h, w), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
    image = F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    label = F.grid_sample(label[:, None].float(), grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return image, label[:, 0].round().to(torch.uint8)


def crop(image: torch.Tensor, label: torch.Tensor, side: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Squares around the labelled lungs, moved at random: most of what lies farther out teaches little and costs as much."""
    n, _, h, w = image.shape
    jitter = (torch.rand(n, 2, generator=g) - 0.5) * 0.3 * side
    images, labels = [], []
    for i in range(n):
        lung = (label[i] > 0) & (label[i] < 4)
        rows, columns = lung.any(1).nonzero(), lung.any(0).nonzero()
        middle = [(float(x[0]) + float(x[-1])) / 2 if len(x) else size / 2 for x, size in ((rows, h), (columns, w))]
        top, left = (min(max(int(m + float(j) - side / 2), 0), size - side) for m, j, size in zip(middle, jitter[i], (h, w)))
        images.append(image[i, :, top:top + side, left:left + side])
        labels.append(label[i, top:top + side, left:left + side])
    return torch.stack(images), torch.stack(labels)


def intensity(image: torch.Tensor, g: torch.Generator, strength: float = 1) -> torch.Tensor:
    """Density scale, offset and gamma, soft or sharp kernel, white or correlated noise; image [N,1,H,W].

    A strength below 1 narrows density and noise (not the kernel): strong changes hide faint ground glass.
    """
    n = len(image)
    u = lambda low, high: (torch.rand(n, generator=g) * (high - low) + low).view(n, 1, 1, 1)
    chosen = lambda p: (torch.rand(n, generator=g) < p).view(n, 1, 1, 1)
    hu = image * _SPAN + LOW
    density = ((hu + 1000) / 1000).clamp(min=1e-3)
    curved = density ** torch.exp(u(-0.18, 0.18) * strength) * 1000 - 1000
    hu = torch.where(chosen(0.5) & (hu < 0) & (hu > -1000), curved, hu)
    hu = hu * (1 + u(-0.06, 0.06) * strength) + u(-35, 35) * strength
    soft = F.avg_pool2d(F.pad(hu, (1, 1, 1, 1), mode="replicate"), 3, 1)
    hu = torch.where(chosen(0.5), hu + (soft - hu) * u(-0.7, 1.0), hu)
    noise = torch.randn(hu.shape, generator=g)
    smooth = F.avg_pool2d(noise, 3, 1, 1) * 3
    noise = torch.where(chosen(0.5), noise, smooth)
    hu = hu + torch.where(chosen(0.6), noise * u(0, 1) ** 2 * 110 * strength, torch.zeros(()))
    return ((hu - LOW) / _SPAN).clamp(0, 1)


def picture(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Gamma, contrast, brightness, soft or sharp kernel, shading and noise of CLAHE pictures 0..1, [N,1,H,W]."""
    n = len(image)
    u = lambda low, high: (torch.rand(n, generator=g) * (high - low) + low).view(n, 1, 1, 1)
    chosen = lambda p: (torch.rand(n, generator=g) < p).view(n, 1, 1, 1)
    x = torch.where(chosen(0.5), image.clamp(min=1e-3) ** torch.exp(u(-0.35, 0.35)), image)
    x = (x - 0.5) * u(0.8, 1.2) + 0.5 + u(-0.08, 0.08)
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.where(chosen(0.5), x + (soft - x) * u(-0.6, 1.0), x)
    x = x + torch.where(chosen(0.4), shading(image.shape, g) * u(0, 0.2), torch.zeros(()))
    return (x + torch.where(chosen(0.5), torch.randn(x.shape, generator=g) * u(0, 1) ** 2 * 0.1, torch.zeros(()))).clamp(0, 1)


def shading(shape: torch.Size, g: torch.Generator) -> torch.Tensor:
    """A smooth random field [N,1,H,W] of unit scale: what a restoration leaves wrong."""
    return F.interpolate(torch.randn(shape[0], 1, 5, 5, generator=g), shape[2:], mode="bicubic", align_corners=False)
