"""The life of a server's process: what it prints, its socket, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import numpy as np
import pytest
from conftest import Calls, RunningServer, Stream, launch, refused, start_server

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors

Serve = Callable[..., RunningServer]
STEP = pb.Step(actions=[tensors.encode(np.array([0]))])


def open_faulty(calls: Calls, fault: str) -> Stream:
    """A group of one that fails at its first step."""
    stream, _ = calls.open("Faulty-v0", arguments={"fault": pb.Value(text=fault)}, seeds=[13])
    stream.send(reset=pb.Reset())
    return stream


def assert_serves(calls: Calls) -> None:
    """A group can be made, reset and stepped."""
    stream, _ = calls.open("CartPole-v1")
    stream.send(reset=pb.Reset())
    assert stream.send(step=STEP).HasField("batch")
    stream.close()
    assert list(stream.call) == []


def await_draining(calls: Calls) -> None:
    """Waits until the server has heard of its signal."""
    end = time.monotonic() + 20
    while calls.info().health != pb.HEALTH_DRAINING:
        assert time.monotonic() < end


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_signal_ends_a_server_that_has_no_groups(serve: Serve, number: signal.Signals, code: int) -> None:
    server = serve("--drain", "60")
    assert_serves(Calls(server.channel()))
    assert (server.folder / "s").is_socket()
    server.process.send_signal(number)
    assert server.process.wait(20) == code
    assert server.process.stdout is not None and server.process.stdout.read() == ""
    assert server.errors == ""
    assert not (server.folder / "s").exists()


def test_groups_go_on_while_a_server_drains(serve: Serve) -> None:
    server = serve("--drain", "60")
    calls = Calls(server.channel())
    stream, _ = calls.open("CartPole-v1")
    stream.send(reset=pb.Reset())
    server.process.send_signal(signal.SIGINT)
    await_draining(calls)
    assert stream.send(step=STEP).HasField("batch")
    with refused(grpc.StatusCode.UNAVAILABLE, "the server is stopping and takes no new groups"):
        calls.create("CartPole-v1")
    assert stream.send(step=STEP).HasField("batch")
    stream.close()
    assert server.process.wait(20) == 130


def test_groups_that_stay_are_closed_when_the_time_is_over(serve: Serve) -> None:
    server = serve("--drain", "0.2", "--import", "faulty")
    stream = open_faulty(Calls(server.channel()), "raise-in-close")
    server.process.send_signal(signal.SIGTERM)
    with pytest.raises(grpc.RpcError) as ended:
        next(stream.call)
    assert ended.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert server.process.wait(20) == 0
    assert server.errors == "environment 0 of Faulty-v0 failed in close: RuntimeError: cannot close\n"


@pytest.mark.parametrize(("first", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_second_signal_ends_a_server_at_once(serve: Serve, first: signal.Signals, code: int) -> None:
    server = serve("--drain", "600")
    calls = Calls(server.channel())
    stream, _ = calls.open("CartPole-v1")
    server.process.send_signal(first)
    await_draining(calls)
    assert stream.send(reset=pb.Reset()).HasField("batch")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == code


@pytest.mark.parametrize("fault", ["busy", "hang"])
def test_managed_server_ends_with_its_input_whatever_environments_do(serve: Serve, fault: str) -> None:
    server = serve("--managed", "--drain", "600", "--import", "faulty")
    calls = Calls(server.channel())
    stream = open_faulty(calls, fault)
    stream.post(step=STEP)
    # The others go on meanwhile: on the same connection, and on another.
    assert_serves(calls)
    assert_serves(Calls(server.channel(**{"grpc.use_local_subchannel_pool": 1})))
    server.process.send_signal(signal.SIGINT)
    assert_serves(calls)
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(5) == 0


def test_signal_ends_a_server_whose_environment_never_comes_back(serve: Serve) -> None:
    server = serve("--drain", "0.1", "--import", "faulty")
    open_faulty(Calls(server.channel()), "busy").post(step=STEP)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0


def test_managed_server_ends_also_if_nobody_reads_what_it_prints(folder: Path) -> None:
    options = ("--managed", "--listen", f"unix:{folder}/s", "--import", "faulty")
    process = launch(folder, *options, errors=subprocess.PIPE, environment={"KINGFISHER_TOKEN": "t"})
    assert process.stdin and process.stdout and process.stderr
    assert process.stdout.readline().startswith("listening on ")
    process.stderr.close()
    with grpc.insecure_channel(f"unix:{folder}/s") as channel:
        calls = Calls(channel, "t")
        error = open_faulty(calls, "raise").error(step=STEP)
        assert error.code == pb.CODE_ENVIRONMENT_FAILED
        # What stays in Python's own buffer cannot be written at the end.
        assert open_faulty(calls, "mumble").send(step=STEP).HasField("batch")
        process.stdin.close()
        assert process.wait(5) == 0
    process.stdout.close()


def test_what_environments_print_goes_to_standard_error_at_once(serve: Serve) -> None:
    server = serve("--drain", "0", "--import", "faulty")
    calls = Calls(server.channel())
    stream = open_faulty(calls, "print")
    assert stream.send(step=STEP).HasField("batch")
    assert server.errors == "from python\nfrom a program\nfrom native code\n"
    assert open_faulty(calls, "read").send(step=STEP).HasField("batch")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stdout is not None and server.process.stdout.read() == ""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_server_lives_without_standard_streams(folder: Path, closed: str) -> None:
    command = f'exec "$0" -m kingfisher_gymnasium serve --listen unix:{folder}/s {closed}'
    environment = {**os.environ, "KINGFISHER_TOKEN": "t"}
    process = subprocess.Popen(["sh", "-c", command, sys.executable], env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        with socket.socket(socket.AF_UNIX) as probe:
            while probe.connect_ex(str(folder / "s")) != 0:
                assert time.monotonic() < end and process.poll() is None
        with grpc.insecure_channel(f"unix:{folder}/s") as channel:
            assert_serves(Calls(channel, "t"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_failure_is_printed_with_its_trace(serve: Serve) -> None:
    server = serve("--import", "faulty")
    error = open_faulty(Calls(server.channel()), "raise").error(step=STEP)
    assert server.errors.startswith("environment 0 of Faulty-v0 failed in step\nTraceback")
    assert error.trace.strip() in server.errors and "faulty.py" in error.trace


def test_socket_that_a_dead_server_left_is_replaced(folder: Path) -> None:
    first = start_server(folder)
    path = folder / "s"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first.process.kill()
    first.process.wait()
    assert path.is_socket()
    second = start_server(folder)
    assert_serves(Calls(second.channel()))
    process = launch(folder, "--listen", f"unix:{path}", environment={"KINGFISHER_TOKEN": "t"})
    assert process.communicate(timeout=60) == ("", None)
    assert process.returncode == 2
    assert second.errors == f"kingfisher-gymnasium: --listen unix:{path} is taken: a server answers there\n"
    assert_serves(Calls(second.channel()))
    first.stop(), second.stop()


def test_file_that_is_no_socket_is_left_alone(folder: Path) -> None:
    path = folder / "s"
    path.write_text("important")
    process = launch(folder, "--listen", f"unix:{path}", environment={"KINGFISHER_TOKEN": "t"})
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert "there is a file of that name that is no socket" in (folder / "stderr").read_text()
    assert path.read_text() == "important"


def test_port_zero_picks_a_port_that_is_told(serve: Serve) -> None:
    server = serve(listen="localhost:0")
    host, port = server.address.rsplit(":", 1)
    assert host == "127.0.0.1" and int(port) > 0
    with socket.create_connection((host, int(port))):
        assert_serves(Calls(server.channel()))
