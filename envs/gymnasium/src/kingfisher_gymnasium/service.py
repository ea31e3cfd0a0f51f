"""The calls of `EnvironmentService`, and who may make them."""

from __future__ import annotations

import hmac
import importlib.metadata
import platform
import threading
from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import DecodeError

import kingfisher_gymnasium
from kingfisher_gymnasium import creation
from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.groups import Groups
from kingfisher_gymnasium.protocol import PROTOCOL, SERVICE
from kingfisher_gymnasium.session import Session
from kingfisher_gymnasium.transport.calls import Handler
from kingfisher_gymnasium.transport.status import CallRefusedError, Status

CONTROL_CALLS: Final = 16
"""How many calls beside the streams are carried out at one time."""


class EnvironmentService:
    """Opens the calls that clients make. Each is answered on one thread."""

    def __init__(self, catalog: Catalog, groups: Groups, limits: pb.ServerLimits, token: str | None) -> None:
        """`token` is what clients must send; without it everybody is served."""
        self._catalog = catalog
        self._groups = groups
        self._limits = limits
        self._expected = None if token is None else f"Bearer {token}".encode()
        self._streams = threading.BoundedSemaphore(limits.groups)
        self._control_calls = threading.BoundedSemaphore(CONTROL_CALLS)

    def open(self, path: str, metadata: dict[str, str]) -> tuple[Handler, bool]:
        """The handler of a new call, and whether it answers a stream of messages; raises `CallRefusedError`."""
        if self._expected is not None:
            given = metadata.get("authorization", "").encode("latin-1")
            if not hmac.compare_digest(given, self._expected):
                reason = "the token is not this server's" if given else "a token is needed, and none was sent"
                raise CallRefusedError(Status.UNAUTHENTICATED, reason)
        match path.removeprefix(f"/{SERVICE}/"):
            case "RunGroup":
                session = Session(self._groups, self._limits.message_bytes)
                return _Limited(_Stream(session), self._streams, f"{self._limits.groups} streams (--max-groups)"), True
            case "GetServerInfo":
                handler = _Unary(pb.GetServerInfoRequest, self._get_server_info)
            case "CreateGroup":
                handler = _Unary(pb.CreateGroupRequest, self._create_group)
            case "CloseGroup":
                handler = _Unary(pb.CloseGroupRequest, self._close_group)
            case _:
                raise CallRefusedError(Status.UNIMPLEMENTED, f"there is no call {path}")
        return _Limited(handler, self._control_calls, f"{CONTROL_CALLS} calls beside the streams"), False

    def _get_server_info(self, request: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        return pb.GetServerInfoResponse(
            protocol=PROTOCOL,
            name="kingfisher-gymnasium",
            version=kingfisher_gymnasium.__version__,
            runtime=_runtime(),
            limits=self._limits,
            health=pb.HEALTH_DRAINING if self._groups.draining else pb.HEALTH_SERVING,
        )

    def _create_group(self, request: pb.CreateGroupRequest) -> pb.CreateGroupResponse:
        if request.protocol.major != PROTOCOL.major:
            raise CallRefusedError(
                Status.FAILED_PRECONDITION,
                f"the client speaks protocol {request.protocol.major}.{request.protocol.minor}, "
                f"the server {PROTOCOL.major}.{PROTOCOL.minor}",
            )
        name = self._groups.reserve()
        try:
            group, response = creation.create(request, self._catalog, self._limits)
        except BaseException:
            self._groups.remove(name)
            raise
        self._groups.fill(name, group)
        response.group = name
        return response

    def _close_group(self, request: pb.CloseGroupRequest) -> pb.CloseGroupResponse:
        self._groups.remove(request.group)
        return pb.CloseGroupResponse()


class _Unary:
    """A call with one message."""

    def __init__(self, kind: Any, carry_out: Callable[[Any], Any]) -> None:
        self._kind = kind
        self._carry_out = carry_out

    def answer(self, message: bytes) -> bytes:
        try:
            request = self._kind.FromString(message)
        except DecodeError as error:
            raise _no_message(self._kind) from error
        data: bytes = self._carry_out(request).SerializeToString()
        return data

    def close(self) -> None:
        """Nothing is kept."""


class _Stream:
    """A call with many messages."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.close = session.close

    def answer(self, message: bytes) -> bytes:
        try:
            return self._session.answer(message)
        except DecodeError as error:
            raise _no_message(pb.RunGroupRequest) from error


class _Limited:
    """A call of a kind of which there can be so many at one time."""

    def __init__(self, handler: Handler, places: threading.BoundedSemaphore, limit: str) -> None:
        if not places.acquire(blocking=False):
            raise CallRefusedError(Status.RESOURCE_EXHAUSTED, f"the server has its limit of {limit} already")
        self._handler = handler
        self._places = places
        self._open = True
        self.answer = handler.answer

    def close(self) -> None:
        if self._open:
            self._open = False
            self._handler.close()
            self._places.release()


def _no_message(kind: Any) -> CallRefusedError:
    return CallRefusedError(Status.INVALID_ARGUMENT, f"what came is no {kind.DESCRIPTOR.name}")


def _runtime() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("gymnasium", "numpy", "mujoco"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return versions
