"""What a round trip costs through this package's transport and through grpcio's server, side by side.

    python benchmarks/transport.py

Two servers that answer each message with a fixed one, each in a process of its own behind a Unix socket, are asked in turn by
one client that costs next to nothing (`tight_stream.py`). The response has the size of 16 HalfCheetahs' observations.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import grpc
from tight_stream import TightStream

from kingfisher_gymnasium.addresses import UnixAddress
from kingfisher_gymnasium.transport import sockets
from kingfisher_gymnasium.transport.calls import Handler
from kingfisher_gymnasium.transport.listener import Listener

REQUEST, RESPONSE = bytes(500), bytes(16 * (17 * 8 + 8 + 3))
ROUND_TRIPS, SAMPLES = 5_000, 5


class Fixed:
    """A handler with one answer, and the service that opens it."""

    def open(self, path: str, metadata: dict[str, str]) -> tuple[Handler, bool]:
        return self, True

    def answer(self, message: bytes) -> bytes:
        return RESPONSE

    def close(self) -> None:
        pass


def serve_ours(path: str, ready: Connection) -> None:
    listening, _ = sockets.listen(UnixAddress(path))
    Listener(listening, None, Fixed(), 1 << 20)
    ready.send(True)
    time.sleep(3600)


def serve_grpcio(path: str, ready: Connection) -> None:
    def answer(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        for _ in requests:
            yield RESPONSE

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    handler = grpc.method_handlers_generic_handler("fixed.Service", {"Run": grpc.stream_stream_rpc_method_handler(answer)})
    server.add_generic_rpc_handlers((handler,))
    server.add_insecure_port(f"unix:{path}")
    server.start()
    ready.send(True)
    server.wait_for_termination()


def started(serve: Callable[[str, Connection], None], path: Path) -> TightStream:
    """A stream to a server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    context.Process(target=serve, args=(str(path), there), daemon=True).start()
    here.recv()
    return TightStream(str(path), "/fixed.Service/Run", "none")


def microseconds(stream: TightStream) -> float:
    """The mean time of a round trip."""
    begin = time.perf_counter()
    for _ in range(ROUND_TRIPS):
        stream.exchange(REQUEST)
    return (time.perf_counter() - begin) / ROUND_TRIPS * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        streams = {
            "ours": started(serve_ours, Path(folder) / "ours"),
            "grpcio": started(serve_grpcio, Path(folder) / "grpcio"),
        }
        samples: dict[str, list[float]] = {name: [] for name in streams}
        for stream in streams.values():
            microseconds(stream)
        for _ in range(SAMPLES):
            for name, stream in streams.items():
                samples[name].append(microseconds(stream))
        for name, values in samples.items():
            print(f"{name:7} {statistics.median(values):6.1f} µs a round trip ({min(values):.1f} to {max(values):.1f})")
        print(f"ratio   {statistics.median(samples['grpcio']) / statistics.median(samples['ours']):6.2f}")


if __name__ == "__main__":
    main()
