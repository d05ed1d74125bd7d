"""Linear weights in small whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 63
"""Seven bits: on processors without VNNI, products of eight-bit weights overflow when two are
added."""


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a weight (rows, columns) turned and in whole numbers, and the scale of each row.

    weight ~ (whole * scale).T: whole (columns, rows), scale (rows,).
    """
    scale = np.maximum(np.abs(weight).max(1), 1e-8).astype(np.float32) / LARGEST
    return np.rint(weight / scale[:, None]).astype(np.int8).T, scale
