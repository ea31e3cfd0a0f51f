"""What can be wrong when a group is created: each is told by its status and one line, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from conftest import Calls, RunningServer, refused

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.transport.status import CallRefusedError
from kingfisher_gymnasium.values import Plain

Status = grpc.StatusCode


def text(value: str) -> pb.Value:
    """An argument that is a text."""
    return pb.Value(text=value)


FAULTY: dict[str, tuple[str, dict[str, pb.Value], grpc.StatusCode, str]] = {
    "raises": (
        "Faulty-v0",
        {"fault": text("raise-in-constructor")},
        Status.ABORTED,
        "Faulty-v0 cannot be made: RuntimeError: the simulator is not there",
    ),
    "refuses": (
        "Faulty-v0",
        {"fault": text("value-in-constructor")},
        Status.INVALID_ARGUMENT,
        "Faulty-v0 does not accept fault = 'value-in-constructor': ValueError: fault must be something else",
    ),
    "needs a package": (
        "NeedsPackage-v0",
        {},
        Status.FAILED_PRECONDITION,
        "NeedsPackage-v0 needs what is not installed on the server: DependencyNotInstalled: no simulator: `pip install simulator`",
    ),
    "needs a module": (
        "NeedsModule-v0",
        {},
        Status.FAILED_PRECONDITION,
        "NeedsModule-v0 needs what is not installed on the server: ModuleNotFoundError: No module named 'a_module_that_is_not_there'",
    ),
    "has no module": (
        "NoModule-v0",
        {},
        Status.FAILED_PRECONDITION,
        "NoModule-v0 needs what is not installed on the server: ModuleNotFoundError: No module named 'a_module_that_is_not_there'",
    ),
    "has no space": ("NoSpaces-v0", {}, Status.ABORTED, "NoSpaces-v0 cannot be used: ZeroDivisionError: division by zero"),
    "hands on": (
        "TakesAnything-v0",
        {"grippers": pb.Value(integer=2)},
        Status.INVALID_ARGUMENT,
        "TakesAnything-v0: argument grippers is not known: TypeError: Faulty.__init__() got an unexpected keyword argument 'grippers'…",
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_environment_that_cannot_be_made_is_told(calls: Calls, case: str) -> None:
    environment, arguments, status, message = FAULTY[case]
    with refused(status, message):
        calls.create(environment, arguments=arguments, count=2)
    assert_serves(calls)


def test_environments_that_differ_are_refused(calls: Calls) -> None:
    with refused(
        Status.ABORTED,
        "Differing-v0: observation_space of environment 1 is Box(-1.0, …, (3,), float32), but of environment 0 Box(-1.0, …, (3,), float32)",
    ):
        calls.create("Differing-v0", count=3)
    assert_serves(calls)


def test_constructor_that_takes_anything_gets_it(calls: Calls) -> None:
    stream, created = calls.open("TakesAnything-v0", arguments={"elements": pb.Value(integer=7)})
    assert list(created.observation_leaves[0].shape) == [7]
    stream.close()


ARGUMENTS: dict[str, tuple[str, dict[str, pb.Value], str]] = {
    "unknown": (
        "CartPole-v1",
        {"gravity": pb.Value(number=9.8)},
        "CartPole-v1: argument gravity is not known: it takes sutton_barto_reward, render_mode",
    ),
    "misspelt": (
        "HalfCheetah-v5",
        {"frame_skips": pb.Value(integer=2)},
        "HalfCheetah-v5: argument frame_skips is not known: do you mean frame_skip? it takes xml_file, frame_skip, …",
    ),
    "wrong": ("FrozenLake-v1", {"map_name": text("9x9")}, "FrozenLake-v1 does not accept map_name = '9x9': KeyError: '9x9'"),
    "of another type": (
        "HalfCheetah-v5",
        {"frame_skip": text("two")},
        "HalfCheetah-v5 does not accept frame_skip = 'two': TypeError: …",
    ),
    "a file that is not there": (
        "HalfCheetah-v5",
        {"xml_file": text("/no/such.xml")},
        "HalfCheetah-v5 does not accept xml_file = '/no/such.xml': OSError: File /no/such.xml does not exist",
    ),
    "without a value": ("CartPole-v1", {"render_mode": pb.Value()}, "CartPole-v1: argument render_mode has no value that is known here"),
    "without a value within": (
        "CartPole-v1",
        {"render_mode": pb.Value(list=pb.ValueList(values=[pb.Value(none=False)]))},
        "CartPole-v1: argument render_mode[0] has no value that is known here",
    ),
    "the id": (
        "CartPole-v1",
        {"id": text("x")},
        "CartPole-v1: argument id is no argument of the environment: it is the request's `environment`",
    ),
    "the time limit": (
        "CartPole-v1",
        {"max_episode_steps": pb.Value(integer=1)},
        "CartPole-v1: argument max_episode_steps is no argument of the environment: it is the request's `time_limit`",
    ),
    "the checker": (
        "CartPole-v1",
        {"disable_env_checker": pb.Value(flag=False)},
        "CartPole-v1: argument disable_env_checker is no argument of the environment: the server sets it",
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_argument_that_is_not_accepted_is_told(calls: Calls, case: str) -> None:
    environment, arguments, message = ARGUMENTS[case]
    with refused(Status.INVALID_ARGUMENT, message):
        calls.create(environment, arguments=arguments)
    assert_serves(calls)


FIELDS: dict[str, tuple[dict[str, object], grpc.StatusCode, str]] = {
    "no environments": ({"count": 0}, Status.INVALID_ARGUMENT, "0 environments: at least 1 is expected"),
    "too many": (
        {"count": 1025},
        Status.RESOURCE_EXHAUSTED,
        "1025 environments in a group, and the server's limit is 1024 (--max-environments)",
    ),
    "no mode": ({"autoreset": 0}, Status.INVALID_ARGUMENT, "autoreset mode 0: NEXT_STEP, SAME_STEP or DISABLED is expected"),
    "another mode": ({"autoreset": 4}, Status.INVALID_ARGUMENT, "autoreset mode 4: NEXT_STEP, SAME_STEP or DISABLED is expected"),
    "other infos": ({"infos": 7}, Status.INVALID_ARGUMENT, "info selection 7: NONE or ALL is expected"),
    "too few seeds": (
        {"count": 3, "seeds": [1]},
        Status.INVALID_ARGUMENT,
        "1 seeds for 3 environments: none, or one each is expected",
    ),
    "another major": (
        {"protocol": pb.ProtocolVersion(major=2, minor=5)},
        Status.FAILED_PRECONDITION,
        "the client speaks protocol 2.5, the server 1.0",
    ),
    "no version": ({"protocol": None}, Status.FAILED_PRECONDITION, "the client speaks protocol 0.0, the server 1.0"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_field_that_is_not_accepted_is_told(calls: Calls, case: str) -> None:
    fields, status, message = FIELDS[case]
    with refused(status, message):
        calls.create("CartPole-v1", **fields)
    assert_serves(calls)


IDS = {
    "os:system-v0": "no environment os:system-v0: an id cannot name a module here; "
    "start the server with --import MODULE and use the id alone",
    "faulty:Faulty-v0": "no environment faulty:Faulty-v0: an id cannot name a module here; …",
    "Cartpole-v1": "no environment Cartpole-v1; there is CartPole-v1, …",
    "CartPole": "no environment CartPole; there is CartPole-v1, …",
    "HalfCheeta-v5": "no environment HalfCheeta-v5; there is HalfCheetah-v5, …",
    "": "no environment ; to offer environments of your own, start the server with --import MODULE",
    "xq": "no environment xq; to offer environments of your own, start the server with --import MODULE",
    "a\nb": "no environment a b; …",
}


@pytest.mark.parametrize("identifier", IDS)
def test_unknown_id_is_told_with_the_nearest(calls: Calls, identifier: str) -> None:
    with refused(Status.NOT_FOUND, IDS[identifier]):
        calls.create(identifier)


def test_other_minor_version_is_served(calls: Calls) -> None:
    protocol = pb.ProtocolVersion(major=1, minor=99)
    calls.close(calls.create("CartPole-v1", protocol=protocol).group)


@pytest.mark.parametrize("major", [0, 1, 2])
def test_info_is_given_to_any_version(calls: Calls, major: int) -> None:
    info = calls.info(protocol=pb.ProtocolVersion(major=major), client="a test")
    assert (info.protocol.major, info.protocol.minor) == (1, 0)
    assert info.name == "kingfisher-gymnasium" and info.health == pb.HEALTH_SERVING
    assert {"python", "gymnasium", "numpy", "mujoco"} == set(info.runtime)
    assert (info.limits.message_bytes, info.limits.groups, info.limits.environments_per_group) == (1 << 26, 64, 1024)


def test_group_with_messages_that_are_too_large_is_refused(serve: Callable[..., RunningServer]) -> None:
    calls = Calls(serve("--max-message-bytes", "20000", "--import", "faulty").channel())
    for fault in ("", "raise-in-close"):
        arguments = {"elements": pb.Value(integer=3_000), "fault": text(fault)}
        calls.close(calls.create("Faulty-v0", arguments=arguments, count=3).group)
        with refused(
            Status.RESOURCE_EXHAUSTED,
            "Faulty-v0: messages of 4 environments can have 2… bytes, and the server's limit is 20000 (--max-message-bytes): "
            "use fewer in a group",
        ):
            calls.create("Faulty-v0", arguments=arguments, count=4)
    assert_serves(calls)


def test_allowed_ids_alone_are_offered(serve: Callable[..., RunningServer]) -> None:
    calls = Calls(serve("--allow", "CartPole-*", "--allow", "Pend?lum-v1", "--import", "faulty").channel())
    for offered in ("CartPole-v0", "CartPole-v1", "Pendulum-v1"):
        calls.close(calls.create(offered).group)
    for other in ("Faulty-v0", "Acrobot-v1"):
        with refused(Status.NOT_FOUND, f"no environment {other} is offered by this server: it was started with --allow"):
            calls.create(other)
    with refused(Status.NOT_FOUND, "no environment CartPol-v1; there is CartPole-v1, CartPole-v0"):
        calls.create("CartPol-v1")


@pytest.mark.parametrize(
    "value", ["/etc/hostname", "here/x.xml", r"c:\x.xml", "~x", "present.xml", ["a", {"b": ["../x"]}], {"file": "present.xml"}]
)
def test_files_are_named_by_arguments_only_where_that_is_allowed(
    value: Plain, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "present.xml").touch()
    with pytest.raises(CallRefusedError, match="Hopper-v5: argument xml_file = '.*' names a file: .* --allow-file-arguments only"):
        Catalog((), file_arguments=False).check("Hopper-v5", {"xml_file": value})
    Catalog((), file_arguments=False).check("Hopper-v5", {"xml_file": "absent.xml", "frame_skip": 4})
    Catalog((), file_arguments=True).check("Hopper-v5", {"xml_file": value})


def assert_serves(calls: Calls) -> None:
    """A group can be made and closed."""
    created = calls.create("CartPole-v1")
    assert created.group
    calls.close(created.group)
