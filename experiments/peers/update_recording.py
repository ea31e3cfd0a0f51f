"""What the scripts that record updates share: a case is one recording, `main` makes them all.

Each case trains a small policy for a moment (so that values and log-probabilities are not those of a fresh network),
gives its weights to a new algorithm with a fresh optimizer, collects rollouts, and records one `train()`. Seeds are
fixed and torch has one thread: on one machine kind, a second run writes the same bytes. On other processors torch's
last bits may differ; a recording is consistent in itself either way. The check of an algorithm then recomputes each
recording with NumPy alone, and its recording script fails if that does not come close enough.

schema (JSON; a tensor is {"shape": [...], "values": [row-major]}; float32 is widened to double and printed so that it
parses back to the same double; T = rollout-steps, N = environments, B = T·N):

    schemaVersion, name, about, script, versions
    environment                 {"id", "maxEpisodeSteps", "seed"}
    settings                    keys of Kingfisher's configuration
    conventions                 what the library does where projects differ, in words
    parametersBefore            {name in the state_dict: tensor}; a weight is [outputs, inputs]
    rollout                     time-major tensors [T, N, ...]:
      observations [T, N, D]    as the policy saw them
      actions                   [T, N] (discrete) or [T, N, A] (continuous: as sampled, before the clip to the box)
      rawRewards                what the environment paid
      rewards                   with discount·V(terminal observation) added where an episode was truncated
      episodeStarts             1 where the observation is the first of an episode
      terminated, truncated     1 where the step ended the episode; never both
      values, logProbabilities  of the policy that collected
      advantages, returns       GAE(λ); returns = advantages + values
      lastObservations [N, D]   after the last step (of the new episode, where one ended), lastValues [N], lastDones [N]
      truncations               [{"step", "environment", "observation": [D], "value"}]: the terminal observations
    parametersAfter
    log                         what train() logged
"""

from __future__ import annotations

import one_thread  # first: before torch

import argparse
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import numpy as np
import torch
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnvWrapper


@dataclass(frozen=True)
class Case:
    """One recording: where, for how long, and with what settings of the library's own; the last update is recorded."""

    name: str
    about: str
    environment: str
    max_episode_steps: int | None
    seed: int
    environments: int
    rollout_steps: int
    warm_up_steps: int
    settings: dict[str, Any]
    updates: int = 1


@dataclass(frozen=True)
class Recorder:
    """
    What is an algorithm's own: `recorded` is `algorithm` with a `train()` that leaves its recording in `self.recorded`,
    `settings` gives Kingfisher's for a case and the action's dimensions, `require` refuses a recording that doesn't
    exercise what its case is for.
    """

    script: str
    about: str
    packages: tuple[str, ...]
    algorithm: type[OnPolicyAlgorithm]
    warm_up: dict[str, Any]
    recorded: type[OnPolicyAlgorithm]
    settings: Callable[[Case, int], dict[str, Any]]
    conventions: list[str]
    check: Callable[[Path], bool]
    require: Callable[[Any, dict[str, Any]], None]


class RawSteps(VecEnvWrapper):
    """Keeps what the environments last answered, before the algorithm adds its bootstrap values to the rewards."""

    def __init__(self, venv, kept: int):
        super().__init__(venv)
        self.rewards, self.dones, self.infos = deque(maxlen=kept), deque(maxlen=kept), deque(maxlen=kept)

    def reset(self):
        return self.venv.reset()

    def step_wait(self):
        observations, rewards, dones, infos = self.venv.step_wait()
        self.rewards.append(rewards.copy())
        self.dones.append(dones.copy())
        self.infos.append(infos)
        return observations, rewards, dones, infos


def tensor(values: np.ndarray) -> dict[str, list]:
    kept = values if values.dtype.kind == "i" else values.astype(np.float64)
    return {"shape": list(values.shape), "values": kept.reshape(-1).tolist()}


def snapshot(policy: torch.nn.Module) -> dict[str, dict]:
    return {name: tensor(value.detach().numpy().copy()) for name, value in policy.state_dict().items()}


def log_of(model: OnPolicyAlgorithm) -> dict[str, float]:
    logged = sorted(model.logger.name_to_value.items())
    return {key: float(value) for key, value in logged if key.startswith("train/")}


