"""A connection to a server of environments: its calls, its token and what its errors mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

import kingfisher_gymnasium
from kingfisher_gymnasium import addresses, tokens
from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.protocol import KEEPALIVE_OPTIONS, PROTOCOL, SERVICE
from kingfisher_gymnasium.settings import Limits


class ServerError(RuntimeError):
    """A server cannot be reached, refused a call or stopped answering."""


class RequestRefusedError(ServerError):
    """The server did not carry a reset or a step out; the environments are as they were."""


class EnvironmentFailedError(ServerError):
    """An environment failed while it was reset or stepped; all have to be reset."""

    def __init__(self, message: str, row: int | None, exception: str, trace: str) -> None:
        super().__init__(message)
        self.row = row
        """Which environment."""
        self.exception = exception
        """The kind of its own exception, or an empty text."""
        self.trace = trace
        """Where the exception came from."""


@dataclass(frozen=True, slots=True)
class ClientTls:
    """Files in PEM form: the authority that signed the server's certificate, and the client's own certificate."""

    ca: str | None = None
    """Without it, the authorities that gRPC knows."""
    certificate: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How a server is reached, and how long is waited for it."""

    token_file: str | None = None
    """Without it: KINGFISHER_TOKEN, and for addresses of this machine `~/.kingfisher/token`."""
    tls: ClientTls | None = None
    connect_seconds: float = 20.0
    create_seconds: float = 300.0
    environment_seconds: float = 60.0
    """For one reset or step."""
    message_bytes: int = field(default=Limits().message_bytes)


class Connection:
    """Calls to one server."""

    def __init__(self, address: str, settings: ConnectionSettings) -> None:
        """Connects; raises `ServerError` if there is no server that speaks this protocol, `ValueError` for wrong settings."""
        self.address = addresses.parse(address)
        self.settings = settings
        token = tokens.given_token(settings.token_file)
        if token is None and self.address.is_local:
            token = tokens.user_token()
        self._metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        options = [
            ("grpc.max_receive_message_length", settings.message_bytes),
            ("grpc.max_send_message_length", settings.message_bytes),
            *KEEPALIVE_OPTIONS,
        ]
        if settings.tls is None:
            self._channel = grpc.insecure_channel(str(self.address), options)
        else:
            self._channel = grpc.secure_channel(str(self.address), _credentials(settings.tls), options)
        try:
            self.info = self._check_info()
        except BaseException:
            self.close()
            raise

    def create_group(self, request: pb.CreateGroupRequest) -> pb.CreateGroupResponse:
        """Makes a group; raises `ServerError`."""
        response: pb.CreateGroupResponse = self._call(
            "CreateGroup", request, pb.CreateGroupResponse, self.settings.create_seconds
        )
        return response

    def run_group(self, requests: Any) -> Any:
        """The stream of responses to an iterator of requests, both serialized."""
        return self._channel.stream_stream(f"/{SERVICE}/RunGroup")(requests, metadata=self._metadata)

    def close(self) -> None:
        """Ends all calls."""
        self._channel.close()

    def failure(self, error: grpc.RpcError, doing: str) -> ServerError:
        """What an error of gRPC means."""
        code, text = error.code(), " ".join(str(error.details()).split())
        match code:
            case grpc.StatusCode.UNAVAILABLE:
                return ServerError(f"the server at {self.address} cannot be reached while {doing}: {text}")
            case grpc.StatusCode.UNAUTHENTICATED:
                return ServerError(f"the server at {self.address} refuses: {text} (--token-file, {tokens.VARIABLE})")
            case grpc.StatusCode.DEADLINE_EXCEEDED | grpc.StatusCode.CANCELLED:
                return ServerError(f"the server at {self.address} did not answer in time while {doing}")
            case _:
                return ServerError(f"{text} ({code.name}, server at {self.address})")

    def _check_info(self) -> pb.GetServerInfoResponse:
        request = pb.GetServerInfoRequest(protocol=PROTOCOL, client=f"kingfisher-gymnasium {kingfisher_gymnasium.__version__}")
        info: pb.GetServerInfoResponse = self._call(
            "GetServerInfo", request, pb.GetServerInfoResponse, self.settings.connect_seconds
        )
        if info.protocol.major != PROTOCOL.major:
            raise ServerError(
                f"the server at {self.address} speaks protocol {info.protocol.major}.{info.protocol.minor}, "
                f"and this client {PROTOCOL.major}.{PROTOCOL.minor}: use versions of one major"
            )
        return info

    def _call(self, name: str, request: Any, response: Any, seconds: float) -> Any:
        call = self._channel.unary_unary(f"/{SERVICE}/{name}", type(request).SerializeToString, response.FromString)
        try:
            return call(request, metadata=self._metadata, timeout=seconds)
        except grpc.RpcError as error:
            raise self.failure(error, f"calling {name}") from error


def _credentials(files: ClientTls) -> grpc.ChannelCredentials:
    def content(file: str | None) -> bytes | None:
        try:
            return None if file is None else Path(file).read_bytes()
        except OSError as error:
            raise ValueError(f"the TLS file {file} cannot be read: {error.strerror or error}") from error

    return grpc.ssl_channel_credentials(content(files.ca), content(files.key), content(files.certificate))
