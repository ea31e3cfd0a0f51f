"""The calls of `EnvironmentService`, and who may make them."""

from __future__ import annotations

import hmac
import importlib.metadata
import platform
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError

import kingfisher_gymnasium
from kingfisher_gymnasium import creation
from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.failures import CallRefusedError
from kingfisher_gymnasium.groups import Groups
from kingfisher_gymnasium.protocol import PROTOCOL, SERVICE
from kingfisher_gymnasium.session import Session

CONTROL_CALLS: Final = 8
"""How many calls beside the streams are carried out at one time."""


class EnvironmentService:
    """Carries out the calls. A stream keeps one thread for as long as it lasts."""

    def __init__(self, catalog: Catalog, groups: Groups, limits: pb.ServerLimits) -> None:
        self._catalog = catalog
        self._groups = groups
        self._limits = limits
        self._streams = threading.BoundedSemaphore(limits.groups)

    @property
    def handlers(self) -> grpc.GenericRpcHandler:
        """What a gRPC server calls. Stream messages pass as bytes: they are parsed and made here."""
        unary, stream = grpc.unary_unary_rpc_method_handler, grpc.stream_stream_rpc_method_handler
        info, create, close = pb.GetServerInfoRequest, pb.CreateGroupRequest, pb.CloseGroupRequest
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "GetServerInfo": unary(self.get_server_info, info.FromString, _serialize),
                "CreateGroup": unary(self.create_group, create.FromString, _serialize),
                "CloseGroup": unary(self.close_group, close.FromString, _serialize),
                "RunGroup": stream(self.run_group),
            },
        )

    def get_server_info(self, request: pb.GetServerInfoRequest, context: grpc.ServicerContext) -> pb.GetServerInfoResponse:
        """What the server is."""
        return pb.GetServerInfoResponse(
            protocol=PROTOCOL,
            name="kingfisher-gymnasium",
            version=kingfisher_gymnasium.__version__,
            runtime=_runtime(),
            limits=self._limits,
            health=pb.HEALTH_DRAINING if self._groups.draining else pb.HEALTH_SERVING,
        )

    def create_group(self, request: pb.CreateGroupRequest, context: grpc.ServicerContext) -> pb.CreateGroupResponse:
        """Makes a group."""
        try:
            if request.protocol.major != PROTOCOL.major:
                raise CallRefusedError(
                    grpc.StatusCode.FAILED_PRECONDITION,
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
        except CallRefusedError as error:
            context.abort(error.status, error.message)
        if not context.is_active():
            self._groups.remove_unattached(name)
        return response

    def close_group(self, request: pb.CloseGroupRequest, context: grpc.ServicerContext) -> pb.CloseGroupResponse:
        """Closes a group."""
        self._groups.remove(request.group)
        return pb.CloseGroupResponse()

    def run_group(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        """Answers the requests of one stream."""
        if not self._streams.acquire(blocking=False):
            limit = self._limits.groups
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, f"there are {limit} streams already, and the server's limit is {limit}"
            )
        session = Session(self._groups, self._limits.message_bytes)
        try:
            for request in requests:
                yield session.answer(request)
        except DecodeError:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "what came is no RunGroupRequest")
        finally:
            session.close()
            self._streams.release()


def _serialize(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data


def _runtime() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("gymnasium", "numpy", "mujoco"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return versions


class TokenInterceptor(grpc.ServerInterceptor):
    """Ends calls that do not carry the token with UNAUTHENTICATED."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Looks at a call's metadata before anything else of it."""
        given = dict(handler_call_details.invocation_metadata).get("authorization", "")
        data = given if isinstance(given, bytes) else given.encode()
        if hmac.compare_digest(data, self._expected):
            return continuation(handler_call_details)
        reason = "the token is not this server's" if data else "a token is needed, and none was sent"

        def refuse(request: Any, context: grpc.ServicerContext) -> Any:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, reason)

        if handler_call_details.method.endswith("/RunGroup"):
            return grpc.stream_stream_rpc_method_handler(refuse)
        return grpc.unary_unary_rpc_method_handler(refuse)
