"""Observations of environments, checked and copied into a batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

from kingfisher_gymnasium.leaves import Leaf, take_apart


class FormError(Exception):
    """An environment gave what is not in its spaces' form."""


class ObservationStore:
    """Writes environments' observations into the rows of arrays, as `SyncVectorEnv` does.

    Types are cast where NumPy's `same_kind` rule lets them be, such as float64 to float32; shapes have to be equal, for a
    plain assignment would broadcast. The environment may change its array afterwards: nothing of it is kept.
    """

    def __init__(self, space: gymnasium.Space[Any], leaves: Sequence[Leaf], arrays: Sequence[npt.NDArray[Any]]) -> None:
        """`arrays` has [rows, shape of the leaf] for each of `leaves`, which are those of `space`."""
        self._space = space
        self._leaves = leaves
        # With an ellipsis the row of an array of numbers is an array too, and can be written to.
        self._rows = [[array[row, ...] for array in arrays] for row in range(len(arrays[0]) if arrays else 0)]
        self._plain = len(leaves) == 1 and not leaves[0].path

    def store(self, row: int, observation: Any) -> None:
        """Writes an observation into a row; raises `FormError` if it has not the space's form."""
        if self._plain:
            target = self._rows[row][0]
            if type(observation) is np.ndarray and observation.dtype is target.dtype and observation.shape == target.shape:
                target[...] = observation  # What most environments give.
            else:
                _write(target, observation, "observation")
            return
        try:
            parts = list(take_apart(self._space, observation, "observation"))
        except ValueError as error:
            raise FormError(str(error)) from error
        for target, (name, value) in zip(self._rows[row] if self._leaves else (), parts, strict=True):
            _write(target, value, name)


def _write(target: npt.NDArray[Any], value: Any, name: str) -> None:
    try:
        array = np.asarray(value)
    except Exception as error:
        raise FormError(f"its {name} of type {type(value).__name__} is no array: {error}") from error
    if not np.can_cast(array.dtype, target.dtype, "same_kind"):
        given = array.dtype if array.dtype != object else f"object (from {type(value).__name__})"
        raise FormError(f"its {name} has the type {given}, which does not fit {target.dtype}, the type of its space")
    if array.shape != target.shape:
        raise FormError(f"its {name} has the shape {list(array.shape)}, but its space has {list(target.shape)}")
    np.copyto(target, array, casting="same_kind")
