"""Environments that fail in a step or a reset: what is answered, and that everything else goes on."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import Calls, Stream

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors

MODES = [pb.AUTORESET_MODE_NEXT_STEP, pb.AUTORESET_MODE_SAME_STEP, pb.AUTORESET_MODE_DISABLED]
ACTIONS = pb.Step(actions=[tensors.encode(np.array([0, 1, 0]))])
# Only the middle one of three environments fails.
FAILING, SOUND = pb.Reset(seeds=[1, 13, 2]), pb.Reset(seeds=[1, 2, 3])

# What is told of an exception, by fault: its kind and its text.
RAISED = {
    "raise": ("KeyError", r"KeyError: 'the\ngripper is lost'"),
    "system-exit": ("SystemExit", "SystemExit: 3"),
    "interrupt": ("KeyboardInterrupt", "KeyboardInterrupt"),
    "unprintable": ("Unprintable", "Unprintable"),
    "surrogate": ("FileNotFoundError", "FileNotFoundError: no file a?b"),
    "generator-exit": ("GeneratorExit", "GeneratorExit: over and out"),
}
MALFORMED = {
    "shape": "its observation has the shape [4], but its space has [3]",
    "scalar": "its observation has the shape [], but its space has [3]",
    "dtype": "its observation has the type complex64, which does not fit float32, the type of its space",
    "text": "its observation has the type <U1, which does not fit float32, the type of its space",
    "nothing": "its observation has the type object (from NoneType), which does not fit float32, the type of its space",
}
MALFORMED_STEP = MALFORMED | {
    "flag": "its terminated is 1 of type int, not a bool",
    "truncated": "its truncated is None of type NoneType, not a bool",
    "reward": "its reward is '1.5' of type str, not a number",
    "reward-array": "its reward is array([1.]) of type ndarray, not a number",
    "no-reward": "its reward is None of type NoneType, not a number",
    "one-value": "its step gave a value of type ndarray, not (observation, reward, terminated, truncated, info)",
    "four-values": "its step gave a tuple of 4, not (observation, reward, terminated, truncated, info)",
    "info": "its info is of type NoneType, not a dict",
}
MALFORMED_RESET = MALFORMED | {
    "one-value": "its reset gave a value of type ndarray, not (observation, info)",
    "flag": "its reset gave a tuple of 5, not (observation, info)",
    "info": "its info is of type NoneType, not a dict",
}


def open_group(calls: Calls, fault: str, at: int, mode: pb.AutoresetMode) -> Stream:
    """A group of three of which one can fail."""
    arguments = {"fault": pb.Value(text=fault), "at": pb.Value(integer=at)}
    return calls.open("Faulty-v0", count=3, autoreset=mode, arguments=arguments)[0]


def assert_failed(error: pb.Error, message: str, exception: str) -> None:
    """The error is the environment's, in one line."""
    assert error.message == f"environment 1 of Faulty-v0: {message}"
    assert error.code == pb.CODE_ENVIRONMENT_FAILED
    assert error.HasField("environment") and error.environment == 1
    assert error.exception == exception
    assert not error.unchanged
    if exception:
        assert "in _misbehave" in error.trace
    else:
        assert not error.trace


def assert_takes_a_full_reset_only(stream: Stream) -> None:
    """The group refuses whatever is no reset of all rows, without being touched, and works after one."""
    for request, start in (
        ({"step": ACTIONS}, "a step, but "),
        ({"reset": pb.Reset(mask=b"\0\1\0")}, "a reset of 1 of 3 rows, but "),
    ):
        error = stream.error(**request)
        assert error.code == pb.CODE_FAILED_PRECONDITION and error.unchanged
        assert re.fullmatch(re.escape(start) + "environment 1 of Faulty-v0 failed: reset all rows( first)?", error.message)
    assert not stream.error(reset=pb.Reset(seeds=[1])).HasField("environment")
    assert stream.send(reset=SOUND).batch.reset_rows == b"\1\1\1"
    for step in range(1, 4):
        batch = stream.send(step=ACTIONS).batch
        assert np.all(tensors.decode(batch.observations[0]) == np.float32(step / 200))
        assert batch.rewards == np.ones(3).tobytes()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", RAISED)
def test_exception_in_a_step_is_told(calls: Calls, fault: str, mode: pb.AutoresetMode) -> None:
    exception, text = RAISED[fault]
    stream = open_group(calls, fault, 2, mode)
    stream.send(reset=FAILING)
    assert stream.send(step=ACTIONS).HasField("batch")
    assert_failed(stream.error(step=ACTIONS), f"it failed in step: {text}", exception)
    assert_takes_a_full_reset_only(stream)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", RAISED)
def test_exception_in_a_reset_is_told(calls: Calls, fault: str, mode: pb.AutoresetMode) -> None:
    exception, text = RAISED[fault]
    stream = open_group(calls, fault, 0, mode)
    assert_failed(stream.error(reset=FAILING), f"it failed in reset: {text}", exception)
    assert_takes_a_full_reset_only(stream)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", MALFORMED_STEP)
def test_malformed_outcome_of_a_step_is_told(calls: Calls, fault: str, mode: pb.AutoresetMode) -> None:
    stream = open_group(calls, fault, 1, mode)
    stream.send(reset=FAILING)
    assert_failed(stream.error(step=ACTIONS), MALFORMED_STEP[fault], "")
    assert_takes_a_full_reset_only(stream)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", MALFORMED_RESET)
def test_malformed_outcome_of_a_reset_is_told(calls: Calls, fault: str, mode: pb.AutoresetMode) -> None:
    stream = open_group(calls, fault, 0, mode)
    assert_failed(stream.error(reset=FAILING), MALFORMED_RESET[fault], "")
    assert_takes_a_full_reset_only(stream)


