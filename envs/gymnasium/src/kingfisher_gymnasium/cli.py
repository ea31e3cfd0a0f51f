"""The command `kingfisher-gymnasium`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from kingfisher_gymnasium import __version__, addresses, tokens
from kingfisher_gymnasium.settings import Limits, ServerSettings, TlsFiles

PROGRAM: Final = "kingfisher-gymnasium"
WRONG_INPUT: Final = 2


class WrongInputError(ValueError):
    """An option is not accepted."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the usage."""
        sys.exit(_complain(message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code: 0 stopped, 2 wrong input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
        # gRPC and Gymnasium are slow to import: wrong options are answered before.
        from kingfisher_gymnasium.process import ServerProcess

        process = ServerProcess(managed=options.managed, drain_seconds=options.drain)
        _import_modules(options.imports)
        return process.run(settings)
    except addresses.AddressError as error:
        return _complain(f"--listen {error}")
    except tokens.TokenError as error:
        return _complain(str(error) if options.token_file is None else f"--token-file {options.token_file}: {error}")
    except ValueError as error:
        return _complain(str(error))


def _complain(message: str) -> int:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Serves Gymnasium environments over gRPC.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    serve = commands.add_parser(
        "serve", help="serve environments until stopped", description="Serves environments until stopped.", allow_abbrev=False
    )
    add = serve.add_argument
    add("--listen", required=True, metavar="ADDRESS", help="HOST:PORT (port 0 picks one) or unix:PATH")
    add("--token-file", metavar="FILE", help="the token that clients must send; else KINGFISHER_TOKEN, else ~/.kingfisher/token")
    add("--tls-cert", metavar="FILE", help="the server's certificate; needed to listen beyond this machine")
    add("--tls-key", metavar="FILE", help="the certificate's key")
    add("--tls-ca", metavar="FILE", help="demand client certificates that this authority signed")
    add("--import", dest="imports", action="append", default=[], metavar="MODULE", help="import a module that registers environments (repeatable)")
    add("--allow", action="append", default=[], metavar="GLOB", help="offer only ids that match (repeatable); default: all")
    add("--allow-file-arguments", action="store_true", help="let clients from other machines name files in arguments")
    add("--max-message-bytes", type=_whole(1024, 2**31 - 1), default=Limits().message_bytes, metavar="N", help="default %(default)s")
    add("--max-groups", type=_whole(1, 4096), default=Limits().groups, metavar="N", help="groups at one time; default %(default)s")
    add("--max-environments", type=_whole(1, 2**20), default=Limits().environments, metavar="N", help="in one group; default %(default)s")
    add("--drain", type=_seconds, default=5.0, metavar="SECONDS", help="how long groups go on after SIGTERM or SIGINT; default %(default)s")
    add("--managed", action="store_true", help="for trainers that start a server: end when standard input ends, ignore SIGINT")
    return parser


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r}: a whole number from {least} to {most} is expected")
        return int(text)

    return parse


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds from 0 to 86400 are expected")
    return seconds


def _import_modules(modules: Sequence[str]) -> None:
    if modules and os.getcwd() not in sys.path and "" not in sys.path:
        # As `python -m` does, which this command shall equal.
        sys.path.insert(0, os.getcwd())
    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as error:
            raise WrongInputError(f"--import {module}: {type(error).__name__}: {error}") from error


def _settings(options: argparse.Namespace) -> ServerSettings:
    address = addresses.parse(options.listen)
    if (options.tls_cert is None) != (options.tls_key is None):
        raise WrongInputError("--tls-cert and --tls-key belong together, and one of them is missing")
    if options.tls_ca is not None and options.tls_cert is None:
        raise WrongInputError("--tls-ca needs --tls-cert and --tls-key")
    tls = None if options.tls_cert is None else TlsFiles(options.tls_cert, options.tls_key, options.tls_ca)
    if tls is None and not address.is_local:
        raise WrongInputError(
            f"--listen {address} can be reached from other machines: give --tls-cert and --tls-key, "
            "or listen on 127.0.0.1 or a Unix socket"
        )
    token = tokens.given_token(options.token_file)
    # What environments start need not know it.
    os.environ.pop(tokens.VARIABLE, None)
    if token is None and (tls is None or tls.ca is None):
        token = tokens.make_user_token()
    return ServerSettings(
        address=address,
        token=token,
        tls=tls,
        allowed=tuple(options.allow),
        file_arguments=address.is_local or options.allow_file_arguments,
        limits=Limits(options.max_message_bytes, options.max_groups, options.max_environments),
    )
