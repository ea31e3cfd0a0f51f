"""Listening sockets, and connections with or without TLS that one thread reads while others write."""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Final

from kingfisher_gymnasium.addresses import Address, AddressError, TcpAddress, UnixAddress, clear_socket, numeric
from kingfisher_gymnasium.settings import TlsFiles

_RECEIVED_BYTES: Final = 256 * 1024
_HANDSHAKE_SECONDS: Final = 10.0
# To fall asleep and be woken costs tens of microseconds, more than a trainer with few environments takes to answer. So who
# waits asks for that long first, and gives way to others each time: on two cores two servers make a fifth more steps by it.
_ASKING_NANOSECONDS: Final = 100_000
# After that long without a word the kernel asks whether the other machine is there, and how often it asks again.
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


def listen(address: Address) -> tuple[socket.socket, Address]:
    """A socket that listens, and its address with the real port; raises `AddressError`.

    The file of a Unix socket that nobody answers is replaced.
    """
    if isinstance(address, UnixAddress):
        clear_socket(address.path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        place: str | tuple[str, int] = address.path
    else:
        address = numeric(address)
        listener = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET, socket.SOCK_STREAM)
        # A port whose last connections are still being closed can be taken; one that is listened on cannot.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place = (address.host, address.port)
    mask = os.umask(0o177)
    try:
        listener.bind(place)
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise AddressError(f"{address} cannot be listened on: {reason}") from error
    finally:
        os.umask(mask)
    if isinstance(address, TcpAddress):
        address = TcpAddress(address.host, listener.getsockname()[1])
    return listener, address


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS as the files have it; raises `ValueError`, with the option's name, if they are not usable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    for option, file in (("--tls-cert", files.certificate), ("--tls-key", files.key), ("--tls-ca", files.ca)):
        try:
            if file is not None:
                Path(file).read_bytes()
        except OSError as error:
            raise ValueError(f"{option} {file} cannot be read: {error.strerror or error}") from error
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as error:
        raise ValueError(f"--tls-cert {files.certificate} and --tls-key {files.key} are no certificate and its key: {error}") from error
    try:
        if files.ca is not None:
            context.load_verify_locations(files.ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise ValueError(f"--tls-ca {files.ca} is no certificate: {error}") from error
    return context


class Channel:
    """The bytes of one connection. One thread at a time receives, one at a time sends."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        # A thread that waited in `recv` would be woken in vain by each reading of the other side: Linux tells all who sleep at
        # a Unix socket that there is room for bytes again. Who polls says what for.
        self._incoming = select.poll()
        self._incoming.register(connected, select.POLLIN)
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                if hasattr(socket, option):
                    connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def open(self) -> None:
        """What there is to do before the first byte; raises `OSError`."""

    def receive(self) -> bytes:
        """Waits for bytes; none if the connection has ended. Raises `OSError`."""
        end = time.perf_counter_ns() + _ASKING_NANOSECONDS
        while time.perf_counter_ns() < end:
            try:
                return self._socket.recv(_RECEIVED_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                os.sched_yield()
        self._incoming.poll()
        return self._socket.recv(_RECEIVED_BYTES)

    def wait(self, seconds: float) -> bool:
        """Waits until there are bytes to receive or the connection has ended; says whether that is so."""
        return _readable(self._socket, seconds)

    def send(self, data: bytes | bytearray) -> None:
        """Sends all of the bytes; raises `OSError`."""
        self._socket.sendall(data)

    def close(self) -> None:
        """Ends the connection, also for threads that wait for it."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The other side was faster.

    def release(self) -> None:
        """Gives the socket back to the system, when no thread uses it any more."""
        self._socket.close()


class TlsChannel(Channel):
    """A connection with TLS, whose state bears one thread at a time: it is waited for outside of it."""

    def __init__(self, connected: socket.socket, context: ssl.SSLContext) -> None:
        super().__init__(connected)
        self._context = context
        self._state = threading.Lock()
        self._tls: ssl.SSLSocket | None = None

    def open(self) -> None:
        """Shakes hands; raises `OSError` if that fails or the other side does not speak HTTP/2."""
        self._socket.settimeout(_HANDSHAKE_SECONDS)
        self._tls = self._context.wrap_socket(self._socket, server_side=True)
        self._socket = self._tls
        if self._tls.selected_alpn_protocol() != "h2":
            raise OSError("the client does not offer HTTP/2")
        self._tls.setblocking(False)

    def receive(self) -> bytes:
        assert self._tls is not None
        while True:
            try:
                with self._state:
                    return self._tls.recv(_RECEIVED_BYTES)
            except ssl.SSLWantReadError:
                _readable(self._tls, None)
            except ssl.SSLWantWriteError:
                _writable(self._tls)

    def wait(self, seconds: float) -> bool:
        assert self._tls is not None
        return self._tls.pending() > 0 or _readable(self._tls, seconds)

    def send(self, data: bytes | bytearray) -> None:
        assert self._tls is not None
        rest = memoryview(data)
        while rest:
            try:
                with self._state:
                    sent = self._tls.send(rest)
                rest = rest[sent:]
            except ssl.SSLWantReadError:
                _readable(self._tls, 0.05)  # Whoever receives may take the bytes that are waited for.
            except ssl.SSLWantWriteError:
                _writable(self._tls)


def _readable(connected: socket.socket, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _writable(connected: socket.socket) -> None:
    poll = select.poll()
    poll.register(connected, select.POLLOUT)
    poll.poll()
