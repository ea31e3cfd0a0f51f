"""Addresses of servers: `HOST:PORT` and `unix:PATH`."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

_LONGEST_SOCKET_PATH: Final = 100


class AddressError(ValueError):
    """A text is no address, or the address cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A port of a host."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine reach it."""
        return _is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A socket in the file system."""

    path: str

    def __str__(self) -> str:
        return f"unix:{self.path}"

    @property
    def is_local(self) -> bool:
        """Always."""
        return True


Address: TypeAlias = TcpAddress | UnixAddress


def parse(text: str) -> Address:
    """The address that a text says; raises `AddressError` if it says none."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:").removeprefix("//") if text.startswith("unix:///") else text.removeprefix("unix:")
        if not path or "\0" in path:
            raise AddressError(f"{text!r} is no address: unix:PATH is expected")
        if len(path.encode()) > _LONGEST_SOCKET_PATH:
            raise AddressError(f"{text!r}: the path of a socket can have {_LONGEST_SOCKET_PATH} bytes at most")
        return UnixAddress(path)
    parts = re.fullmatch(r"(?:\[([0-9a-fA-F:.%\w]+)\]|([^:\[\]/\s]+)):(\d{1,5})", text)
    if parts is None or int(parts[3]) > 65_535:
        raise AddressError(f"{text!r} is no address: HOST:PORT (such as 127.0.0.1:50051) or unix:PATH is expected")
    return TcpAddress(parts[1] or parts[2], int(parts[3]))


def numeric(address: TcpAddress) -> TcpAddress:
    """The address with a number for its host, IPv4 first: a name can mean several, of which one may be taken."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressError(f"{address}: the host is not known ({error.strerror})") from error
    first = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return TcpAddress(str(first[4][0]), address.port)


def clear_socket(path: str) -> None:
    """Removes the file of a socket that nobody answers; raises `AddressError` if something else is there."""
    file = Path(path)
    if not file.parent.is_dir():
        raise AddressError(f"unix:{path}: there is no folder {file.parent}")
    if not file.exists() and not file.is_symlink():
        return
    if not file.is_socket():
        raise AddressError(f"unix:{path}: there is a file of that name that is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            file.unlink(missing_ok=True)
            return
        except OSError as error:
            raise AddressError(f"unix:{path} cannot be used: {error.strerror or error}") from error
    raise AddressError(f"unix:{path} is taken: a server answers there")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False
