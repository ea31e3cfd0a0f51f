"""The life of a server's process: its streams, its signals and its end."""

from __future__ import annotations

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
        self._managed = managed
        self._drain_seconds = drain_seconds
        self._end = threading.Event()
        self._exit_code = 0
        self._output, self._input = os.dup(1), os.dup(0)
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
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
        # In pieces, so that signals are seen where waiting hides them.
        while not self._end.wait(3600):
            pass
        self._end_within(self._drain_seconds + _LONGEST_END_SECONDS)
        server.stop(self._drain_seconds)
        self._exit()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._end.is_set():
            self._exit()  # Asked twice.
        self._exit_code = INTERRUPTED if number == signal.SIGINT else 0
        self._end.set()

    def _watch_input(self) -> None:
        while os.read(self._input, 4096):
            pass
        # Whoever started this server is gone, and so is its only client.
        self._drain_seconds = 0.0
        self._end_within(_LONGEST_END_SECONDS)
        self._end.set()

    def _end_within(self, seconds: float) -> None:
        watchdog = threading.Timer(seconds, self._exit)
        watchdog.daemon = True
        watchdog.start()

    def _exit(self) -> NoReturn:
        """Ends at once: threads that environments keep busy would be waited for otherwise."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self._exit_code)
