"""Accepts connections, each served by a thread of its own."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import Final

from kingfisher_gymnasium.transport.calls import Service
from kingfisher_gymnasium.transport.connection import Connection
from kingfisher_gymnasium.transport.sockets import Channel, TlsChannel

_MOST_CONNECTIONS: Final = 1_024
# Seldom, for each look takes the interpreter away from environments that step.
_LOOK_SECONDS: Final = 0.1


class Listener:
    """Serves what connects to a listening socket."""

    def __init__(self, listening: socket.socket, tls: ssl.SSLContext | None, service: Service, message_bytes: int) -> None:
        """Takes the socket over and starts to serve."""
        self._listening = listening
        self._tls = tls
        self._service = service
        self._message_bytes = message_bytes
        self._connections: set[Connection] = set()
        self._changed = threading.Condition()
        self._open = True
        for target in (self._accept, self._watch):
            threading.Thread(target=target, name=target.__name__.strip("_"), daemon=True).start()

    def close(self) -> None:
        """Accepts no more connections, and ends those that there are."""
        with self._changed:
            self._open = False
            connections = list(self._connections)
            self._changed.notify_all()
        # Wakes the thread that accepts; closing alone would not.
        try:
            self._listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # Not every system lets listening sockets be shut down.
        self._listening.close()
        for connection in connections:
            connection.close()

    def _accept(self) -> None:
        while self._open:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                time.sleep(0.05)  # The socket is closed, or there are no more file descriptors for now.
                continue
            with self._changed:
                if not self._open or len(self._connections) >= _MOST_CONNECTIONS:
                    connected.close()
                    continue
                channel = Channel(connected) if self._tls is None else TlsChannel(connected, self._tls)
                connection = Connection(channel, self._service, self._message_bytes, self._remove)
                self._connections.add(connection)
                self._changed.notify_all()
            threading.Thread(target=connection.run, name="connection", daemon=True).start()

    def _watch(self) -> None:
        """Has connections read by others whose own threads are busy."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._connections or not self._open)
                if not self._open:
                    return
                connections = list(self._connections)
            now = time.monotonic()
            for connection in connections:
                connection.substitute(now)
            time.sleep(_LOOK_SECONDS)

    def _remove(self, connection: Connection) -> None:
        with self._changed:
            self._connections.discard(connection)
