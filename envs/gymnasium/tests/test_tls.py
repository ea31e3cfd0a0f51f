"""TLS, with and without certificates of clients: who gets through, and that the server goes on whoever does not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from certificates import Authority
from conftest import TOKEN, Calls, RunningServer, launch, refused

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.client import ClientTls, ConnectionSettings, RemoteVectorEnv, ServerError


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with the certificates."""
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def ours(place: Path) -> Authority:
    return Authority.make(place, "ours")


@pytest.fixture(scope="module")
def theirs(place: Path) -> Authority:
    return Authority.make(place, "theirs")


@pytest.fixture(scope="module")
def server_files(ours: Authority) -> tuple[str, str]:
    return ours.issue("server")


def started(
    place: Path, name: str, files: tuple[str, str], *options: str, listen: str = "127.0.0.1:0", **environment: str
) -> RunningServer:
    """A server with TLS."""
    folder = place / name
    folder.mkdir()
    (folder / "token").write_text(TOKEN)
    certificate, key = files
    variables = {"HOME": str(folder), **environment}
    process = launch(folder, "--listen", listen, "--tls-cert", certificate, "--tls-key", key, *options, environment=variables)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), (folder / "stderr").read_text()
    return RunningServer(process, line.removeprefix("listening on ").strip().replace("0.0.0.0", "127.0.0.1"), folder)


@pytest.fixture(scope="module")
def with_token(place: Path, server_files: tuple[str, str]) -> Iterator[RunningServer]:
    """One that asks for a token."""
    running = started(place, "with-token", server_files, KINGFISHER_TOKEN=TOKEN)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def mutual(place: Path, server_files: tuple[str, str], ours: Authority) -> Iterator[RunningServer]:
    """One that asks for certificates, listens to other machines, and for no token."""
    running = started(place, "mutual", server_files, "--tls-ca", ours.file, listen="0.0.0.0:0")
    yield running
    running.stop()


def stepped(server: RunningServer, tls: ClientTls | None, *, token: bool = True) -> None:
    """Steps an environment through the client."""
    settings = ConnectionSettings(token_file=str(server.folder / "token") if token else None, tls=tls)
    environment = RemoteVectorEnv(server.address, "CartPole-v1", 2, connection=settings)
    try:
        environment.reset(seed=1)
        assert environment.step(np.array([0, 1]))[1].tolist() == [1.0, 1.0]
    finally:
        environment.close()


def test_client_that_trusts_the_servers_authority_gets_through(with_token: RunningServer, ours: Authority) -> None:
    stepped(with_token, ClientTls(ca=ours.file))


def test_client_that_trusts_another_authority_does_not_connect(
    with_token: RunningServer, ours: Authority, theirs: Authority
) -> None:
    for tls in (ClientTls(ca=theirs.file), ClientTls()):
        with pytest.raises(ServerError, match=f"the server at {with_token.address} cannot be reached while calling GetServerInfo"):
            stepped(with_token, tls)
    stepped(with_token, ClientTls(ca=ours.file))


def test_token_is_asked_for_under_tls_too(with_token: RunningServer, ours: Authority) -> None:
    credentials = grpc.ssl_channel_credentials(Path(ours.file).read_bytes())
    with grpc.secure_channel(with_token.address, credentials) as channel:
        with refused(grpc.StatusCode.UNAUTHENTICATED, "a token is needed, and none was sent"):
            Calls(channel, None).info()
        assert Calls(channel).info().health == pb.HEALTH_SERVING


def test_plain_clients_do_not_get_through(with_token: RunningServer, ours: Authority) -> None:
    with pytest.raises(ServerError, match="cannot be reached"):
        stepped(with_token, None)
    host, port = with_token.address.split(":")
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""):
        with socket.create_connection((host, int(port)), timeout=20) as plain:
            # The server may have ended the connection before all is said.
            with contextlib.suppress(OSError):
                plain.sendall(said)
                plain.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while plain.recv(4096):
                    pass
    stepped(with_token, ClientTls(ca=ours.file))


def test_client_that_does_not_shake_hands_holds_nobody_up(with_token: RunningServer, ours: Authority) -> None:
    host, port = with_token.address.split(":")
    with socket.create_connection((host, int(port))):
        stepped(with_token, ClientTls(ca=ours.file))


def test_old_versions_of_tls_are_refused(with_token: RunningServer, ours: Authority) -> None:
    context = ssl.create_default_context(cafile=ours.file)
    with pytest.warns(DeprecationWarning):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    host, port = with_token.address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plain, server_hostname=host)
    stepped(with_token, ClientTls(ca=ours.file))


def test_certificate_of_a_client_stands_for_a_token(mutual: RunningServer, ours: Authority) -> None:
    certificate, key = ours.issue("client")
    stepped(mutual, ClientTls(ca=ours.file, certificate=certificate, key=key), token=False)


def test_client_without_an_accepted_certificate_does_not_get_through(
    mutual: RunningServer, ours: Authority, theirs: Authority
) -> None:
    certificate, key = theirs.issue("stranger")
    for tls in (ClientTls(ca=ours.file), ClientTls(ca=ours.file, certificate=certificate, key=key)):
        with pytest.raises(ServerError, match="cannot be reached while calling GetServerInfo"):
            stepped(mutual, tls)
    own = ours.issue("client")
    stepped(mutual, ClientTls(ours.file, *own))


def test_arguments_from_other_machines_name_no_files(mutual: RunningServer, ours: Authority) -> None:
    tls = ClientTls(ours.file, *ours.issue("client"))
    with pytest.raises(ServerError, match="argument xml_file = '/x.xml' names a file: .* --allow-file-arguments only"):
        settings = ConnectionSettings(tls=tls)
        RemoteVectorEnv(mutual.address, "Hopper-v5", 1, arguments={"xml_file": "/x.xml"}, connection=settings)


def test_server_with_neither_token_nor_authority_asks_for_the_users_token(
    place: Path, server_files: tuple[str, str], ours: Authority
) -> None:
    server = started(place, "alone", server_files, "--allow-file-arguments", listen="0.0.0.0:0")
    try:
        with pytest.raises(ServerError, match="the token is not this server's"):
            stepped(server, ClientTls(ca=ours.file))
        (server.folder / "token").write_text((server.folder / ".kingfisher" / "token").read_text())
        stepped(server, ClientTls(ca=ours.file))
        settings = ConnectionSettings(token_file=str(server.folder / "token"), tls=ClientTls(ca=ours.file))
        with pytest.raises(ServerError, match="Hopper-v5 does not accept xml_file = '/x.xml': OSError"):
            RemoteVectorEnv(server.address, "Hopper-v5", 1, arguments={"xml_file": "/x.xml"}, connection=settings)
    finally:
        server.stop()


def test_certificate_and_key_that_do_not_belong_together_are_told(place: Path, ours: Authority) -> None:
    certificate, key = ours.issue("one")[0], ours.issue("other")[1]
    folder = place / "mismatch"
    folder.mkdir()
    process = launch(folder, "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, environment={"KINGFISHER_TOKEN": "t"})
    process.communicate(timeout=60)
    assert process.returncode == 2
    told = (folder / "stderr").read_text()
    assert told.startswith(f"kingfisher-gymnasium: --tls-cert {certificate} and --tls-key {key} are no certificate and its key: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("files", [{"ca": "/no/ca.pem"}, {"certificate": "/no/client.pem", "key": "/dev/null"}])
def test_client_tells_which_of_its_files_is_missing(with_token: RunningServer, files: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="the TLS file /no/.* cannot be read: No such file or directory"):
        stepped(with_token, ClientTls(**files))
