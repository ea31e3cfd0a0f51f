"""Equality to the bit, of everything that environments give."""

from __future__ import annotations

from typing import Any

import numpy as np


def assert_same(ours: Any, theirs: Any, where: str = "value") -> None:
    """Fails if two observations, arrays or infos differ in a key, a type, a shape or a bit."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict) and set(ours) == set(theirs), f"{where}: {set(ours)} != {set(theirs)}"
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{where}[{key!r}]")
    elif isinstance(theirs, tuple):
        assert isinstance(ours, tuple) and len(ours) == len(theirs), where
        for index, part in enumerate(theirs):
            assert_same(ours[index], part, f"{where}[{index}]")
    elif isinstance(theirs, np.ndarray) and theirs.dtype == object:
        assert isinstance(ours, np.ndarray) and ours.dtype == object and ours.shape == theirs.shape, where
        for index, part in enumerate(theirs):
            assert_same(ours[index], part, f"{where}[{index}]")
    elif isinstance(theirs, (np.ndarray, np.generic)):
        array = np.asarray(ours)
        assert array.dtype == theirs.dtype, f"{where}: {array.dtype} != {theirs.dtype}"
        assert array.shape == theirs.shape, f"{where}: {array.shape} != {theirs.shape}"
        assert array.tobytes() == theirs.tobytes(), f"{where}: {array} != {theirs}"
    else:
        assert type(theirs) in (int, float, bool, str, type(None)), f"{where}: {type(theirs)} is not compared"
        assert ours == theirs, f"{where}: {ours} != {theirs}"
