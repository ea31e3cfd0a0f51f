"""One HTTP/2 connection: who reads it, who answers its calls, and how answers are sent.

The connection's own thread reads, and answers the first stream that is opened; so a message is answered by the very thread
that has read it. While that thread is busy for long, a substitute reads. Every other call has a thread of its own. All
messages of a call are answered by one thread, for environments may be bound to one.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from kingfisher_gymnasium.transport.calls import Call, Service, framed
from kingfisher_gymnasium.transport.http2 import Cancelled, ConnectionLostError, Ended, Event, Http2, Opened, Received, RoomMade
from kingfisher_gymnasium.transport.sockets import Channel
from kingfisher_gymnasium.transport.status import CallRefusedError, Status

BUSY_SECONDS: Final = 0.02
"""For how long nobody reads a connection while its thread answers."""
_HEADERS: Final = ((":status", "200"), ("content-type", "application/grpc"))
_OVER: Final = CallRefusedError(Status.OK, "")
_NO_MESSAGE: Final = CallRefusedError(Status.INTERNAL, "the call has no message")


class Connection:
    """A connection and its calls."""

    def __init__(self, channel: Channel, service: Service, message_bytes: int, ended: Callable[[Connection], None]) -> None:
        """`ended` is told when the connection has ended."""
        self._channel = channel
        self._service = service
        self._message_bytes = message_bytes
        self._ended = ended
        self._http = Http2(message_bytes)
        # Guards the state of HTTP/2 and the order of what is sent.
        self._lock = threading.Condition()
        self._calls: dict[int, Call] = {}
        self._open = True
        # Held by the thread that reads.
        self._reading = threading.Lock()
        self._own_call: Call | None = None
        self._busy_since: float | None = None
        self._waiting = False
        self._wake = threading.Semaphore(0)

    def run(self) -> None:
        """Serves the connection until it ends."""
        try:
            self._channel.open()
            with self._lock:
                self._http.start()
                self._flush()
            while self._open or self._own_call is not None:
                if not self._answer_own():
                    self._read_or_wait()
        except OSError:
            pass  # It ended, or never was one.
        finally:
            self.close()
            if self._own_call is not None:
                self._own_call.handler.close()
            with self._reading:  # A substitute may still be about to see the end.
                self._channel.release()
            self._ended(self)

    def close(self) -> None:
        """Ends the connection; calls that are being answered are cancelled."""
        with self._lock:
            if self._open:
                self._http.close()
                try:
                    self._flush()
                except OSError:
                    pass  # The other side was faster.
            self._cancel_all()
        self._channel.close()

    def substitute(self, now: float) -> None:
        """Lets another thread read if nobody has for a while."""
        since = self._busy_since
        if since is not None and now - since > BUSY_SECONDS and self._reading.acquire(blocking=False):
            threading.Thread(target=self._substitute, name="substitute", daemon=True).start()

    def _substitute(self) -> None:
        try:
            while self._open and not self._waiting:
                if self._channel.wait(BUSY_SECONDS):
                    self._read()
        except OSError:
            self.close()
        finally:
            self._reading.release()
            if self._waiting:
                self._wake.release()

    def _answer_own(self) -> bool:
        """Answers a message of this thread's own call; says whether there was one."""
        call = self._own_call
        if call is None or call.inbox.empty():
            return False
        self._busy_since = time.monotonic()
        if not self._answer(call):
            self._own_call = None
        self._busy_since = None
        return True

    def _read_or_wait(self) -> None:
        self._waiting = True
        if self._reading.acquire(blocking=False):
            self._waiting = False
            try:
                self._read()
            finally:
                self._reading.release()
        else:
            self._wake.acquire()
            self._waiting = False

    def _read(self) -> None:
        data = self._channel.receive()
        with self._lock:
            if not data:
                self._cancel_all()
                return
            try:
                for event in self._http.receive(data):
                    self._take(event)
            except ConnectionLostError:
                self._cancel_all()
            self._flush()

    def _take(self, event: Event) -> None:
        match event:
            case Received():
                call = self._calls.get(event.stream)
                if call is not None:
                    call.receive(event.data)
            case Opened():
                self._open_call(event.stream, event.headers)
            case Ended():
                call = self._calls.get(event.stream)
                if call is not None:
                    call.finish()
            case Cancelled():
                self._cancel(event.stream)
            case RoomMade():
                self._lock.notify_all()

    def _open_call(self, stream: int, headers: dict[str, str]) -> None:
        if not headers.get("content-type", "").startswith("application/grpc"):
            self._http.answer(stream, ((":status", "415"),), last=True)
            return
        try:
            handler, streaming = self._service.open(headers.get(":path", ""), headers)
        except CallRefusedError as error:
            self._http.answer(stream, (*_HEADERS, *_trailers(error)), last=True)
            self._http.cut(stream)
            return
        call = Call(stream, handler, streaming=streaming, message_bytes=self._message_bytes)
        self._calls[stream] = call
        if streaming and self._own_call is None:
            self._own_call = call
        else:
            threading.Thread(target=self._answer_all, args=(call,), name="call", daemon=True).start()

    def _answer_all(self, call: Call) -> None:
        try:
            while self._answer(call):
                pass
        except OSError:
            self.close()
            call.handler.close()

    def _answer(self, call: Call) -> bool:
        """Waits for a message of the call and answers it; says whether the call goes on. Raises `OSError`."""
        message = call.inbox.get()
        if call.cancelled or message is None:
            return self._end(call, _OVER if call.streaming else _NO_MESSAGE)
        if isinstance(message, CallRefusedError):
            return self._end(call, message)
        try:
            response = call.handler.answer(message)
        except CallRefusedError as error:
            return self._end(call, error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return self._end(call, CallRefusedError(Status.INTERNAL, f"the server failed: {type(error).__name__}: {error}"))
        self._send(call, framed(response))
        return call.streaming or self._end(call, _OVER)

    def _end(self, call: Call, status: CallRefusedError) -> bool:
        call.handler.close()
        with self._lock:
            if self._calls.pop(call.stream, None) is not None and not call.cancelled and self._open:
                trailers = _trailers(status)
                self._http.answer(call.stream, trailers if call.answered else (*_HEADERS, *trailers), last=True)
                if status.status != Status.OK:
                    self._http.cut(call.stream)
                self._flush()
        return False

    def _send(self, call: Call, data: bytes) -> None:
        """Sends bytes of a call's answer, in pieces where the client has not room for all; raises `OSError`."""
        rest = memoryview(data)
        while True:
            with self._lock:
                if not self._open or call.cancelled:
                    return
                if not call.answered:
                    call.answered = True
                    self._http.answer(call.stream, _HEADERS)
                rest = rest[self._http.send(call.stream, rest) :]
                self._flush()
            if not rest:
                return
            self._await_room()

    def _await_room(self) -> None:
        """Reads, or waits for who reads, until the client may have made room."""
        if self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._reading.release()
                if self._waiting:
                    self._wake.release()
        else:
            with self._lock:
                self._lock.wait(BUSY_SECONDS)

    def _cancel_all(self) -> None:
        self._open = False
        for stream in list(self._calls):
            self._cancel(stream)
        self._lock.notify_all()
        self._wake.release()

    def _cancel(self, stream: int) -> None:
        call = self._calls.pop(stream, None)
        if call is not None:
            call.cancelled = True
            call.inbox.put(None)
            self._lock.notify_all()

    def _flush(self) -> None:
        output = self._http.output
        if output:
            self._channel.send(output)
            output.clear()


def _trailers(status: CallRefusedError) -> tuple[tuple[str, str], ...]:
    code = ("grpc-status", str(int(status.status)))
    return (code, ("grpc-message", status.encoded_message)) if status.message else (code,)
