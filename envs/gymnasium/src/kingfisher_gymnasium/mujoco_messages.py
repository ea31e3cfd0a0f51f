"""MuJoCo's warnings, each told once.

On its own MuJoCo writes every warning of every model that is loaded to the terminal and to a file in the working folder:
sixteen environments of one kind say the same thing sixteen times.
"""

from __future__ import annotations

import sys
import threading

from kingfisher_gymnasium.failures import report


class MujocoMessages:
    """Passes the warnings of MuJoCo on to standard error, each text once, under the name of the library."""

    def __init__(self) -> None:
        """Takes nothing over yet."""
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def take_over(self) -> None:
        """Takes MuJoCo's warnings over if it is loaded by now; without it, does nothing."""
        mujoco = sys.modules.get("mujoco")
        if mujoco is not None and hasattr(mujoco, "set_mju_user_warning"):
            mujoco.set_mju_user_warning(self._tell)

    def _tell(self, message: str) -> None:
        with self._lock:
            fresh = message not in self._told
            self._told.add(message)
        if fresh:
            report(f"MuJoCo: {message}")