def rollout_of(model: OnPolicyAlgorithm) -> dict[str, Any]:
    """The collected rollout; to be called before RolloutBuffer.get() flattens the buffer."""
    buffer, steps = model.rollout_buffer, model.env
    dones = np.array(steps.dones)
    truncated = np.array([[info["TimeLimit.truncated"] for info in infos] for infos in steps.infos])
    actions = buffer.actions if buffer.actions.dtype.kind == "f" else buffer.actions[:, :, 0].astype(np.int64)
    truncations = [cut(model, step, environment) for step, environment in np.argwhere(truncated).tolist()]
    return {"observations": tensor(buffer.observations), "actions": tensor(actions),
            "rawRewards": tensor(np.array(steps.rewards)), "rewards": tensor(buffer.rewards),
            "episodeStarts": tensor(buffer.episode_starts.astype(np.int64)),
            "terminated": tensor((dones & ~truncated).astype(np.int64)),
            "truncated": tensor(truncated.astype(np.int64)),
            "values": tensor(buffer.values), "logProbabilities": tensor(buffer.log_probs),
            "advantages": tensor(buffer.advantages), "returns": tensor(buffer.returns),
            "lastObservations": tensor(model._last_obs), "lastValues": tensor(value_of(model, model._last_obs)),
            "lastDones": tensor(dones[-1].astype(np.int64)), "truncations": truncations}


def cut(model: OnPolicyAlgorithm, step: int, environment: int) -> dict[str, Any]:
    observation = model.env.infos[step][environment]["terminal_observation"]
    return {"step": step, "environment": environment, "observation": observation.astype(np.float64).tolist(),
            "value": float(value_of(model, observation[None])[0])}


def value_of(model: OnPolicyAlgorithm, observations: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model.policy.predict_values(torch.as_tensor(observations)).numpy().reshape(-1)


def sampling_settings_of(case: Case) -> dict[str, Any]:
    """Those of Kingfisher's settings that all algorithms have."""
    own = case.settings
    return {"environments": case.environments, "rollout-steps": case.rollout_steps, "discount": own["gamma"],
            "gae-lambda": own["gae_lambda"], "hidden": [16, 16], "activation": "tanh"}


def record(recorder: Recorder, case: Case) -> dict[str, Any]:
    limits = {} if case.max_episode_steps is None else {"max_episode_steps": case.max_episode_steps}

    def environments(seed: int):
        return make_vec_env(case.environment, n_envs=case.environments, seed=seed, env_kwargs=limits)

    policy = {"net_arch": [16, 16], "activation_fn": torch.nn.Tanh}
    warm = recorder.algorithm("MlpPolicy", environments(case.seed + 100), n_steps=case.rollout_steps,
                              policy_kwargs=policy, seed=case.seed + 100, device="cpu", **recorder.warm_up)
    warm.learn(case.warm_up_steps)
    own = case.settings | {"policy_kwargs": policy | case.settings.get("policy_kwargs", {})}
    steps = RawSteps(environments(case.seed), case.rollout_steps)
    model = recorder.recorded("MlpPolicy", steps, n_steps=case.rollout_steps, seed=case.seed, device="cpu", **own)
    model.policy.load_state_dict(warm.policy.state_dict())
    model.learn(case.updates * case.rollout_steps * case.environments)
    shape = model.action_space.shape
    recording = {"schemaVersion": 1, "name": case.name, "about": case.about,
                 "script": f"experiments/peers/{recorder.script}", "versions": one_thread.versions(*recorder.packages),
                 "environment": {"id": case.environment, "seed": case.seed,
                                 "maxEpisodeSteps": model.env.get_attr("spec")[0].max_episode_steps},
                 "settings": recorder.settings(case, shape[0] if shape else 1),
                 "conventions": recorder.conventions} | model.recorded
    recorder.require(case, recording)
    return recording


def text(recording: dict[str, Any]) -> str:
    """JSON with one line a tensor: small, and a difference between two versions stays readable."""

    def lines(value: Any, depth: int) -> str:
        if isinstance(value, dict) and depth < 3 and "shape" not in value and value:
            inner = [f"{' ' * depth}{json.dumps(key)}: {lines(item, depth + 1)}" for key, item in value.items()]
            return "{\n" + ",\n".join(inner) + "\n" + " " * (depth - 1) + "}"
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    return lines(recording, 1) + "\n"


def main(recorder: Recorder, cases: list[Case]) -> None:
    parser = argparse.ArgumentParser(description=recorder.about)
    parser.add_argument("--out", type=Path, required=True, help="folder for the recordings, one JSON a case")
    out = parser.parse_args().out
    one_thread.apply()
    out.mkdir(parents=True, exist_ok=True)
    good = True
    for case in cases:
        path = out / f"{case.name}.json"
        path.write_text(text(record(recorder, case)))
        good &= recorder.check(path)
    raise SystemExit(0 if good else 1)
