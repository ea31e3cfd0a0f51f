"""Who may call a server: the token's sources at both ends, and calls without the right one."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from conftest import TOKEN, Calls, RunningServer, launch, refused

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tokens
from kingfisher_gymnasium.client import ConnectionSettings, RemoteVectorEnv, ServerError

Serve = Callable[..., RunningServer]
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's folder, for this process and those that it starts."""
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv(tokens.VARIABLE, raising=False)
    yield folder


def started(folder: Path, name: str, *options: str, **environment: str) -> RunningServer:
    """A server on a socket of that name, with no token but what options and variables say."""
    place = folder / name
    place.mkdir()
    process = launch(place, "--listen", f"unix:{place}/s", *options, environment=environment)
    return RunningServer(process, f"unix:{place}/s", place)


def await_listening(server: RunningServer) -> RunningServer:
    assert server.process.stdout is not None
    assert server.process.stdout.readline().startswith("listening on "), server.errors
    return server


@pytest.mark.parametrize("token", [None, "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
def test_calls_without_the_right_token_are_refused(server: RunningServer, token: str | None) -> None:
    calls = Calls(server.channel(), token)
    reason = "a token is needed, and none was sent" if token is None else "the token is not this server's"
    for call in (calls.info, lambda: calls.create("CartPole-v1"), lambda: calls.close("x")):
        with refused(UNAUTHENTICATED, reason):
            call()
    with refused(UNAUTHENTICATED, reason):
        calls.stream().send(attach=pb.Attach(group="x"))
    assert Calls(server.channel()).info().health == pb.HEALTH_SERVING


def test_token_needs_its_scheme(server: RunningServer) -> None:
    for value in (TOKEN, "Bearer", f"bearer {TOKEN}", f"Basic {TOKEN}", f"Bearer  {TOKEN}"):
        calls = Calls(server.channel(), "")
        calls._metadata = [("authorization", value)]
        with refused(UNAUTHENTICATED, "the token is not this server's"):
            calls.info()


def test_client_tells_that_its_token_is_wrong(server: RunningServer, folder: Path) -> None:
    (folder / "token").write_text("wrong")
    with pytest.raises(ServerError, match=r"refuses: the token is not this server's \(--token-file, KINGFISHER_TOKEN\)"):
        RemoteVectorEnv(server.address, "CartPole-v1", 1, connection=ConnectionSettings(token_file=str(folder / "token")))


def test_user_has_one_token_of_their_own(home: Path) -> None:
    # Both servers start without a token that there is, at one time.
    both = [started(home, name) for name in ("a", "b")]
    try:
        for server in both:
            await_listening(server)
        file = home / ".kingfisher" / "token"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        token = file.read_text().strip()
        assert len(token) == 64 and token == tokens.make_user_token() == tokens.user_token()
        assert [entry.name for entry in file.parent.iterdir()] == ["token"]
        for server in both:
            assert Calls(server.channel(), token).info().health == pb.HEALTH_SERVING
            with refused(UNAUTHENTICATED, "a token is needed, and none was sent"):
                Calls(server.channel(), None).info()
            # The client of the same user finds it by itself.
            RemoteVectorEnv(server.address, "CartPole-v1", 1).close()
            assert server.errors == ""
    finally:
        for server in both:
            server.stop()


def test_named_file_counts_before_the_variable_and_that_before_the_users_own(home: Path) -> None:
    tokens.make_user_token()
    (home / "named").write_text("  of-the-file\n")
    by_file = started(home, "a", "--token-file", str(home / "named"), KINGFISHER_TOKEN="of-the-variable")
    by_variable = started(home, "b", KINGFISHER_TOKEN="of-the-variable")
    try:
        for server, token in ((by_file, "of-the-file"), (by_variable, "of-the-variable")):
            await_listening(server)
            assert Calls(server.channel(), token).info()
            for other in {"of-the-file", "of-the-variable", tokens.make_user_token()} - {token}:
                with refused(UNAUTHENTICATED, "the token is not this server's"):
                    Calls(server.channel(), other).info()
    finally:
        by_file.stop(), by_variable.stop()


def test_client_takes_the_variable(server: RunningServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tokens.VARIABLE, TOKEN)
    RemoteVectorEnv(server.address, "CartPole-v1", 1).close()


def test_token_file_that_others_can_read_is_told_and_taken(home: Path) -> None:
    file = home / ".kingfisher" / "token"
    file.parent.mkdir()
    file.write_text("shared")
    file.chmod(0o644)
    server = started(home, "a")
    try:
        await_listening(server)
        assert Calls(server.channel(), "shared").info()
        assert server.errors == f"{file} can be read by other users: chmod 600 {file}\n"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has an empty token"),
        (b" \n", "has an empty token"),
        (b"two words", "has a token with characters that are not printable ASCII"),
        ("schlüssel".encode(), "has a token with characters that are not printable ASCII"),
        (b"\xff\xfe", "cannot be read"),
        (b"a\nb", "has a token with characters that are not printable ASCII"),
    ],
)
def test_file_without_a_token_is_refused(folder: Path, content: bytes, message: str) -> None:
    file = folder / "token"
    file.write_bytes(content)
    with pytest.raises(tokens.TokenError, match=message):
        tokens.given_token(str(file))


def test_home_that_takes_no_token_is_told(home: Path) -> None:
    (home / ".kingfisher").write_text("a file where the folder should be")
    server = started(home, "a")
    try:
        assert server.process.wait(60) == 2
        message = f"kingfisher-gymnasium: {home}/.kingfisher/token: File exists; or give --token-file or KINGFISHER_TOKEN\n"
        assert server.errors.replace("Not a directory", "File exists") == message
    finally:
        server.stop()


def test_environments_do_not_see_the_token(serve: Serve, folder: Path) -> None:
    (folder / "spy.py").write_text("import os\nassert 'KINGFISHER_TOKEN' not in os.environ\n")
    server = serve("--import", "spy", environment={"PYTHONPATH": str(folder), "KINGFISHER_TOKEN": "secret"})
    assert Calls(server.channel()).info()
