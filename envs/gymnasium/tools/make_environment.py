"""Makes the virtual environment with which this project's tests run: `make_environment.py FOLDER`.

Nothing is done if FOLDER has one that was made of the same requirements and the same package.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
REQUIREMENTS = PACKAGE / "requirements-test.txt"
PROTO = PACKAGE.parent.parent / "proto" / "src" / "main" / "protobuf" / "kingfisher" / "env" / "v1" / "environment.proto"
OLDEST = (3, 10)


def main() -> None:
    """Makes the environment, or brings it up to date."""
    if sys.version_info < OLDEST:
        sys.exit(f"python3 is Python {sys.version.split()[0]}: the tests of envs need 3.10 or newer")
    folder = Path(sys.argv[1])
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made = digest([REQUIREMENTS], sys.version)
    installed = digest(sorted(package_files()), made)
    if stamp(folder, "made") != made or not python.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)], "python3 cannot make virtual environments (on Debian: apt install python3-venv)")
        pip(python, "-r", str(REQUIREMENTS))
        (folder / "made").write_text(made)
    if stamp(folder, "installed") != installed:
        pip(python, "--no-deps", "--force-reinstall", str(PACKAGE))
        (folder / "installed").write_text(installed)


def package_files() -> Iterable[Path]:
    """The files that the installed package is made of."""
    yield from (PACKAGE / "pyproject.toml", PACKAGE / "setup.py", PACKAGE / "README.md", PROTO)
    yield from (f for f in (PACKAGE / "src" / "kingfisher_gymnasium").rglob("*.py*") if f.suffix in (".py", ".pyi") and "_pb2" not in f.name)


def digest(files: Iterable[Path], start: str) -> str:
    """A hash of files' names and contents and of what went before."""
    total = hashlib.sha256(start.encode())
    for file in files:
        total.update(str(file.relative_to(PACKAGE.parent.parent)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def stamp(folder: Path, name: str) -> str:
    """The hash that was left at the end of an earlier run."""
    file = folder / name
    return file.read_text() if file.is_file() else ""


def pip(python: Path, *arguments: str) -> None:
    """Installs into the environment."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    run(command, f"pip could not install {' '.join(arguments)} (see above)")


def run(command: list[str], complaint: str) -> None:
    """Runs a command, and ends with the complaint if it fails."""
    if subprocess.run(command).returncode != 0:
        sys.exit(complaint)


if __name__ == "__main__":
    main()
