"""What both ends of a connection agree on beside the messages."""

from __future__ import annotations

from typing import Final

from kingfisher_gymnasium import environment_pb2 as pb

SERVICE: Final = "kingfisher.env.v1.EnvironmentService"
PROTOCOL: Final = pb.ProtocolVersion(major=1, minor=0)
"""The version that this package speaks."""

KEEPALIVE_OPTIONS: Final = (
    # A client asks this often whether the server is still there, and waits this long for the answer.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)
