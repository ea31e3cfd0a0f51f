"""The groups of a server: one that nobody attaches to is given up, and one that is in use is closed right after."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from faulty import Faulty

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import tensors
from kingfisher_gymnasium.failures import RequestFailedError
from kingfisher_gymnasium.group import Group, GroupSettings
from kingfisher_gymnasium.groups import Groups
from kingfisher_gymnasium.session import Session
from kingfisher_gymnasium.transport.status import CallRefusedError, Status

SECONDS = 10.0
SETTINGS = GroupSettings(name="Watched", autoreset=pb.AUTORESET_MODE_SAME_STEP, infos=False, seeds=())
STEP = pb.Step(actions=[tensors.encode(np.array([0]))])


class Watched(Faulty):
    """Says when it is stepped, waits to go on, and says when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.stepped, self.go_on, self.closed = threading.Event(), threading.Event(), threading.Event()

    def step(self, action: Any) -> Any:
        self.stepped.set()
        assert self.go_on.wait(SECONDS)
        assert not self.closed.is_set()
        return super().step(action)

    def close(self) -> None:
        self.closed.set()


def filled(groups: Groups) -> tuple[str, Watched]:
    """A group of one environment in its place."""
    environment = Watched()
    name = groups.reserve()
    groups.fill(name, Group([environment], SETTINGS))
    return name, environment


def test_group_of_nobody_is_closed_after_a_while() -> None:
    groups = Groups(1, 0.05)
    name, environment = filled(groups)
    assert environment.closed.wait(SECONDS)
    assert groups.attach(name) is None
    assert groups.reserve()


def test_group_with_a_stream_is_kept() -> None:
    groups = Groups(1, 0.05)
    name, environment = filled(groups)
    assert groups.attach(name) is not None
    assert not environment.closed.wait(0.2)
    with pytest.raises(RequestFailedError, match="the group has a stream already"):
        groups.attach(name)
    groups.remove_unattached(name)
    assert not environment.closed.is_set()
    groups.remove(name)
    assert environment.closed.is_set()


def test_place_of_a_group_that_is_being_made_counts() -> None:
    groups = Groups(1, SECONDS)
    name = groups.reserve()
    assert groups.attach(name) is None
    with pytest.raises(CallRefusedError, match="there are 1 groups already") as refused:
        groups.reserve()
    assert refused.value.status == Status.RESOURCE_EXHAUSTED
    groups.remove(name)
    assert groups.reserve()


def test_group_that_is_made_too_late_is_closed() -> None:
    groups = Groups(1, SECONDS)
    name = groups.reserve()
    groups.close()
    environment = Watched()
    groups.fill(name, Group([environment], SETTINGS))
    assert environment.closed.is_set() and groups.attach(name) is None


def test_draining_waits_for_the_groups_there_are() -> None:
    groups = Groups(2, SECONDS)
    name, environment = filled(groups)
    drained = threading.Thread(target=groups.drain, args=(SECONDS,))
    drained.start()
    while not groups.draining:
        pass
    with pytest.raises(CallRefusedError, match="the server is stopping and takes no new groups") as refused:
        groups.reserve()
    assert refused.value.status == Status.UNAVAILABLE
    assert groups.attach(name) is not None and drained.is_alive()
    groups.remove(name)
    drained.join(SECONDS)
    assert not drained.is_alive() and environment.closed.is_set()


def test_group_that_is_closed_in_a_step_is_closed_after_it() -> None:
    groups = Groups(1, SECONDS)
    name, environment = filled(groups)
    group = groups.attach(name)
    assert group is not None
    group.reset(1, pb.Reset())
    answers: list[bytes] = []
    stepping = threading.Thread(target=lambda: answers.append(group.step(2, STEP)))
    stepping.start()
    assert environment.stepped.wait(SECONDS)
    groups.remove(name)
    assert not environment.closed.is_set()
    environment.go_on.set()
    assert environment.closed.wait(SECONDS)
    stepping.join(SECONDS)
    assert pb.RunGroupResponse.FromString(answers[0]).HasField("batch")
    with pytest.raises(RequestFailedError, match="the group has been closed") as refused:
        group.step(3, STEP)
    assert refused.value.code == pb.CODE_NOT_FOUND and not refused.value.unchanged


def test_fault_of_the_server_closes_the_group_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = Groups(1, SECONDS)
    name, environment = filled(groups)
    session = Session(groups, 1 << 20)
    attach = pb.RunGroupRequest(sequence=1, attach=pb.Attach(group=name))
    assert pb.RunGroupResponse.FromString(session.answer(attach.SerializeToString())).HasField("attached")
    monkeypatch.setattr(Group, "_reset", lambda *_: {}["gone"])
    reset = pb.RunGroupRequest(sequence=2, reset=pb.Reset())
    error = pb.RunGroupResponse.FromString(session.answer(reset.SerializeToString())).error
    assert (error.code, error.message, error.exception) == (pb.CODE_INTERNAL, "the server failed: KeyError: 'gone'", "KeyError")
    assert not error.unchanged and environment.closed.is_set()
    again = pb.RunGroupRequest(sequence=3, reset=pb.Reset())
    assert pb.RunGroupResponse.FromString(session.answer(again.SerializeToString())).error.code == pb.CODE_NOT_FOUND
