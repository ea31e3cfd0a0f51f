"""The environments that a server offers, and how one is made of a request."""

from __future__ import annotations

import difflib
import fnmatch
import inspect
import os
import re
from collections.abc import Sequence
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.error import DependencyNotInstalled

from kingfisher_gymnasium import values
from kingfisher_gymnasium.failures import described
from kingfisher_gymnasium.mujoco_messages import MujocoMessages
from kingfisher_gymnasium.mujoco_timers import MujocoTimers
from kingfisher_gymnasium.transport.status import CallRefusedError, Status
from kingfisher_gymnasium.values import Plain

# What constructors raise for arguments that they do not take.
_BLAMED_ON_ARGUMENTS = (TypeError, ValueError, AssertionError, LookupError, OSError, gymnasium.error.Error)
# Arguments of `gymnasium.make` itself.
_NOT_ARGUMENTS = {
    "id": "it is the request's `environment`",
    "max_episode_steps": "it is the request's `time_limit`",
    "disable_env_checker": "the server sets it",
}


class Catalog:
    """The ids of Gymnasium's registry that a server offers, as they were when the catalog was made."""

    def __init__(self, allowed: Sequence[str], *, file_arguments: bool) -> None:
        """Takes the patterns of the ids that are offered (none: all), and whether arguments may name files.

        Raises `ValueError` for a pattern that no registered id matches.
        """
        registered = sorted(gymnasium.registry)
        for pattern in allowed:
            if not fnmatch.filter(registered, pattern):
                raise ValueError(f"--allow {pattern}: no registered environment has such an id")
        chosen = registered if not allowed else [i for i in registered if any(fnmatch.fnmatchcase(i, p) for p in allowed)]
        self._specs: dict[str, EnvSpec] = {identifier: gymnasium.registry[identifier] for identifier in chosen}
        self._file_arguments = file_arguments
        self._mujoco_messages = MujocoMessages()
        self._mujoco_timers = MujocoTimers()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that are offered, sorted."""
        return tuple(self._specs)

    def check(self, identifier: str, arguments: dict[str, Plain]) -> None:
        """Raises `CallRefusedError` if the environment is not offered or its arguments are known not to be accepted."""
        if identifier not in self._specs:
            raise CallRefusedError(Status.NOT_FOUND, self._unknown(identifier))
        for name, value in arguments.items():
            if name in _NOT_ARGUMENTS:
                raise _refused_argument(identifier, name, f"is no argument of the environment: {_NOT_ARGUMENTS[name]}")
            for text in values.texts(value):
                if not self._file_arguments and _names_file(text):
                    raise _refused_argument(
                        identifier, name, f"= {text!r} names a file: this server takes that with --allow-file-arguments only"
                    )

    def make(self, identifier: str, arguments: dict[str, Plain], time_limit: int | None) -> gymnasium.Env[Any, Any]:
        """A new environment.

        `time_limit` is as in the request: absent for the environment's own, 0 for none. Raises `CallRefusedError`.
        """
        spec = self._specs[identifier]
        steps = {None: None, 0: -1}.get(time_limit, time_limit)
        try:
            accepted = _accepted_arguments(load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point)
            if accepted is not None:
                for name in arguments:
                    if name not in accepted:
                        raise _refused_argument(identifier, name, _known(name, accepted))
            # The environment's module is loaded by now, its model is not.
            self._mujoco_messages.take_over()
            self._mujoco_timers.stop()
            return gymnasium.make(identifier, max_episode_steps=steps, disable_env_checker=True, **arguments)
        except CallRefusedError:
            raise
        except (DependencyNotInstalled, ImportError) as error:
            raise CallRefusedError(Status.FAILED_PRECONDITION, _missing(spec, error)) from error
        except BaseException as error:
            raise _failed_to_make(identifier, arguments, error) from error

    def _unknown(self, identifier: str) -> str:
        if ":" in identifier:
            return (
                f"no environment {identifier}: an id cannot name a module here; "
                "start the server with --import MODULE and use the id alone"
            )
        text = f"no environment {identifier}"
        if identifier in gymnasium.registry:
            return f"{text} is offered by this server: it was started with --allow"
        near = difflib.get_close_matches(identifier, self._specs, n=3, cutoff=0.7)
        if near:
            return f"{text}; there is {', '.join(near)}"
        return f"{text}; to offer environments of your own, start the server with --import MODULE"


def _names_file(text: str) -> bool:
    return any(separator in text for separator in "/\\") or text.startswith("~") or os.path.exists(text)


def _accepted_arguments(creator: Any) -> tuple[str, ...] | None:
    """Names that a constructor takes; nothing if it may take others too."""
    names, open_ended = _named_arguments(creator)
    return None if open_ended else names


def _named_arguments(creator: Any) -> tuple[tuple[str, ...], bool]:
    """Names that a constructor names, with those of the classes it hands the rest on to, and whether others may pass."""
    names: dict[str, None] = {}
    classes = creator.__mro__ if inspect.isclass(creator) else ()
    functions = [vars(c)["__init__"] for c in classes if "__init__" in vars(c)] or [creator]
    for function in functions:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return tuple(names), True
        names.update({p.name: None for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)})
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            break
    names.pop("self", None)
    # With one function alone nothing is handed on that could be refused later.
    return tuple(names), any(p.kind == p.VAR_KEYWORD for p in inspect.signature(functions[0]).parameters.values())


def _known(name: str, accepted: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, accepted, n=1, cutoff=0.5)
    hint = f"do you mean {near[0]}? " if near else ""
    return f"is not known: {hint}it takes {', '.join(accepted) or 'no arguments'}"


def _refused_argument(identifier: str, name: str, reason: str) -> CallRefusedError:
    return CallRefusedError(Status.INVALID_ARGUMENT, f"{identifier}: argument {name} {reason}")


def _missing(spec: EnvSpec, error: ImportError | DependencyNotInstalled) -> str:
    text = f"{spec.id} needs what is not installed on the server: {described(error)}"
    if "mujoco" in str(spec.entry_point):
        text += '. Install it with: pip install "kingfisher-gymnasium[mujoco]"'
    return text


def _failed_to_make(identifier: str, arguments: dict[str, Plain], error: BaseException) -> CallRefusedError:
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if isinstance(error, TypeError) and unknown and unknown[1] in arguments:
        spec = gymnasium.registry[identifier]
        creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
        names = _named_arguments(creator)[0]
        # A constructor that hands all its arguments on names none of those that are taken.
        return _refused_argument(identifier, unknown[1], _known(unknown[1], names) if names else f"is not known: {described(error)}")
    if arguments and isinstance(error, _BLAMED_ON_ARGUMENTS):
        given = ", ".join(f"{name} = {value!r}" for name, value in arguments.items())
        return CallRefusedError(
            Status.INVALID_ARGUMENT, f"{identifier} does not accept {given}: {described(error)}"
        )
    return CallRefusedError(Status.ABORTED, f"{identifier} cannot be made: {described(error)}")
