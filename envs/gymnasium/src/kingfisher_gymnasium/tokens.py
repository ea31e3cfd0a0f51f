"""Where the token of a server comes from, at both ends.

In this order: a file that is named; the environment variable `KINGFISHER_TOKEN`; for addresses of this machine alone,
`~/.kingfisher/token`. So the server and the trainer of one user find each other, and others are kept out.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "KINGFISHER_TOKEN"
"""The environment variable that has a token."""


class TokenError(ValueError):
    """A token cannot be had or used; the text says which and why."""


def given_token(file: str | None) -> str | None:
    """The token in the file that is named, else that of the environment variable, else nothing."""
    if file is not None:
        return _read(Path(file))
    token = os.environ.get(VARIABLE)
    return None if token is None else _checked(token, VARIABLE)


def user_file() -> Path:
    """The file of the user's own token."""
    return Path.home() / ".kingfisher" / "token"


def user_token() -> str | None:
    """The user's own token, or nothing if there is none yet."""
    file = user_file()
    return _read(file) if file.exists() else None


def make_user_token() -> str:
    """The user's own token, made if there is none yet: 32 random bytes, readable by the user alone."""
    file = user_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            fresh = file.with_name(f"token.{secrets.token_hex(8)}")
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
                stream.write(secrets.token_hex(32) + "\n")
            try:
                # A link appears whole, and only if no other server was faster.
                os.link(fresh, file)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        if os.name == "posix" and file.stat().st_mode & 0o077:
            print(f"{file} can be read by other users: chmod 600 {file}", file=sys.stderr)
    except OSError as error:
        raise TokenError(f"{file}: {error.strerror or error}; or give --token-file or {VARIABLE}") from error
    return _read(file)


def _read(file: Path) -> str:
    try:
        return _checked(file.read_text(encoding="utf-8"), f"the token file {file}")
    except (OSError, UnicodeError) as error:
        raise TokenError(f"the token file {file} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _checked(token: str, source: str) -> str:
    token = token.strip()
    if not token:
        raise TokenError(f"{source} has an empty token")
    if not all("!" <= character <= "~" for character in token):
        raise TokenError(f"{source} has a token with characters that are not printable ASCII")
    return token
