# SPDX-License-Identifier: Apache-2.0
"""Writes the TorchScript graph of MatrixProduct: python make_matrix_product.py ../resources/io/hounsfield/inference/matrix-product.pt"""
import sys

import torch
from torch import Tensor, nn


class MatrixProduct(nn.Module):
    """Takes int32 [3]: side n, products k, 1 for bfloat16 or 0 for float32. Multiplies k matrices n x n, each with the product before."""

    def forward(self, spec: Tensor) -> Tensor:
        n, k, bf16 = int(spec[0]), int(spec[1]), bool(spec[2] == 1)
        a = (torch.arange(n * n, device=spec.device).remainder(7) - 3).to(torch.float32).view(n, n) / n
        if bf16:
            a = a.to(torch.bfloat16)
        product = a
        for _ in range(k):
            product = torch.mm(product, a)
        return product.to(torch.float32).sum().view(1)


if __name__ == "__main__":
    torch.jit.save(torch.jit.script(MatrixProduct().eval()), sys.argv[1])
