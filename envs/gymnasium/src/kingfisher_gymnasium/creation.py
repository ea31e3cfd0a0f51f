"""Makes a group of a `CreateGroup` request; whatever can be wrong with one is found here."""

from __future__ import annotations

from typing import Any

import gymnasium

from kingfisher_gymnasium import environment_pb2 as pb
from kingfisher_gymnasium import spaces, values
from kingfisher_gymnasium.catalog import Catalog
from kingfisher_gymnasium.failures import Cause, described, report
from kingfisher_gymnasium.group import Group, GroupSettings
from kingfisher_gymnasium.transport.status import CallRefusedError, Status

_INVALID = Status.INVALID_ARGUMENT
_MODES = (pb.AUTORESET_MODE_NEXT_STEP, pb.AUTORESET_MODE_SAME_STEP, pb.AUTORESET_MODE_DISABLED)
_SELECTIONS = (pb.INFO_SELECTION_NONE, pb.INFO_SELECTION_ALL)
# What a message has beside its tensors.
_ENVELOPE = 256


def create(
    request: pb.CreateGroupRequest, catalog: Catalog, limits: pb.ServerLimits
) -> tuple[Group, pb.CreateGroupResponse]:
    """The group that a request asks for, and the response that describes it, without the group's name.

    Raises `CallRefusedError`, with nothing left open.
    """
    _check(request, limits)
    try:
        arguments = {name: values.decode(value, name) for name, value in request.arguments.items()}
    except ValueError as error:
        raise CallRefusedError(_INVALID, f"{request.environment}: argument {error}") from error
    catalog.check(request.environment, arguments)
    time_limit = request.time_limit if request.HasField("time_limit") else None

    environments: list[gymnasium.Env[Any, Any]] = []
    try:
        for _ in range(request.count):
            environments.append(catalog.make(request.environment, dict(arguments), time_limit))
        settings = GroupSettings(
            name=request.environment,
            autoreset=request.autoreset,
            infos=request.infos == pb.INFO_SELECTION_ALL,
            seeds=tuple(request.seeds),
        )
        return _group(environments, settings, limits)
    except CallRefusedError:
        _close(environments, request.environment)
        raise
    except BaseException as failure:  # Spaces are the environment's own code too.
        _close(environments, request.environment)
        report(f"{request.environment} cannot be used\n{Cause.of(failure).trace}")
        raise CallRefusedError(Status.ABORTED, f"{request.environment} cannot be used: {described(failure)}") from failure


def _close(environments: list[gymnasium.Env[Any, Any]], name: str) -> None:
    for row, environment in enumerate(environments):
        try:
            environment.close()
        except BaseException as failure:
            report(f"environment {row} of {name} failed in close: {described(failure)}")


def _check(request: pb.CreateGroupRequest, limits: pb.ServerLimits) -> None:
    if request.count < 1:
        raise CallRefusedError(_INVALID, f"{request.count} environments: at least 1 is expected")
    if request.count > limits.environments_per_group:
        raise CallRefusedError(
            Status.RESOURCE_EXHAUSTED,
            f"{request.count} environments in a group, and the server's limit is {limits.environments_per_group}"
            " (--max-environments)",
        )
    if request.autoreset not in _MODES:
        raise CallRefusedError(_INVALID, f"autoreset mode {request.autoreset}: NEXT_STEP, SAME_STEP or DISABLED is expected")
    if request.infos not in _SELECTIONS:
        raise CallRefusedError(_INVALID, f"info selection {request.infos}: NONE or ALL is expected")
    if len(request.seeds) not in (0, request.count):
        raise CallRefusedError(
            _INVALID, f"{len(request.seeds)} seeds for {request.count} environments: none, or one each is expected"
        )


def _group(
    environments: list[gymnasium.Env[Any, Any]], settings: GroupSettings, limits: pb.ServerLimits
) -> tuple[Group, pb.CreateGroupResponse]:
    first = environments[0]
    try:
        observation_space = spaces.encode(first.observation_space, "the observation space")
        action_space = spaces.encode(first.action_space, "the action space")
    except spaces.UnsupportedSpaceError as error:
        raise CallRefusedError(Status.UNIMPLEMENTED, f"{settings.name}: {error}") from error
    for row, other in enumerate(environments):
        for name in ("observation_space", "action_space"):
            if getattr(other, name) != getattr(first, name):
                raise CallRefusedError(
                    Status.ABORTED,
                    f"{settings.name}: {name} of environment {row} is {getattr(other, name)}, "
                    f"but of environment 0 {getattr(first, name)}",
                )
    group = Group(environments, settings)
    if not group.action_leaves:
        raise CallRefusedError(Status.UNIMPLEMENTED, f"{settings.name}: the action space has no parts")
    response = pb.CreateGroupResponse(
        specification=pb.EnvironmentSpecification(
            id=settings.name, observation_space=observation_space, action_space=action_space
        ),
        observation_leaves=[leaf.encode() for leaf in group.observation_leaves],
        action_leaves=[leaf.encode() for leaf in group.action_leaves],
        vectorization="sequential",
    )
    spec = first.spec
    if spec is not None and spec.max_episode_steps is not None:
        response.specification.time_limit = spec.max_episode_steps
    if spec is not None and spec.reward_threshold is not None:
        response.specification.reward_threshold = spec.reward_threshold
    largest = max(group.largest_message, response.ByteSize()) + _ENVELOPE
    if largest > limits.message_bytes:
        raise CallRefusedError(
            Status.RESOURCE_EXHAUSTED,
            f"{settings.name}: messages of {len(environments)} environments can have {largest} bytes, "
            f"and the server's limit is {limits.message_bytes} (--max-message-bytes): use fewer in a group",
        )
    return group, response
