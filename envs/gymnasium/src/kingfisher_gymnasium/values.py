"""`Value` messages ↔ Python: the arguments of an environment and the options of a reset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, Union

import numpy as np

from kingfisher_gymnasium import environment_pb2 as pb

Plain: TypeAlias = Union[bool, int, float, str, None, list["Plain"], dict[str, "Plain"]]
"""What a `Value` says in Python."""


def decode(value: pb.Value, name: str) -> Plain:
    """The Python object of a message, new each time; `name` is what errors call it.

    Raises `ValueError` for a value of no known kind.
    """
    match value.WhichOneof("kind"):
        case "flag":
            return value.flag
        case "integer":
            return value.integer
        case "number":
            return value.number
        case "text":
            return value.text
        case "list":
            return [decode(part, f"{name}[{index}]") for index, part in enumerate(value.list.values)]
        case "map":
            return {key: decode(part, f"{name}[{key!r}]") for key, part in value.map.values.items()}
        case "none" if value.none:
            return None
        case _:
            raise ValueError(f"{name} has no value that is known here")


def encode(value: object, name: str) -> pb.Value:
    """The message of a Python object; `name` is what errors call it.

    NumPy's numbers are taken as Python's, tuples as lists. Raises `ValueError` for an object of another kind.
    """
    match value:
        case None:
            return pb.Value(none=True)
        case bool() | np.bool_():
            return pb.Value(flag=bool(value))
        case int() | np.integer():
            if not -(2**63) <= int(value) < 2**63:
                raise ValueError(f"{name} is {value}, which goes beyond 64-bit integers")
            return pb.Value(integer=int(value))
        case float() | np.floating():
            return pb.Value(number=float(value))
        case str():
            return pb.Value(text=value)
        case list() | tuple():
            return pb.Value(list=pb.ValueList(values=[encode(part, f"{name}[{i}]") for i, part in enumerate(value)]))
        case Mapping():
            return pb.Value(map=pb.ValueMap(values=encode_entries(value, name)))
        case _:
            raise ValueError(f"{name} is of type {type(value).__name__}, which cannot be carried")


def encode_entries(entries: Mapping[Any, object], name: str) -> dict[str, pb.Value]:
    """The messages of a mapping's values by its keys, which must be texts."""
    for key in entries:
        if not isinstance(key, str):
            raise ValueError(f"{name} has the key {key!r}: keys must be texts")
    return {str(key): encode(value, f"{name}[{key!r}]") for key, value in entries.items()}


def texts(value: Plain) -> Iterator[str]:
    """All texts in a value, at any depth."""
    match value:
        case str():
            yield value
        case list():
            for part in value:
                yield from texts(part)
        case dict():
            for part in value.values():
                yield from texts(part)