@pytest.mark.parametrize(
    ("mode", "steps"), [(pb.AUTORESET_MODE_NEXT_STEP, 4), (pb.AUTORESET_MODE_SAME_STEP, 3), (pb.AUTORESET_MODE_DISABLED, 3)]
)
def test_failure_of_a_later_reset_is_told(calls: Calls, mode: pb.AutoresetMode, steps: int) -> None:
    stream = open_group(calls, "raise-in-second-reset", 0, mode)
    stream.send(reset=FAILING)
    for _ in range(steps - 1):
        assert stream.send(step=ACTIONS).HasField("batch")
    if mode == pb.AUTORESET_MODE_DISABLED:
        assert stream.send(step=ACTIONS).batch.terminated == b"\0\1\0"
        error = stream.error(reset=pb.Reset(mask=b"\0\1\0"))
    else:
        error = stream.error(step=ACTIONS)
    assert_failed(error, "it failed in reset: RuntimeError: stuck", "RuntimeError")
    assert_takes_a_full_reset_only(stream)


OUTCOMES = {
    "nan": (np.full(3, np.nan), np.nan),
    "infinite": (np.full(3, np.inf), -np.inf),
    "double": (np.full(3, 0.1), 1.0),
    "integers": (np.array([0, 1, 0]), 1.0),
    "numpy-kinds": (np.full(3, 1 / 200), float(np.float32(0.1))),
    "integer-reward": (np.full(3, 1 / 200), 3.0),
    "sleep": (np.full(3, 1 / 200), 1.0),
    "print": (np.full(3, 1 / 200), 1.0),
    "read": (np.full(3, 1 / 200), 1.0),
}


@pytest.mark.parametrize("fault", OUTCOMES)
def test_step_that_is_odd_but_no_failure_is_answered(calls: Calls, fault: str) -> None:
    observation, reward = OUTCOMES[fault]
    stream = open_group(calls, fault, 1, pb.AUTORESET_MODE_SAME_STEP)
    stream.send(reset=FAILING)
    batch = stream.send(step=ACTIONS).batch
    assert tensors.decode(batch.observations[0])[1].tobytes() == observation.astype(np.float32).tobytes()
    assert batch.rewards == np.array([1.0, reward, 1.0]).tobytes()
    assert (batch.terminated, batch.truncated, batch.reset_rows) == (bytes(3), bytes(3), bytes(3))
    assert stream.send(step=ACTIONS).HasField("batch")


@pytest.mark.parametrize("fault", ["double", "integers", "print", "read"])
def test_reset_that_is_odd_but_no_failure_is_answered(calls: Calls, fault: str) -> None:
    observation = OUTCOMES[fault][0] if fault in ("double", "integers") else np.zeros(3)
    stream = open_group(calls, fault, 0, pb.AUTORESET_MODE_NEXT_STEP)
    batch = stream.send(reset=FAILING).batch
    assert tensors.decode(batch.observations[0])[1].tobytes() == observation.astype(np.float32).tobytes()
    assert batch.reset_rows == b"\1\1\1"


@pytest.mark.parametrize("mode", MODES)
def test_array_that_an_environment_uses_again_is_copied(calls: Calls, mode: pb.AutoresetMode) -> None:
    stream = open_group(calls, "reuse", 0, mode)
    assert np.all(tensors.decode(stream.send(reset=SOUND).batch.observations[0]) == -1)
    for step in (1, 2, 3):
        batch = stream.send(step=ACTIONS).batch
        shown = batch.final if batch.HasField("final") else batch
        assert np.all(tensors.decode(shown.observations[0]) == np.float32(step / 10))
    assert batch.terminated == b"\1\1\1"
    assert batch.HasField("final") == (mode == pb.AUTORESET_MODE_SAME_STEP)
    if batch.HasField("final"):
        assert list(batch.final.rows) == [0, 1, 2]
        assert np.all(tensors.decode(batch.observations[0]) == -1)


def test_other_groups_go_on_when_one_fails(calls: Calls) -> None:
    mode = pb.AUTORESET_MODE_SAME_STEP
    sound, failing = open_group(calls, "", 1, mode), open_group(calls, "raise", 1, mode)
    sound.send(reset=SOUND), failing.send(reset=FAILING)
    for step in range(1, 4):
        failing.error(step=ACTIONS)
        shown = tensors.decode(sound.send(step=ACTIONS).batch.observations[0])
        assert np.all(shown == np.float32(step / 200))
    failing.close()
    assert sound.send(step=ACTIONS).HasField("batch")
    assert_group_can_be_made(calls)


@pytest.mark.parametrize("how", ["close", "end", "cancel"])
def test_failure_in_close_is_printed_and_no_more(calls: Calls, how: str) -> None:
    arguments = {"fault": pb.Value(text="raise-in-close")}
    stream, created = calls.open("Faulty-v0", count=2, arguments=arguments)
    if how == "close":
        calls.close(created.group)
        error = stream.error(reset=pb.Reset())
        assert error.code == pb.CODE_NOT_FOUND and not error.unchanged and "closed" in error.message
    elif how == "end":
        stream.close()
        assert list(stream.call) == []
    else:
        stream.call.cancel()
    assert_group_can_be_made(calls)


def assert_group_can_be_made(calls: Calls) -> None:
    """The server works."""
    stream = open_group(calls, "", 1, pb.AUTORESET_MODE_NEXT_STEP)
    stream.send(reset=SOUND)
    assert stream.send(step=ACTIONS).HasField("batch")
    stream.close()
