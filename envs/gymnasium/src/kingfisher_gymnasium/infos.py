"""Infos of environments as columns, and columns as the infos of a Gymnasium vector.

Which array holds an entry, of which type and with which mask, is Gymnasium's own doing (`VectorEnv._add_info`); columns
carry its result, so that the other end can have the very same infos.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
from gymnasium.vector import VectorEnv

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors

VectorInfos = dict[str, Any]
"""Arrays over rows by name, nested dicts included, and a mask `_name` beside each `name`."""


class _Batcher(VectorEnv[Any, Any, Any]):
    """Gymnasium's batching of infos, without environments."""

    def __init__(self, rows: int) -> None:
        self.num_envs = rows

    def add(self, infos: VectorInfos, info: dict[str, Any], row: int) -> None:
        self._add_info(infos, info, row)


class InfoCollector:
    """The infos of one step of N environments."""

    def __init__(self, rows: int) -> None:
        self._batcher = _Batcher(rows)
        self._infos: VectorInfos = {}
        self._left_out: dict[str, None] = {}

    def add(self, row: int, info: dict[str, Any]) -> None:
        """Adds what the environment of a row tells; nothing of `info` is kept."""
        for key, value in info.items():
            if isinstance(value, dict) != isinstance(self._infos.get(key, value), dict):
                self._left_out[str(key)] = None
                continue
            try:
                self._batcher.add(self._infos, {key: value}, row)
            except Exception:  # Rows differ in what the entry is, so that no array holds it: Gymnasium would fail.
                self._left_out[str(key)] = None

    def encode(self, rows: npt.NDArray[np.intp] | slice) -> pb.Infos:
        """The columns of the given rows."""
        for key in self._left_out:
            self._infos.pop(key, None)
            self._infos.pop(f"_{key}", None)
        message = pb.Infos()
        left_out = dict(self._left_out)
        for column in _columns(self._infos, (), rows, left_out):
            message.columns.append(column)
        message.left_out.extend(name.encode("utf-8", "replace").decode() for name in left_out)
        return message


def _columns(
    infos: VectorInfos, path: tuple[str, ...], rows: npt.NDArray[np.intp] | slice, left_out: dict[str, None]
) -> Iterator[pb.InfoColumn]:
    for key, value in infos.items():
        mask = infos.get(f"_{key}")
        place = (*path, str(key))
        if mask is None:
            if not isinstance(key, str):  # Some rows have a dict here, others a value, which Gymnasium files by its row.
                left_out[".".join(path)] = None
            continue  # It is itself the mask of another entry.
        if not _is_mask(mask):
            left_out[".".join(place)] = None
            continue
        present = mask[rows]
        if not _is_text(key):
            left_out[".".join(place)] = None
        elif isinstance(value, dict):
            below = list(_columns(value, place, rows, left_out))
            told = np.zeros_like(present)
            for nested in below:
                if len(nested.path) == len(place) + 1:
                    told |= np.frombuffer(nested.present, np.bool_)
            if not np.array_equal(told, present):
                yield pb.InfoColumn(path=place, present=present.tobytes())
            yield from below
        else:
            column = _column(place, present, value[rows])
            if column is None:
                left_out[".".join(place)] = None
            else:
                yield column


def _is_mask(value: object) -> TypeGuard[npt.NDArray[np.bool_]]:
    """Whether an entry's mask is one: another entry of that name may have taken its place."""
    return isinstance(value, np.ndarray) and value.dtype == np.bool_ and value.ndim == 1


def _is_text(value: object) -> bool:
    """Whether it is a text that can be carried: one with lone surrogates, as file names may have, cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _column(path: tuple[str, ...], present: npt.NDArray[np.bool_], values: npt.NDArray[Any]) -> pb.InfoColumn | None:
    column = pb.InfoColumn(path=path, present=present.tobytes())
    told = values[present] if values.dtype == object else None
    if told is None:
        try:
            column.tensor.CopyFrom(tensors.encode(values))
        except tensors.TensorError:
            return None
    elif all(map(_is_text, told)):
        column.texts.values.extend(value if has else "" for value, has in zip(values, present, strict=True))
    elif all(isinstance(value, np.bool_) for value in told):
        column.tensor.CopyFrom(tensors.encode(np.where(present, values, False).astype(np.bool_)))
        column.objects = True
    else:
        return None
    return column


def decode(message: pb.Infos, rows: npt.NDArray[np.intp], count: int) -> VectorInfos:
    """The infos of a vector of `count` environments, of which the message tells those in `rows`.

    Raises `ValueError` if the columns are not of that many rows.
    """
    infos: VectorInfos = {}
    for column in message.columns:
        if not column.path:
            raise ValueError("an info without a name")
        present = np.zeros(count, np.bool_)
        present[rows] = tensors.from_bytes(column.present, np.dtype(np.bool_), (len(rows),))
        kind = column.WhichOneof("values")
        level = infos
        for key in column.path if kind is None else column.path[:-1]:
            level.setdefault(f"_{key}", np.zeros(count, np.bool_))
            level[f"_{key}"] |= present
            level = level.setdefault(key, {})
            if not isinstance(level, dict):
                raise ValueError(f"the info {key!r} is both an array and nested")
        if kind is not None:
            key = column.path[-1]
            told = tensors.decode(column.tensor) if kind == "tensor" else np.array(column.texts.values, object)
            level[key], level[f"_{key}"] = _scattered(told, rows, present, column.objects or kind == "texts"), present
    return infos


def _scattered(
    told: npt.NDArray[Any], rows: npt.NDArray[np.intp], present: npt.NDArray[np.bool_], objects: bool
) -> npt.NDArray[Any]:
    if told.shape[:1] != rows.shape:
        raise ValueError(f"an info of {list(told.shape)} for {len(rows)} rows")
    if not objects:
        array = np.zeros((len(present), *told.shape[1:]), told.dtype)
        array[rows] = told
        return array
    array = np.full(len(present), None, object)
    for row, value in zip(rows, told, strict=True):
        if present[row]:
            array[row] = value
    return array
