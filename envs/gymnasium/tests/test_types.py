"""The package's types, which its users' checkers read."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def test_package_is_typed_strictly() -> None:
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "mypy", "--cache-dir", cache, "src"]
        checked = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
