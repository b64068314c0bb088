# SPDX-License-Identifier: Apache-2.0
"""Random geometry and intensity of a batch, on tensors: images are HU scaled to 0..1 over the network's range."""
import math

import torch
import torch.nn.functional as F

from data import HIGH, LOW

_SPAN = HIGH - LOW


def geometry(image: torch.Tensor, label: torch.Tensor, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale, aspect, rotation, shift, mirror and a smooth warp; image [N,1,H,W], label [N,H,W] uint8. New border is air."""
    n, _, h, w = image.shape
    u = lambda low, high: torch.rand(n, generator=g) * (high - low) + low
    scale = torch.exp(u(math.log(0.75), math.log(1.4)))
    aspect = torch.exp(u(-0.09, 0.09))
    turn = u(-0.26, 0.26)
    mirror = torch.where(torch.rand(n, generator=g) < 0.5, -1.0, 1.0)
    sx, sy = mirror * scale * aspect, scale / aspect
    theta = torch.stack([torch.stack([turn.cos() * sx, -turn.sin() * sy, u(-0.2, 0.2)], 1),
                         torch.stack([turn.sin() * sx, turn.cos() * sy, u(-0.2, 0.2)], 1)], 1)
    grid = F.affine_grid(theta, [n, 1, h, w], align_corners=False)
    warp = torch.randn(n, 2, 6, 6, generator=g) * 0.02
    grid = grid + F.interpolate(warp, (h, w), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
    image = F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    label = F.grid_sample(label[:, None].float(), grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return image, label[:, 0].round().to(torch.uint8)


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
