"""Servers for tests: each a process of its own, as users have it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.client import ConnectionSettings
from kingfisher_gymnasium.protocol import SERVICE

TOKEN = "test-token"
TESTS = Path(__file__).parent


@dataclass
class RunningServer:
    """A server process that listens."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    channels: list[grpc.Channel] = field(default_factory=list)

    @property
    def connection(self) -> ConnectionSettings:
        """How clients reach it."""
        return ConnectionSettings(token_file=str(self.folder / "token"))

    @property
    def errors(self) -> str:
        """What it has printed on standard error so far."""
        return (self.folder / "stderr").read_text()

    def channel(self, **options: int) -> grpc.Channel:
        """A plain channel of gRPC, for what the client would not send."""
        options = {"grpc.max_receive_message_length": 1 << 27, **options}
        self.channels.append(grpc.insecure_channel(self.address, list(options.items())))
        return self.channels[-1]

    def stop(self) -> None:
        """Ends it."""
        for channel in self.channels:
            channel.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


def start_server(folder: Path, *options: str, listen: str | None = None, environment: dict[str, str] | None = None) -> RunningServer:
    """Starts a server and waits until it listens."""
    (folder / "token").write_text(TOKEN)
    listen = listen or f"unix:{folder}/s"
    process = launch(folder, "--listen", listen, "--token-file", str(folder / "token"), *options, environment=environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), (folder / "stderr").read_text()
    return RunningServer(process, line.removeprefix("listening on ").strip(), folder)


def launch(
    folder: Path, *options: str, environment: dict[str, str] | None = None, errors: int | None = None
) -> subprocess.Popen[str]:
    """Starts the command `serve` with nothing but the options given; its errors go to a file unless `errors` says where."""
    with open(folder / "stderr", "w") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "kingfisher_gymnasium", "serve", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file if errors is None else errors,
            text=True,
            # As users have it: output is held back unless the server sees to it.
            env={**os.environ, "PYTHONUNBUFFERED": "", "PYTHONPATH": str(TESTS), **(environment or {})},
        )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: paths of sockets have 100 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """A server with the tests' own environments, shared by all tests that leave it as it is."""
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        running = start_server(Path(name), "--import", "faulty", "--import", "worlds")
        yield running
        running.stop()


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., RunningServer]]:
    """Starts servers of a test's own, with options."""
    started: list[RunningServer] = []

    def start(*options: str, listen: str | None = None, environment: dict[str, str] | None = None) -> RunningServer:
        place = folder / str(len(started))
        place.mkdir()
        started.append(start_server(place, *options, listen=listen, environment=environment))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@contextmanager
def refused(status: grpc.StatusCode, message: str) -> Iterator[None]:
    """Checks that a call within ends with a status and a message in one line; `…` stands for any text."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    details = caught.value.details()
    assert (caught.value.code(), details) == (status, details), details
    assert re.fullmatch(".*".join(map(re.escape, message.split("…"))), details), details


class Calls:
    """The service's calls without the client of this package: any message can be sent, and any answer seen."""

    def __init__(self, channel: grpc.Channel, token: str | None = TOKEN) -> None:
        self._channel = channel
        self._metadata = [] if token is None else [("authorization", f"Bearer {token}")]

    def info(self, **fields: object) -> pb.GetServerInfoResponse:
        return self._unary("GetServerInfo", pb.GetServerInfoRequest(**fields), pb.GetServerInfoResponse)

    def create(self, environment: str, **fields: object) -> pb.CreateGroupResponse:
        defaults: dict[str, object] = {
            "protocol": pb.ProtocolVersion(major=1),
            "count": 1,
            "autoreset": pb.AUTORESET_MODE_SAME_STEP,
        }
        request = pb.CreateGroupRequest(environment=environment, **{**defaults, **fields})
        return self._unary("CreateGroup", request, pb.CreateGroupResponse)

    def close(self, group: str) -> pb.CloseGroupResponse:
        return self._unary("CloseGroup", pb.CloseGroupRequest(group=group), pb.CloseGroupResponse)

    def stream(self, seconds: float = 60) -> Stream:
        return Stream(self._channel, self._metadata, seconds)

    def open(self, environment: str, **fields: object) -> tuple[Stream, pb.CreateGroupResponse]:
        """A group that has been attached to."""
        created = self.create(environment, **fields)
        stream = self.stream()
        assert stream.send(attach=pb.Attach(group=created.group)).HasField("attached")
        return stream, created

    def _unary(self, name: str, request: object, response: type) -> object:
        call = self._channel.unary_unary(f"/{SERVICE}/{name}", type(request).SerializeToString, response.FromString)
        return call(request, metadata=self._metadata, timeout=30)


class Stream:
    """One stream of requests."""

    def __init__(self, channel: grpc.Channel, metadata: list[tuple[str, str]], seconds: float) -> None:
        import queue

        self._requests: queue.SimpleQueue = queue.SimpleQueue()
        method = channel.stream_stream(f"/{SERVICE}/RunGroup")
        self.call = method(iter(self._requests.get, None), metadata=metadata, timeout=seconds)
        self._sequence = 0

    def send(self, **request: object) -> pb.RunGroupResponse:
        """Sends the next request and waits for its response."""
        self._sequence += 1
        return self.send_message(pb.RunGroupRequest(sequence=self._sequence, **request))

    def send_message(self, request: pb.RunGroupRequest) -> pb.RunGroupResponse:
        response = self.send_bytes(request.SerializeToString())
        assert response.sequence == request.sequence
        return response

    def send_bytes(self, data: bytes) -> pb.RunGroupResponse:
        self._requests.put(data)
        return self.receive()

    def receive(self) -> pb.RunGroupResponse:
        """Waits for the next response."""
        return pb.RunGroupResponse.FromString(next(self.call))

    def post(self, **request: object) -> None:
        """Sends the next request without waiting for its response."""
        self._sequence += 1
        self._requests.put(pb.RunGroupRequest(sequence=self._sequence, **request).SerializeToString())

    def error(self, **request: object) -> pb.Error:
        """Sends the next request, which must be answered with an error."""
        response = self.send(**request)
        assert response.HasField("error"), response
        return response.error

    def close(self) -> None:
        self._requests.put(None)


@pytest.fixture
def calls(server: RunningServer) -> Iterator[Calls]:
    """Calls to the shared server."""
    channel = server.channel()
    yield Calls(channel)
    channel.close()
