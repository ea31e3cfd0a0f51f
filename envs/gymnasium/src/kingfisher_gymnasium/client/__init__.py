"""Served environments as Gymnasium's: of Kingfisher's Python server or of any other that speaks the protocol."""

from kingfisher_gymnasium.client.connection import (
    ClientTls,
    ConnectionSettings,
    EnvironmentFailedError,
    RequestRefusedError,
    ServerError,
)
from kingfisher_gymnasium.client.env import RemoteEnv
from kingfisher_gymnasium.client.vector_env import RemoteVectorEnv

__all__ = [
    "ClientTls",
    "ConnectionSettings",
    "EnvironmentFailedError",
    "RemoteEnv",
    "RemoteVectorEnv",
    "RequestRefusedError",
    "ServerError",
]
