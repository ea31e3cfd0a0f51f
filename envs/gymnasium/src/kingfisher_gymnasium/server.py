"""A gRPC server of environments, from its settings to its end."""

from __future__ import annotations

import concurrent.futures
import os
import ssl
from pathlib import Path

import grpc

from kingfisher_gymnasium import addresses
from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.addresses import Address, AddressError, TcpAddress, UnixAddress
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.groups import Groups
from kingfisher_gymnasium.protocol import KEEPALIVE_OPTIONS, PERMITTED_KEEPALIVE_OPTIONS
from kingfisher_gymnasium.service import CONTROL_CALLS, EnvironmentService, TokenInterceptor
from kingfisher_gymnasium.settings import ServerSettings, TlsFiles

class Server:
    """A server that listens from its making to its end."""

    def __init__(self, settings: ServerSettings) -> None:
        """Starts to listen; raises `AddressError` if it cannot, and `ValueError` for other settings that are wrong."""
        limits = settings.limits
        self._groups = Groups(limits.groups, settings.attach_seconds)
        service = EnvironmentService(
            Catalog(settings.allowed, file_arguments=settings.file_arguments),
            self._groups,
            pb.ServerLimits(
                message_bytes=limits.message_bytes, groups=limits.groups, environments_per_group=limits.environments
            ),
        )
        # A call beyond the threads there are would wait for ever: it is refused instead.
        calls = limits.groups + CONTROL_CALLS
        self._server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(calls, thread_name_prefix="call"),
            interceptors=[] if settings.token is None else [TokenInterceptor(settings.token)],
            maximum_concurrent_rpcs=calls,
            options=_options(limits.message_bytes),
        )
        self._server.add_generic_rpc_handlers((service.handlers,))
        self.address = self._bind(settings)
        self._server.start()

    def _bind(self, settings: ServerSettings) -> Address:
        address = settings.address
        if isinstance(address, UnixAddress):
            addresses.clear_socket(address.path)
        else:
            address = addresses.numeric(address)
        mask = os.umask(0o177)
        try:
            if settings.tls is None:
                port = self._server.add_insecure_port(str(address))
            else:
                port = self._server.add_secure_port(str(address), _credentials(settings.tls))
        except RuntimeError as error:
            raise AddressError(f"{address} cannot be listened on: it is taken, or not this machine's") from error
        finally:
            os.umask(mask)
        return address if isinstance(address, UnixAddress) else TcpAddress(address.host, port)

    def stop(self, drain_seconds: float) -> None:
        """Takes no new groups, waits that long for the others to be closed, closes them, and stops listening."""
        self._groups.drain(drain_seconds)
        self._groups.close()
        self._server.stop(grace=0.5).wait(2)


def _options(message_bytes: int) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", message_bytes),
        ("grpc.max_send_message_length", message_bytes),
        # Otherwise two servers on one port both start, and share its clients.
        ("grpc.so_reuseport", 0),
        *KEEPALIVE_OPTIONS,
        *PERMITTED_KEEPALIVE_OPTIONS,
    ]


def _credentials(files: TlsFiles) -> grpc.ServerCredentials:
    try:
        # gRPC itself would only say that the port cannot be bound.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)
        if files.ca is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(files.ca)
        pair = Path(files.key).read_bytes(), Path(files.certificate).read_bytes()
        ca = None if files.ca is None else Path(files.ca).read_bytes()
    except (OSError, ssl.SSLError) as error:
        names = ", ".join(file for file in (files.certificate, files.key, files.ca) if file is not None)
        raise AddressError(f"the TLS files {names} cannot be used: {error.strerror or error}") from error
    return grpc.ssl_server_credentials([pair], ca, require_client_auth=ca is not None)
