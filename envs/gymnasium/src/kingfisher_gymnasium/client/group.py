"""A group of environments on a server, over one stream."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import gymnasium
import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import leaves, spaces, tensors, values
from kingfisher_gymnasium.client.connection import (
    Connection,
    EnvironmentFailedError,
    RequestRefusedError,
    ServerError,
)
from kingfisher_gymnasium.protocol import PROTOCOL

_WATCH_SECONDS = 0.25


class RemoteGroup:
    """N environments of one kind. One thread at a time may use it."""

    def __init__(
        self,
        connection: Connection,
        environment: str,
        count: int,
        autoreset: pb.AutoresetMode,
        *,
        arguments: Mapping[str, Any],
        time_limit: int | None,
        infos: bool,
    ) -> None:
        """Makes the group; closes the connection if that fails, and raises `ServerError` or `ValueError`."""
        self._connection = connection
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._sequence = 0
        self._deadline: float | None = None
        self._closed = threading.Event()
        try:
            request = pb.CreateGroupRequest(
                protocol=PROTOCOL,
                environment=environment,
                arguments=values.encode_entries(arguments, "arguments"),
                count=count,
                autoreset=autoreset,
                infos=pb.INFO_SELECTION_ALL if infos else pb.INFO_SELECTION_NONE,
                time_limit=time_limit,
            )
            response = connection.create_group(request)
            self.specification = response.specification
            self.observation_space = _checked_space(response.specification.observation_space)
            self.action_space = _checked_space(response.specification.action_space)
            self._observation_leaves = _checked_leaves(self.observation_space, response.observation_leaves)
            self._action_leaves = _checked_leaves(self.action_space, response.action_leaves)
            self._count = count
            self._responses = connection.run_group(iter(self._requests.get, None))
            threading.Thread(target=self._watch, name="watch", daemon=True).start()
            self._exchange("attaching", "attached", attach=pb.Attach(group=response.group))
        except BaseException:
            self.close()
            raise

    def reset(self, seeds: Sequence[int], mask: bytes, options: Mapping[str, Any]) -> pb.StepBatch:
        """Starts new episodes; raises `ServerError`, and `ValueError` for options that cannot be carried."""
        reset = pb.Reset(seeds=seeds, mask=mask, options=values.encode_entries(options, "options"))
        return self._exchange("resetting", "batch", reset=reset).batch

    def step(self, actions: Any) -> pb.StepBatch:
        """Acts; raises `ServerError`, and `ValueError` for actions that have not the action space's form.

        `actions` is one value of the action space whose arrays have N rows.
        """
        sent = []
        parts = leaves.take_apart(self.action_space, actions, "actions")
        for leaf, (name, value) in zip(self._action_leaves, parts, strict=True):
            array = np.asarray(value)
            if array.shape != (self._count, *leaf.shape):
                raise ValueError(f"{name} has the shape {list(array.shape)}, not {[self._count, *leaf.shape]}")
            if not np.can_cast(array.dtype, leaf.dtype, "same_kind"):
                raise ValueError(f"{name} has the type {array.dtype}, which does not fit {leaf.dtype}")
            sent.append(tensors.encode(array.astype(leaf.dtype, copy=False)))
        return self._exchange("stepping", "batch", step=pb.Step(actions=sent)).batch

    def observations(self, sent: Sequence[pb.Tensor], rows: int) -> list[npt.NDArray[Any]]:
        """The arrays of a message's observations, [rows, shape of the leaf] each; raises `ServerError` for others."""
        try:
            arrays = [tensors.decode(tensor) for tensor in sent]
        except ValueError as error:
            raise ServerError(f"the server sent what is no observation: {error}") from error
        expected = [(leaf.dtype, (rows, *leaf.shape)) for leaf in self._observation_leaves]
        if [(array.dtype, array.shape) for array in arrays] != expected:
            raise ServerError(f"the server sent observations of other types or shapes than {expected}")
        return arrays

    def close(self) -> None:
        """Closes the environments and the connection."""
        self._closed.set()
        self._requests.put(None)
        self._connection.close()

    def _exchange(self, doing: str, expected: str, **request: Any) -> pb.RunGroupResponse:
        if self._closed.is_set():
            raise ServerError("the environments are closed")
        self._sequence += 1
        seconds = self._connection.settings.environment_seconds
        self._deadline = time.monotonic() + seconds
        self._requests.put(pb.RunGroupRequest(sequence=self._sequence, **request).SerializeToString())
        try:
            response = pb.RunGroupResponse.FromString(next(self._responses))
        except StopIteration:
            raise ServerError(f"the server at {self._connection.address} ended the stream while {doing}") from None
        except DecodeError:
            raise ServerError("the server sent what is no RunGroupResponse") from None
        except grpc.RpcError as error:
            raise self._connection.failure(error, doing) from error
        finally:
            self._deadline = None
        if response.sequence != self._sequence:
            raise ServerError(f"the server answered request {response.sequence}, not {self._sequence}")
        if response.HasField("error"):
            raise _raised(response.error)
        if not response.HasField(expected):
            raise ServerError(f"the server answered with {response.WhichOneof('response')}, not with {expected}")
        return response

    def _watch(self) -> None:
        """Ends the stream when an answer does not come in time; a timer a request would cost more than the request."""
        while not self._closed.wait(_WATCH_SECONDS):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._responses.cancel()


def _raised(error: pb.Error) -> ServerError:
    if error.unchanged:
        return RequestRefusedError(f"{error.message} ({pb.Code.Name(error.code)})")
    row = error.environment if error.HasField("environment") else None
    return EnvironmentFailedError(error.message, row, error.exception, error.trace)


def _checked_space(message: pb.Space) -> gymnasium.Space[Any]:
    try:
        return spaces.decode(message)
    except ValueError as error:
        raise ServerError(f"the server sent what is no space: {error}") from error


def _checked_leaves(space: gymnasium.Space[Any], sent: Sequence[pb.Leaf]) -> tuple[leaves.Leaf, ...]:
    found = leaves.leaves_of(space)
    if [leaf.encode() for leaf in found] != list(sent):
        raise ServerError("the server's leaves are not those of its space")
    return found
