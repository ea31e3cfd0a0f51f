"""The parts of a space that are arrays, and values of the space taken apart into them and put together again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors


@dataclass(frozen=True, slots=True)
class Leaf:
    """A space that is no Tuple or Dict, at its place in the whole."""

    path: tuple[str | int, ...]
    """Keys of Dicts and indices of Tuples from the outside in."""
    space: gymnasium.Space[Any]
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def bytes_per_row(self) -> int:
        """Bytes of one environment's value."""
        return math.prod(self.shape) * self.dtype.itemsize

    def name(self, whole: str) -> str:
        """What messages call this leaf of the value that they call `whole`: `observation['arm'][0]`."""
        return whole + "".join(f"[{step!r}]" for step in self.path)

    def encode(self) -> pb.Leaf:
        """The leaf's message."""
        return pb.Leaf(path=map(str, self.path), type=tensors.data_type(self.dtype), shape=self.shape)


def leaves_of(space: gymnasium.Space[Any]) -> tuple[Leaf, ...]:
    """The leaves of a space, depth first, in the spaces' own order."""
    return tuple(_walk(space, ()))


def _walk(space: gymnasium.Space[Any], path: tuple[str | int, ...]) -> Iterator[Leaf]:
    match space:
        case spaces.Tuple():
            for index, part in enumerate(space.spaces):
                yield from _walk(part, (*path, index))
        case spaces.Dict():
            for key, part in space.spaces.items():
                yield from _walk(part, (*path, key))
        case _:
            assert space.dtype is not None and space.shape is not None
            yield Leaf(path, space, np.dtype(space.dtype), tuple(space.shape))


def assemble(space: gymnasium.Space[Any], arrays: Sequence[npt.NDArray[Any]]) -> Any:
    """The value whose leaves are `arrays`, which may be batches: tuples and dicts as the space has them."""
    return _assemble(space, iter(arrays))


def _assemble(space: gymnasium.Space[Any], arrays: Iterator[npt.NDArray[Any]]) -> Any:
    match space:
        case spaces.Tuple():
            return tuple(_assemble(part, arrays) for part in space.spaces)
        case spaces.Dict():
            return {key: _assemble(part, arrays) for key, part in space.spaces.items()}
        case _:
            return next(arrays)


def take_apart(space: gymnasium.Space[Any], value: Any, whole: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a value with their names, in the order of `leaves_of`.

    `whole` is what errors call the value. Raises `ValueError` where the value is not built like the space.
    """
    match space:
        case spaces.Tuple():
            if not isinstance(value, (tuple, list)) or len(value) != len(space.spaces):
                raise ValueError(f"{whole} is {_described(value)}, not a tuple of {len(space.spaces)}")
            for index, part in enumerate(space.spaces):
                yield from take_apart(part, value[index], f"{whole}[{index}]")
        case spaces.Dict():
            for key, part in space.spaces.items():
                if not isinstance(value, dict) or key not in value:
                    raise ValueError(f"{whole} is {_described(value)}, not a dict with the entry {key!r}")
                yield from take_apart(part, value[key], f"{whole}[{key!r}]")
        case _:
            yield whole, value


def _described(value: Any) -> str:
    match value:
        case tuple() | list():
            return f"a {type(value).__name__} of {len(value)}"
        case dict():
            return f"a dict with the entries {', '.join(map(repr, value)) or 'none'}"
        case _:
            return f"of type {type(value).__name__}"
