"""A server of environments, from its settings to its end."""

from __future__ import annotations

from pathlib import Path

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.addresses import UnixAddress
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.groups import Groups
from kingfisher_gymnasium.service import EnvironmentService
from kingfisher_gymnasium.settings import ServerSettings
from kingfisher_gymnasium.transport import sockets
from kingfisher_gymnasium.transport.listener import Listener


class Server:
    """A server that listens from its making to its end."""

    def __init__(self, settings: ServerSettings) -> None:
        """Starts to listen; raises `AddressError` if it cannot, and `ValueError` for other settings that are wrong."""
        limits = settings.limits
        self._groups = Groups(limits.groups, settings.attach_seconds)
        service = EnvironmentService(
            Catalog(settings.allowed, file_arguments=settings.file_arguments),
            self._groups,
            pb.ServerLimits(
                message_bytes=limits.message_bytes, groups=limits.groups, environments_per_group=limits.environments
            ),
            settings.token,
        )
        tls = None if settings.tls is None else sockets.tls_context(settings.tls)
        listening, self.address = sockets.listen(settings.address)
        self._listener = Listener(listening, tls, service, limits.message_bytes)

    def stop(self, drain_seconds: float) -> None:
        """Takes no new groups, waits that long for the others to be closed, closes them, and stops listening."""
        self._groups.drain(drain_seconds)
        self._groups.close()
        self._listener.close()
        if isinstance(self.address, UnixAddress):
            Path(self.address.path).unlink(missing_ok=True)
