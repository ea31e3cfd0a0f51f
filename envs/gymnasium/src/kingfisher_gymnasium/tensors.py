"""Arrays ↔ `Tensor` messages: raw little-endian elements in C order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kingfisher_gymnasium import environment_pb2 as pb

_CODES: Final = {
    pb.DATA_TYPE_BOOL: "?",
    pb.DATA_TYPE_INT8: "i1",
    pb.DATA_TYPE_INT16: "<i2",
    pb.DATA_TYPE_INT32: "<i4",
    pb.DATA_TYPE_INT64: "<i8",
    pb.DATA_TYPE_UINT8: "u1",
    pb.DATA_TYPE_UINT16: "<u2",
    pb.DATA_TYPE_UINT32: "<u4",
    pb.DATA_TYPE_UINT64: "<u8",
    pb.DATA_TYPE_FLOAT16: "<f2",
    pb.DATA_TYPE_FLOAT32: "<f4",
    pb.DATA_TYPE_FLOAT64: "<f8",
}
DTYPES: Final[Mapping[int, np.dtype[Any]]] = MappingProxyType({t: np.dtype(c) for t, c in _CODES.items()})
"""NumPy's type for each `DataType`, as its elements travel."""

_TYPES: Final[Mapping[np.dtype[Any], pb.DataType]] = MappingProxyType({np.dtype(c): t for t, c in _CODES.items()})


class TensorError(ValueError):
    """An array has no message, or a message is no array."""


def data_type(dtype: np.dtype[Any]) -> pb.DataType:
    """The `DataType` of arrays of `dtype`; raises `TensorError` if they do not travel."""
    found = _TYPES.get(dtype) if dtype.isnative else None
    if found is None:
        raise TensorError(f"arrays of type {dtype} cannot be carried")
    return found


def encode(array: npt.NDArray[Any]) -> pb.Tensor:
    """The message of an array; raises `TensorError` if its type does not travel."""
    kind = data_type(array.dtype)
    return pb.Tensor(type=kind, shape=array.shape, data=array.astype(DTYPES[kind], order="C", copy=False).tobytes())


def decode(tensor: pb.Tensor) -> npt.NDArray[Any]:
    """The array of a message, new and writable; raises `TensorError` where type, shape and bytes do not fit together."""
    dtype = DTYPES.get(tensor.type)
    if dtype is None:
        raise TensorError(f"a tensor of type {tensor.type}, which is no known type")
    return from_bytes(tensor.data, dtype, tuple(tensor.shape))


def from_bytes(data: bytes, dtype: np.dtype[Any], shape: Sequence[int]) -> npt.NDArray[Any]:
    """A new writable array of `dtype` and `shape` from its bytes; raises `TensorError` if they are not its bytes."""
    if any(length < 0 for length in shape) or len(shape) > 64:
        raise TensorError(f"a tensor of shape {list(shape)}, which is no shape")
    expected = math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        raise TensorError(f"a tensor of {len(data)} bytes, where {dtype.name}{list(shape)} has {expected}")
    if dtype.kind == "b" and data.strip(b"\0\1"):
        raise TensorError("a tensor of type bool with a byte that is neither 0 nor 1")
    # A bytearray's memory is the array's own: NumPy lets it be written, and nothing is copied twice.
    return np.frombuffer(bytearray(data), dtype).reshape(shape)
