"""The groups of a server: how many there are, which stream has which, and when one is given up."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass


from kingfisher_gymnasium.failures import out_of_place
from kingfisher_gymnasium.group import Group
from kingfisher_gymnasium.transport.status import CallRefusedError, Status

@dataclass(slots=True)
class _Entry:
    group: Group | None = None
    attached: bool = False
    timer: threading.Timer | None = None


class Groups:
    """Groups by their names. Any thread may call."""

    def __init__(self, limit: int, attach_seconds: float) -> None:
        self._limit = limit
        self._attach_seconds = attach_seconds
        self._entries: dict[str, _Entry] = {}
        self._changed = threading.Condition()
        self._draining = False

    @property
    def draining(self) -> bool:
        """Whether new groups are refused, for good."""
        return self._draining

    def reserve(self) -> str:
        """A place for a group that is being made, to be filled or removed; raises `CallRefusedError` if there is none."""
        with self._changed:
            if self._draining:
                raise CallRefusedError(Status.UNAVAILABLE, "the server is stopping and takes no new groups")
            if len(self._entries) >= self._limit:
                raise CallRefusedError(
                    Status.RESOURCE_EXHAUSTED,
                    f"there are {self._limit} groups already, and the server's limit is {self._limit} (--max-groups)",
                )
            name = secrets.token_urlsafe(18)
            self._entries[name] = _Entry()
            return name

    def fill(self, name: str, group: Group) -> None:
        """Puts a group into its place, where it waits for its stream for a while."""
        timer = threading.Timer(self._attach_seconds, self.remove_unattached, (name,))
        timer.daemon = True
        with self._changed:
            entry = self._entries.get(name)
            if entry is not None:
                entry.group, entry.timer = group, timer
                timer.start()
                return
        group.close()  # The server is ending.

    def attach(self, name: str) -> Group | None:
        """The group of that name for a stream, or nothing; raises `RequestFailedError` if another stream has it."""
        with self._changed:
            entry = self._entries.get(name)
            if entry is None or entry.group is None:
                return None
            if entry.attached:
                raise out_of_place("the group has a stream already")
            entry.attached = True
            if entry.timer is not None:
                entry.timer.cancel()
            return entry.group

    def remove(self, name: str) -> None:
        """Closes a group, or gives its place back. One that does not exist is no error."""
        self._remove(name, even_attached=True)

    def remove_unattached(self, name: str) -> None:
        """Closes a group that no stream has."""
        self._remove(name, even_attached=False)

    def _remove(self, name: str, *, even_attached: bool) -> None:
        with self._changed:
            entry = self._entries.get(name)
            if entry is None or (entry.attached and not even_attached):
                return
            del self._entries[name]
            if entry.timer is not None:
                entry.timer.cancel()
            self._changed.notify_all()
        if entry.group is not None:
            entry.group.close()

    def drain(self, seconds: float) -> None:
        """Refuses new groups from now on, and waits that long for those that exist to be closed."""
        with self._changed:
            self._draining = True
            self._changed.wait_for(lambda: not self._entries, seconds)

    def close(self) -> None:
        """Closes all groups."""
        with self._changed:
            self._draining = True
            names = list(self._entries)
        for name in names:
            self.remove(name)
