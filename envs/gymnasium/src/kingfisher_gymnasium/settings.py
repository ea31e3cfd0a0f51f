"""What a server can be told, and its defaults."""

from __future__ import annotations

from dataclasses import dataclass

from kingfisher_gymnasium.addresses import Address


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes at most."""

    message_bytes: int = 64 * 1024 * 1024
    groups: int = 64
    environments: int = 1024
    """Of one group."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files in PEM form. With `ca`, clients must have a certificate that it signed."""

    certificate: str
    key: str
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server needs to know."""

    address: Address
    token: str | None = None
    """What clients must send; without it everybody who gets through is served."""
    tls: TlsFiles | None = None
    allowed: tuple[str, ...] = ()
    """Patterns of the ids that are offered; none: all."""
    file_arguments: bool = True
    """Whether arguments of environments may name files."""
    limits: Limits = Limits()
    attach_seconds: float = 60.0
    """How long a group waits for its stream."""
