"""The answer to Reset and Step: arrays that are parts of the serialized message itself.

N, the types and the shapes of a group never change, so the first fields of its `StepBatch` always take the same bytes at
the same places. They are laid out once; environments' values are written straight into them, and to answer is to copy
that memory. What protobuf would serialize is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors
from kingfisher_gymnasium.leaves import Leaf

_VARINT, _BYTES = 0, 2
_LONGEST_VARINT: Final = 10


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _tag(message: Any, field: str, wire_type: int) -> bytes:
    return _varint(message.DESCRIPTOR.fields_by_name[field].number << 3 | wire_type)


_SEQUENCE: Final = _tag(pb.RunGroupResponse, "sequence", _VARINT)
_BATCH: Final = _tag(pb.RunGroupResponse, "batch", _BYTES)
_OBSERVATIONS: Final = _tag(pb.StepBatch, "observations", _BYTES)
_FINAL: Final = _tag(pb.StepBatch, "final", _BYTES)
_INFOS: Final = _tag(pb.StepBatch, "infos", _BYTES)
_NANOSECONDS: Final = _tag(pb.StepBatch, "environment_nanoseconds", _VARINT)


class Batch:
    """What a group of N environments shows, as arrays to write to and as a message."""

    observations: Final[tuple[npt.NDArray[Any], ...]]
    """[N, shape of the leaf] for each leaf, to be written."""
    rewards: Final[npt.NDArray[np.float64]]
    """[N], to be written."""
    terminated: Final[npt.NDArray[np.bool_]]
    """[N], to be written."""
    truncated: Final[npt.NDArray[np.bool_]]
    """[N], to be written."""
    reset_rows: Final[npt.NDArray[np.bool_]]
    """[N], to be written."""

    def __init__(self, leaves: Sequence[Leaf], count: int) -> None:
        fixed = bytearray()
        places: list[tuple[int, np.dtype[Any], tuple[int, ...]]] = []

        def lay(tag: bytes, head: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
            size = int(np.prod(shape)) * dtype.itemsize
            fixed.extend(tag + _varint(len(head) + size) + head)
            places.append((len(fixed), dtype, shape))
            fixed.extend(bytes(size))

        for leaf in leaves:
            dtype, shape = tensors.DTYPES[tensors.data_type(leaf.dtype)], (count, *leaf.shape)
            size = count * leaf.bytes_per_row
            tensor = pb.Tensor(type=tensors.data_type(leaf.dtype), shape=shape, data=bytes(size)).SerializeToString()
            lay(_OBSERVATIONS, tensor[: len(tensor) - size], dtype, shape)
        lay(_tag(pb.StepBatch, "rewards", _BYTES), b"", np.dtype("<f8"), (count,))
        for flags in ("terminated", "truncated", "reset_rows"):
            lay(_tag(pb.StepBatch, flags, _BYTES), b"", np.dtype("?"), (count,))

        self._fixed = fixed
        arrays = [np.ndarray(shape, dtype, fixed, offset) for offset, dtype, shape in places]
        self.observations = tuple(arrays[: len(leaves)])
        self.rewards, self.terminated, self.truncated, self.reset_rows = arrays[len(leaves) :]

    @property
    def largest_message(self) -> int:
        """Bytes of the longest answer without infos: every row ends, and its last observation is sent as well."""
        rows = len(self.rewards)
        # A final row's number takes five bytes at most; the names and lengths of the parts take what they take here.
        final = len(self._fixed) + 5 * rows
        return len(self._fixed) + final + 6 * _LONGEST_VARINT

    def encode(self, sequence: int, nanoseconds: int, final: pb.FinalRows | None, infos: pb.Infos | None) -> bytes:
        """The serialized `RunGroupResponse` with what the arrays hold now."""
        parts = [self._fixed]
        for tag, message in ((_FINAL, final), (_INFOS, infos)):
            if message is not None:
                data = message.SerializeToString()
                parts.append(bytearray(tag + _varint(len(data)) + data))
        parts.append(bytearray(_NANOSECONDS + _varint(nanoseconds)))
        length = sum(map(len, parts))
        return b"".join((_SEQUENCE, _varint(sequence), _BATCH, _varint(length), *parts))
