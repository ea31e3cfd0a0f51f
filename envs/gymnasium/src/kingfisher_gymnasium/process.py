"""The life of a server's process: its streams, its signals and its end."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from types import FrameType
from typing import Final, NoReturn

from kingfisher_gymnasium.server import Server
from kingfisher_gymnasium.settings import ServerSettings

INTERRUPTED: Final = 130
_LONGEST_END_SECONDS: Final = 3.0


class ServerProcess:
    """Turns this process into a server.

    What environments print goes to standard error, also what native code prints; nothing reads standard input but the
    watch that a managed server has on it.
    """

    def __init__(self, *, managed: bool, drain_seconds: float) -> None:
        """Takes the process's streams and signals over."""
        _open_standard_streams()
        self._managed = managed
        self._drain_seconds = drain_seconds
        self._ending = False
        # The main thread reads here for whatever shall be noticed. A signal leaves a byte: one that comes just before the
        # thread waits for a lock or an event would be overlooked.
        self._waking, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._exit_code = 0
        self._output, self._input = os.dup(1), os.dup(0)
        os.dup2(2, 1)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # What is printed is seen when it is printed.
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN if managed else self._on_signal)
        if managed:
            threading.Thread(target=self._watch_input, name="watch", daemon=True).start()

    def run(self, settings: ServerSettings) -> NoReturn:
        """Serves until a signal or, if managed, the end of standard input; ends the process.

        Raises what `Server` raises if it cannot listen.
        """
        server = Server(settings)
        os.write(self._output, f"listening on {server.address}\n".encode())
        while not self._ending:
            os.read(self._waking, 1)
        self._end_within(self._drain_seconds + _LONGEST_END_SECONDS)
        threading.Thread(target=self._stop, args=(server,), name="stop", daemon=True).start()
        while True:  # Until a second signal, or the end.
            os.read(self._waking, 1)

    def _stop(self, server: Server) -> None:
        try:
            server.stop(self._drain_seconds)
        finally:
            self._exit()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._ending:
            self._exit()  # Asked twice.
        self._ending = True
        self._exit_code = INTERRUPTED if number == signal.SIGINT else 0

    def _watch_input(self) -> None:
        while os.read(self._input, 4096):
            pass
        # Whoever started this server is gone, and so is its only client.
        self._drain_seconds = 0.0
        self._end_within(_LONGEST_END_SECONDS)
        self._ending = True
        os.write(self._wake, b"\0")

    def _end_within(self, seconds: float) -> None:
        # Not even for what is still to be printed: the other threads may be held up by just that.
        watchdog = threading.Timer(seconds, lambda: os._exit(self._exit_code))
        watchdog.daemon = True
        watchdog.start()

    def _exit(self) -> NoReturn:
        """Ends at once: threads that environments keep busy would be waited for otherwise."""
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:  # Whoever read them may be gone.
            os._exit(self._exit_code)


def _open_standard_streams() -> None:
    """Puts nothing in the place of standard streams that are closed: what is opened next would get their numbers."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
