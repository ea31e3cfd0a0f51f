"""Gymnasium's spaces ↔ `Space` messages, equal under Gymnasium's own `==`."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors


class UnsupportedSpaceError(ValueError):
    """A space, or a part of one, has no message; the text names the part and the reason."""


def encode(space: gymnasium.Space[Any], name: str) -> pb.Space:
    """The message of a space.

    `name` is what errors call the space. Raises `UnsupportedSpaceError` for Text, Sequence, Graph and OneOf spaces, for
    classes that are not Gymnasium's, for Dicts whose keys are not texts and for types of numbers that do not travel.
    """
    try:
        return _encode(space, name)
    except tensors.TensorError as error:
        raise UnsupportedSpaceError(f"{name} is {space}: {error}") from error


def _encode(space: gymnasium.Space[Any], name: str) -> pb.Space:
    match space:
        case spaces.Box():
            return pb.Space(box=_encode_box(space))
        case spaces.Discrete():
            count, start = int(space.n), int(space.start)
            if count > np.iinfo(np.int64).max or start > np.iinfo(np.int64).max:
                raise UnsupportedSpaceError(f"{name} is {space}, which goes beyond 64-bit integers")
            kind = tensors.data_type(np.dtype(space.dtype))
            return pb.Space(discrete=pb.DiscreteSpace(n=count, start=start, type=kind))
        case spaces.MultiDiscrete():
            counts, starts = tensors.encode(space.nvec), tensors.encode(space.start)
            return pb.Space(multi_discrete=pb.MultiDiscreteSpace(counts=counts, starts=starts))
        case spaces.MultiBinary():
            shaped = len(space.shape) == 1 and not isinstance(space.n, (int, np.integer))
            return pb.Space(multi_binary=pb.MultiBinarySpace(shape=space.shape, given_as_shape=shaped))
        case spaces.Tuple():
            parts = [encode(part, f"{name}[{index}]") for index, part in enumerate(space.spaces)]
            return pb.Space(tuple=pb.TupleSpace(spaces=parts))
        case spaces.Dict():
            return pb.Space(dict=pb.DictSpace(entries=[_encode_entry(key, part, name) for key, part in space.spaces.items()]))
        case _:
            raise UnsupportedSpaceError(f"{name} is of kind {type(space).__name__}, which cannot be carried: {space}")


def _encode_box(space: spaces.Box) -> pb.BoxSpace:
    return pb.BoxSpace(
        low=tensors.encode(space.low),
        high=tensors.encode(space.high),
        bounded_below=np.asarray(space.bounded_below, np.uint8).tobytes(),
        bounded_above=np.asarray(space.bounded_above, np.uint8).tobytes(),
    )


def _encode_entry(key: object, part: gymnasium.Space[Any], name: str) -> pb.NamedSpace:
    if not isinstance(key, str):
        raise UnsupportedSpaceError(f"{name} is a Dict with the key {key!r}: only texts can be carried as keys")
    return pb.NamedSpace(name=key, space=encode(part, f"{name}[{key!r}]"))


def decode(message: pb.Space) -> gymnasium.Space[Any]:
    """The space of a message; raises `ValueError` if the message describes none."""
    match message.WhichOneof("kind"):
        case "box":
            return _decode_box(message.box)
        case "discrete":
            dtype = tensors.DTYPES.get(message.discrete.type)
            if dtype is None or dtype.kind not in "iu" or message.discrete.n < 1:
                raise ValueError(f"a Discrete space of {message.discrete.n} values of type {message.discrete.type}")
            return spaces.Discrete(message.discrete.n, start=message.discrete.start, dtype=dtype.type)
        case "multi_discrete":
            counts, starts = tensors.decode(message.multi_discrete.counts), tensors.decode(message.multi_discrete.starts)
            if counts.dtype.kind not in "iu" or starts.dtype != counts.dtype:
                raise ValueError(f"a MultiDiscrete space of types {counts.dtype} and {starts.dtype}")
            return spaces.MultiDiscrete(counts, start=starts, dtype=counts.dtype.type)
        case "multi_binary":
            shape = tuple(message.multi_binary.shape)
            return spaces.MultiBinary(shape[0] if len(shape) == 1 and not message.multi_binary.given_as_shape else shape)
        case "tuple":
            return spaces.Tuple([decode(part) for part in message.tuple.spaces])
        case "dict":
            # A sequence of pairs keeps its order; a plain dict would be sorted.
            return spaces.Dict([(entry.name, decode(entry.space)) for entry in message.dict.entries])
        case _:
            raise ValueError("a space of a kind that this version does not know")


def _decode_box(message: pb.BoxSpace) -> spaces.Box:
    low, high = tensors.decode(message.low), tensors.decode(message.high)
    if low.dtype != high.dtype or low.shape != high.shape:
        raise ValueError(f"a Box with bounds of {low.dtype}{list(low.shape)} and {high.dtype}{list(high.shape)}")
    box = spaces.Box(low, high, low.shape, low.dtype.type)
    # Gymnasium would take the smallest integer for a bound, although it stands for none.
    box.bounded_below = _decode_flags(message.bounded_below, low.shape)
    box.bounded_above = _decode_flags(message.bounded_above, low.shape)
    return box


def _decode_flags(data: bytes, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    return tensors.from_bytes(data, np.dtype(np.bool_), shape)
