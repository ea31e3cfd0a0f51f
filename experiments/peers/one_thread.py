"""Import before torch: holds OpenMP, MKL and OpenBLAS to one thread, as every figure of a peer is taken here."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"


def apply() -> None:
    """Tells torch itself; its own setting wins over the variables."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)


def versions(*packages: str) -> dict[str, str]:
    return {"python": platform.python_version()} | {package: version(package) for package in packages}
