"""Actions from a `Step` message, checked before any environment sees one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector.utils import batch_space, iterate

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors
from kingfisher_gymnasium.failures import invalid
from kingfisher_gymnasium.leaves import Leaf, assemble

_Check = Callable[[npt.NDArray[Any]], npt.NDArray[np.bool_]]


class ActionReader:
    """Takes the actions of N environments out of messages, in the form in which `SyncVectorEnv` hands them on."""

    def __init__(self, space: gymnasium.Space[Any], leaves: Sequence[Leaf], count: int) -> None:
        """`leaves` are those of `space`, the action space of one environment."""
        self._space = space
        self._batched = batch_space(space, count)
        self._leaves = leaves
        self._plain = len(leaves) == 1 and not leaves[0].path
        self._count = count
        self._shapes = [[count, *leaf.shape] for leaf in leaves]
        self._types = [tensors.data_type(leaf.dtype) for leaf in leaves]
        self._checks = [_check_of(leaf.space) for leaf in leaves]

    def read(self, step: pb.Step, ignored: Sequence[bool]) -> Iterator[Any]:
        """The environments' actions in turn.

        The values of the `ignored` rows are not checked. Raises `RequestFailedError` for actions that are not accepted.
        """
        if len(step.actions) != len(self._leaves):
            raise invalid(f"{len(step.actions)} tensors of actions, but the action space has {len(self._leaves)}")
        arrays = [self._array(index, tensor, ignored) for index, tensor in enumerate(step.actions)]
        return iter(arrays[0]) if self._plain else iterate(self._batched, assemble(self._space, arrays))

    def _array(self, index: int, tensor: pb.Tensor, ignored: Sequence[bool]) -> npt.NDArray[Any]:
        shape, kind = self._shapes[index], self._types[index]
        if tensor.type != kind or tensor.shape != shape:
            raise invalid(
                f"{self._name(index)} is {_type_name(tensor.type)}{list(tensor.shape)}, "
                f"but the action space takes {_type_name(kind)}{shape}"
            )
        try:
            array = tensors.from_bytes(tensor.data, tensors.DTYPES[kind], shape)
        except tensors.TensorError as error:
            raise invalid(f"{self._name(index)}: {error}") from error
        check = self._checks[index]
        if check is not None:
            accepted = check(array)
            if not accepted.all():
                self._refuse(index, array, accepted, ignored)
        return array

    def _refuse(
        self, index: int, array: npt.NDArray[Any], accepted: npt.NDArray[np.bool_], ignored: Sequence[bool]
    ) -> None:
        for row in range(self._count):
            if not ignored[row] and not np.all(accepted[row]):
                value = np.array2string(array[row], threshold=8)
                space = self._leaves[index].space
                needed = "finite numbers" if isinstance(space, spaces.Box) else str(space)
                raise invalid(f"{self._name(index)} of row {row} is {value}: {needed} expected")

    def _name(self, index: int) -> str:
        return self._leaves[index].name("action")


def _type_name(kind: int) -> str:
    return tensors.DTYPES[kind].name if kind in tensors.DTYPES else f"type {kind}"


def _check_of(space: gymnasium.Space[Any]) -> _Check | None:
    match space:
        case spaces.Discrete():
            return _between(int(space.start), int(space.start) + int(space.n) - 1)
        case spaces.MultiDiscrete():
            # Sums of small integers may go beyond their type.
            wide = np.uint64 if space.start.dtype == np.uint64 else np.int64
            return _between(space.start, space.start.astype(wide) + (space.nvec.astype(wide) - wide(1)))
        case spaces.MultiBinary():
            return _between(0, 1)
        case spaces.Box() if np.dtype(space.dtype).kind == "f":
            return np.isfinite
        case _:
            return None


def _between(low: Any, high: Any) -> _Check:
    def check(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        accepted: npt.NDArray[np.bool_] = np.logical_and(array >= low, array <= high)
        return accepted

    return check
