"""What the timing scripts share: one measurement for each line of stdin, one JSON line on stdout for each measurement.

A line is empty, or an object that replaces some of the script's own options. Whatever libraries print goes to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable
from typing import Any

Measure = Callable[[argparse.Namespace], dict[str, Any]]


def answer(measure: Measure, options: argparse.Namespace) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        result = measure(options)
    print(json.dumps(result, allow_nan=False), flush=True)


def requested(line: str, options: argparse.Namespace) -> argparse.Namespace:
    """The options with what a line replaces; a key that is no option and a value of another type are refused."""
    asked = json.loads(line) if line.strip() else {}
    known = vars(options)
    if not isinstance(asked, dict) or not asked.keys() <= known.keys():
        raise ValueError(f"accepted are an empty line and an object with some of {', '.join(known)}")
    for key, value in asked.items():
        if type(value) is not type(known[key]):
            raise ValueError(f"{key} must be of the type {type(known[key]).__name__}")
    return argparse.Namespace(**(known | asked))


def serve(measure: Measure, options: argparse.Namespace) -> int:
    print("ready", file=sys.stderr, flush=True)
    for line in sys.stdin:
        try:
            wanted = requested(line, options)
        except ValueError as problem:
            print(f"bad request {line.strip()!r}: {problem}", file=sys.stderr)
            return 2
        answer(measure, wanted)
    return 0
