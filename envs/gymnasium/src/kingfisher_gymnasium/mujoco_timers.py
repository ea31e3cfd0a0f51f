"""MuJoCo's timers, stopped.

MuJoCo's Python package has the library ask the clock dozens of times a step, to note in `MjData.timer` how long each stage
took. Nothing in Gymnasium reads that, and it takes an eighth of a step's time of HalfCheetah-v5. Trajectories do not depend
on it. The package's `set_mjcb_time` can exchange its clock but not take it away: only the variable of the C library can.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_SUFFIXES: Final = (".so", ".dylib", ".dll")


class MujocoTimers:
    """Takes MuJoCo's clock away, once, so that whoever wishes its timers back has them by `mujoco.set_mjcb_time(None)`."""

    def __init__(self) -> None:
        """Takes nothing away yet."""
        self._stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Stops the timers if MuJoCo is loaded by now and its clock is its own; else does nothing."""
        with self._lock:
            mujoco = sys.modules.get("mujoco")
            if mujoco is None or self._stopped:
                return
            self._stopped = True
            if hasattr(mujoco, "get_mjcb_time") and mujoco.get_mjcb_time() is None:
                for clock in clocks(mujoco):
                    clock.value = None


def clocks(mujoco: Any) -> Iterator[ctypes.c_void_p]:
    """The C library's variable that holds its clock's address: one, or none where it is not found."""
    for path in sorted(Path(mujoco.__file__).parent.glob("*mujoco*")):
        if not path.is_symlink() and any(suffix in path.suffixes for suffix in _SUFFIXES):
            try:
                # A second copy of the library would be of no use, so only the one that is loaded is asked for.
                library = ctypes.CDLL(str(path), mode=getattr(os, "RTLD_NOLOAD", ctypes.DEFAULT_MODE))
                yield ctypes.c_void_p.in_dll(library, "mjcb_time")
            except (OSError, ValueError):
                pass  # Not loaded, or without such a variable.
