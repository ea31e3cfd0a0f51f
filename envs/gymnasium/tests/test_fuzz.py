"""Mutated messages: see `fuzz.py`, which sends more of them."""

from __future__ import annotations

import fuzz

MESSAGES, SEED = 2_000, 20_261_125


def test_server_answers_whatever_comes() -> None:
    try:
        outcomes = fuzz.run(MESSAGES, SEED)
    except Exception as failure:
        raise AssertionError(f"python tests/fuzz.py {MESSAGES} {SEED}: {failure}") from failure
    # It is no test if most messages do not get far.
    assert outcomes["RunGroup batch"] > MESSAGES / 10, outcomes
    for outcome in ("RunGroup attached", "RunGroup CODE_INVALID_ARGUMENT", "RunGroup CODE_FAILED_PRECONDITION", "RunGroup CODE_NOT_FOUND"):
        assert outcomes[outcome] > 0, outcomes
    for outcome in ("RunGroup CODE_ENVIRONMENT_FAILED", "RunGroup INVALID_ARGUMENT", "CreateGroup answered", "CreateGroup NOT_FOUND"):
        assert outcomes[outcome] > 0, outcomes
