"""The command's options: what is wrong is told in one line that names the option, with exit code 2."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import launch

import kingfisher_gymnasium


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    command = [sys.executable, "-m", "kingfisher_gymnasium", *arguments]
    environment = {**os.environ, "KINGFISHER_TOKEN": "t"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


def test_help_names_every_option() -> None:
    shown = run("serve", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    for option in ("listen", "token-file", "tls-cert", "tls-key", "tls-ca", "import", "allow", "allow-file-arguments", "drain", "managed"):
        assert f"--{option}" in shown.stdout
    for default in ("max-message-bytes N default 67108864", "max-groups N groups at one time; default 64", "in one group; default 1024"):
        assert default in " ".join(shown.stdout.split())
    assert "serve" in run("--help").stdout


def test_version_is_that_of_the_package() -> None:
    shown = run("--version")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, f"kingfisher-gymnasium {kingfisher_gymnasium.__version__}\n", "")


LOCAL = ("serve", "--listen", "127.0.0.1:0")
WRONG: dict[tuple[str, ...], tuple[str, ...]] = {
    (): ("COMMAND",),
    ("play",): ("'play'",),
    ("serve",): ("--listen",),
    ("serve", "--listen"): ("--listen",),
    (*LOCAL, "--lis", "x"): ("--lis",),
    (*LOCAL, "--color"): ("--color",),
    (*LOCAL, "more"): ("more",),
    (*LOCAL, "--max-groups", "0"): ("--max-groups", "'0': a whole number from 1 to 4096 is expected"),
    (*LOCAL, "--max-groups", "4097"): ("--max-groups", "'4097'"),
    (*LOCAL, "--max-environments", "many"): ("--max-environments", "'many': a whole number from 1 to 1048576 is expected"),
    (*LOCAL, "--max-environments", "1.5"): ("--max-environments", "'1.5'"),
    (*LOCAL, "--max-message-bytes", "1023"): ("--max-message-bytes", "'1023': a whole number from 1024 to 2147483647 is expected"),
    (*LOCAL, "--max-message-bytes", "-1"): ("--max-message-bytes",),
    (*LOCAL, "--drain", "-1"): ("--drain",),
    (*LOCAL, "--drain", "nan"): ("--drain", "'nan': seconds from 0 to 86400 are expected"),
    (*LOCAL, "--drain", "soon"): ("--drain", "'soon'"),
    (*LOCAL, "--allow", "NoSuch-*"): ("--allow NoSuch-*: no registered environment has such an id",),
    (*LOCAL, "--import", "a_module_that_is_not_there"): ("--import a_module_that_is_not_there: ModuleNotFoundError: No module",),
    (*LOCAL, "--import", "json.that"): ("--import json.that: ",),
    (*LOCAL, "--token-file", "/no/such/file"): ("--token-file /no/such/file", "No such file or directory"),
    (*LOCAL, "--token-file", "/dev/null"): ("--token-file /dev/null", "has an empty token"),
    (*LOCAL, "--tls-cert", "cert.pem"): ("--tls-cert and --tls-key belong together",),
    (*LOCAL, "--tls-key", "key.pem"): ("--tls-cert and --tls-key belong together",),
    (*LOCAL, "--tls-ca", "ca.pem"): ("--tls-ca needs --tls-cert and --tls-key",),
    (*LOCAL, "--tls-cert", "/no/cert.pem", "--tls-key", "/dev/null"): ("--tls-cert /no/cert.pem cannot be read: No such file",),
    (*LOCAL, "--tls-cert", "/dev/null", "--tls-key", "/no/key.pem"): ("--tls-key /no/key.pem cannot be read: No such file",),
    (*LOCAL, "--tls-cert", "/dev/null", "--tls-key", "/dev/null"): ("--tls-cert /dev/null and --tls-key /dev/null are no certificate",),
    ("serve", "--listen", "here"): ("--listen 'here' is no address: HOST:PORT", "or unix:PATH is expected"),
    ("serve", "--listen", "127.0.0.1:65536"): ("--listen '127.0.0.1:65536' is no address",),
    ("serve", "--listen", "unix:"): ("--listen 'unix:' is no address",),
    ("serve", "--listen", "unix:/" + "x" * 100): ("--listen ", "the path of a socket can have 100 bytes at most"),
    ("serve", "--listen", "unix:/no/such/folder/s"): ("--listen unix:/no/such/folder/s: there is no folder /no/such/folder",),
    ("serve", "--listen", "no-such-host.invalid:0"): ("--listen no-such-host.invalid:0 can be reached from other machines",),
    ("serve", "--listen", "0.0.0.0:0"): ("--listen 0.0.0.0:0 can be reached from other machines: give --tls-cert and --tls-key",),
    ("serve", "--listen", "[::]:0"): ("--listen [::]:0 can be reached from other machines",),
    ("serve", "--listen", "192.0.2.1:0"): ("--listen 192.0.2.1:0 can be reached from other machines",),
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_option_is_told_in_one_line(arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("kingfisher-gymnasium: ") and answer.stderr.count("\n") == 1, answer.stderr
    for part in WRONG[arguments]:
        assert part in answer.stderr


def test_taken_port_is_told_in_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        process = launch(folder, "--listen", address, environment={"KINGFISHER_TOKEN": "t"})
        assert process.communicate(timeout=60) == ("", None)
    assert process.returncode == 2
    assert (folder / "stderr").read_text() == f"kingfisher-gymnasium: --listen {address} cannot be listened on: it is taken\n"


def test_failure_within_an_imported_module_is_told_in_one_line(folder: Path) -> None:
    (folder / "broken.py").write_text("raise SystemExit('no\\nlicence')\n")
    environment = {"PYTHONPATH": str(folder), "KINGFISHER_TOKEN": "t"}
    process = launch(folder, "--listen", "127.0.0.1:0", "--import", "broken", environment=environment)
    assert process.communicate(timeout=60) == ("", None)
    assert process.returncode == 2
    assert (folder / "stderr").read_text() == "kingfisher-gymnasium: --import broken: SystemExit: no licence\n"
