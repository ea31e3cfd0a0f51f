"""What both ends of a connection agree on beside the messages."""

from __future__ import annotations

from typing import Final

from kingfisher_gymnasium import environment_pb2 as pb

SERVICE: Final = "kingfisher.env.v1.EnvironmentService"
PROTOCOL: Final = pb.ProtocolVersion(major=1, minor=0)
"""The version that this package speaks."""

_KEEPALIVE_MILLISECONDS: Final = 20_000
KEEPALIVE_OPTIONS: Final = (
    # Either end asks this often whether the other is still there, and waits this long for the answer.
    ("grpc.keepalive_time_ms", _KEEPALIVE_MILLISECONDS),
    ("grpc.keepalive_timeout_ms", 10_000),
)
PERMITTED_KEEPALIVE_OPTIONS: Final = (
    # gRPC's servers end connections whose clients ask more often than every five minutes, if they are not told otherwise.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", _KEEPALIVE_MILLISECONDS // 4),
    ("grpc.keepalive_permit_without_calls", 1),
)
