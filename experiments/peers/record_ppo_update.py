#!/usr/bin/env python3
"""Record single PPO updates of Stable-Baselines3, with all that is needed to repeat them elsewhere.

    python record_ppo_update.py --out ../../agents/src/test/resources/kingfisher/agents/ppo

Each case trains a small policy for a moment (so that values and log-probabilities are not those of a fresh network),
gives its weights to a new PPO with a fresh Adam, collects one rollout, and records the one `train()` that follows.
Seeds are fixed and torch has one thread: on one machine kind, a second run writes the same bytes. On other
processors torch's last bits may differ; a recording is consistent in itself either way. `check_ppo_update.py` then
recomputes each recording with NumPy alone, and this script fails if that does not reach 1e-5.

schema (JSON; a tensor is {"shape": [...], "values": [row-major]}; float32 is widened to double and printed so that it
parses back to the same double; T = rollout-steps, N = environments, B = T·N):

    schemaVersion, name, about, script, versions
    environment                 {"id", "maxEpisodeSteps", "seed"}
    settings                    keys of Kingfisher's configuration (`target-kl`, `value-clip`: null is off); `adam`
    conventions                 what Stable-Baselines3 does where projects differ, in words
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
    permutations                one list a started epoch, B indices each; index = environment·T + step
    gradientNorms               global norm before clipping, one for each optimizer step that was taken
    parametersAfterFirstStep    to find where a difference begins
    parametersAfter
    log                         what train() logged: means over all minibatches, also one that stopped the update;
                                approx_kl: the mean over the last epoch; loss: of the last minibatch
"""

from __future__ import annotations

import one_thread  # first: before torch

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecEnvWrapper

import check_ppo_update

CONVENTIONS = [
    "the advantages of a minibatch are normalised by its mean and its unbiased (n - 1) standard deviation + 1e-8",
    "loss = -mean(min(ratio * A, clip(ratio) * A)) + value-coefficient * value loss - entropy-coefficient * entropy",
    "value loss = mean((prediction - return)^2), without a factor 1/2",
    "value clip: the prediction is old + clamp(new - old, -c, c); no maximum with the unclipped loss is taken",
    "the gradient norm is over policy and value parameters together; factor min(1, limit / (norm + 1e-6))",
    "Adam's denominator is sqrt(second moment / (1 - beta2^t)) + epsilon",
    "early stop: before its step, a minibatch with mean(ratio - 1 - log ratio) > 1.5 * target-kl ends the update",
]


@dataclass(frozen=True)
class Case:
    """One recording: where, for how long, with what, and what it must contain to be worth keeping."""

    name: str
    about: str
    environment: str
    max_episode_steps: int | None
    seed: int
    environments: int
    rollout_steps: int
    warm_up_steps: int
    settings: dict[str, Any]
    must_clip: bool = False
    must_clip_values: bool = False
    must_stop: bool = False
    must_truncate: bool = False


COMMON = {"gamma": 0.99, "gae_lambda": 0.95, "clip_range": 0.2, "vf_coef": 0.5, "max_grad_norm": 0.5,
          "normalize_advantage": True}

CASES = [
    Case("sb3-2.9.2-ppo-discrete", "discrete actions, value clip, entropy bonus; small steps", "CartPole-v1", None, 4,
         4, 32, 256,
         COMMON | {"batch_size": 32, "n_epochs": 3, "clip_range_vf": 0.2, "ent_coef": 0.01, "learning_rate": 2.5e-4}),
    Case("sb3-2.9.2-ppo-continuous", "Gaussian policy, truncated episodes, ratio clip at work", "Pendulum-v1", 20, 7,
         2, 64, 1024,
         COMMON | {"batch_size": 32, "n_epochs": 2, "clip_range_vf": None, "ent_coef": 0.0, "learning_rate": 1e-2},
         must_clip=True, must_truncate=True),
    Case("sb3-2.9.2-ppo-early-stop", "discrete actions, both clips at work, terminated and truncated episodes, an "
         "update that target-kl ends", "CartPole-v1", 16, 8, 4, 32, 256,
         COMMON | {"batch_size": 32, "n_epochs": 10, "clip_range": 0.1, "clip_range_vf": 0.2, "ent_coef": 0.01,
                   "learning_rate": 5e-3, "target_kl": 0.003},
         must_clip=True, must_clip_values=True, must_stop=True, must_truncate=True),
]


class RawSteps(VecEnvWrapper):
    """Keeps what the environments answered, before the algorithm adds its bootstrap values to the rewards."""

    def __init__(self, venv):
        super().__init__(venv)
        self.rewards, self.dones, self.infos = [], [], []

    def reset(self):
        return self.venv.reset()

    def step_wait(self):
        observations, rewards, dones, infos = self.venv.step_wait()
        self.rewards.append(rewards.copy())
        self.dones.append(dones.copy())
        self.infos.append(infos)
        return observations, rewards, dones, infos


class RecordedPPO(PPO):
    """PPO whose (only) `train()` is recorded."""

    def train(self) -> None:
        before, rollout = snapshot(self.policy), rollout_of(self)
        norms, after_each = [], []
        clip_gradients, permute, permutations = torch.nn.utils.clip_grad_norm_, np.random.permutation, []

        def clip_and_keep(*arguments):
            norms.append(clip_gradients(*arguments))
            return norms[-1]

        def permute_and_keep(count):
            permutations.append(permute(count))
            return permutations[-1]

        self.policy.optimizer.register_step_post_hook(lambda *_: after_each.append(snapshot(self.policy)))
        with (mock.patch.object(torch.nn.utils, "clip_grad_norm_", clip_and_keep),
              mock.patch.object(np.random, "permutation", permute_and_keep)):
            super().train()
        logged = sorted(self.logger.name_to_value.items())
        log = {key: float(value) for key, value in logged if key.startswith("train/")}
        self.recorded = {
            "parametersBefore": before, "rollout": rollout,
            "permutations": [permutation.tolist() for permutation in permutations],
            "gradientNorms": [float(norm) for norm in norms],
            "parametersAfterFirstStep": after_each[0], "parametersAfter": snapshot(self.policy), "log": log}


def tensor(values: np.ndarray) -> dict[str, list]:
    kept = values if values.dtype.kind == "i" else values.astype(np.float64)
    return {"shape": list(values.shape), "values": kept.reshape(-1).tolist()}


def snapshot(policy: torch.nn.Module) -> dict[str, dict]:
    return {name: tensor(value.detach().numpy().copy()) for name, value in policy.state_dict().items()}


def rollout_of(model: PPO) -> dict[str, Any]:
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


def cut(model: PPO, step: int, environment: int) -> dict[str, Any]:
    observation = model.env.infos[step][environment]["terminal_observation"]
    return {"step": step, "environment": environment, "observation": observation.astype(np.float64).tolist(),
            "value": float(value_of(model, observation[None])[0])}


def value_of(model: PPO, observations: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model.policy.predict_values(torch.as_tensor(observations)).numpy().reshape(-1)


def settings_of(case: Case) -> dict[str, Any]:
    own = case.settings
    return {"environments": case.environments, "rollout-steps": case.rollout_steps, "discount": own["gamma"],
            "gae-lambda": own["gae_lambda"], "hidden": [16, 16], "activation": "tanh", "shared-network": False,
            "optimizer": "adam", "learning-rate": own["learning_rate"], "learning-rate-schedule": "constant",
            "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-5}, "max-gradient-norm": own["max_grad_norm"],
            "minibatch-size": own["batch_size"], "epochs": own["n_epochs"], "clip": own["clip_range"],
            "clip-schedule": "constant", "value-clip": own["clip_range_vf"],
            "entropy-coefficient": own["ent_coef"], "value-coefficient": own["vf_coef"],
            "normalize-advantages": "minibatch", "target-kl": own.get("target_kl")}


def record(case: Case) -> dict[str, Any]:
    limits = {} if case.max_episode_steps is None else {"max_episode_steps": case.max_episode_steps}

    def environments(seed: int):
        return make_vec_env(case.environment, n_envs=case.environments, seed=seed, env_kwargs=limits)

    policy = {"net_arch": [16, 16], "activation_fn": torch.nn.Tanh}
    warm = PPO("MlpPolicy", environments(case.seed + 100), n_steps=case.rollout_steps, batch_size=32,
               learning_rate=1e-3, policy_kwargs=policy, seed=case.seed + 100, device="cpu")
    warm.learn(case.warm_up_steps)
    model = RecordedPPO("MlpPolicy", RawSteps(environments(case.seed)), n_steps=case.rollout_steps,
                        policy_kwargs=policy, seed=case.seed, device="cpu", **case.settings)
    model.policy.load_state_dict(warm.policy.state_dict())
    model.learn(case.rollout_steps * case.environments)
    packages = ("stable-baselines3", "torch", "numpy", "gymnasium")
    recording = {"schemaVersion": 1, "name": case.name, "about": case.about,
            "script": "experiments/peers/record_ppo_update.py",
            "versions": one_thread.versions(*packages),
            "environment": {"id": case.environment, "maxEpisodeSteps": model.env.get_attr("spec")[0].max_episode_steps,
                            "seed": case.seed},
            "settings": settings_of(case), "conventions": CONVENTIONS} | model.recorded
    require(case, recording)
    return recording


def require(case: Case, recording: dict[str, Any]) -> None:
    """Refuses a recording that doesn't exercise what its case is for."""
    steps = case.environments * case.rollout_steps // case.settings["batch_size"] * case.settings["n_epochs"]
    replay = check_ppo_update.compare(recording, np.float64)[1]
    facts = {"clips ratios": (case.must_clip, max(replay.logs["clip"]) > 0),
             "clips values": (case.must_clip_values, max(replay.logs["value clip"]) > 0),
             "stops early": (case.must_stop, 1 < len(recording["gradientNorms"]) < steps),
             "truncates": (case.must_truncate, len(recording["rollout"]["truncations"]) > 0)}
    for fact, (needed, seen) in facts.items():
        if needed and not seen:
            raise SystemExit(f"{case.name}: no update that {fact}; choose another seed or setting")


def text(recording: dict[str, Any]) -> str:
    """JSON with one line a tensor: small, and a difference between two versions stays readable."""

    def lines(value: Any, depth: int) -> str:
        if isinstance(value, dict) and depth < 3 and "shape" not in value and value:
            inner = [f"{' ' * depth}{json.dumps(key)}: {lines(item, depth + 1)}" for key, item in value.items()]
            return "{\n" + ",\n".join(inner) + "\n" + " " * (depth - 1) + "}"
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    return lines(recording, 1) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Record single PPO updates of Stable-Baselines3.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the recordings, one JSON a case")
    out = parser.parse_args().out
    one_thread.apply()
    out.mkdir(parents=True, exist_ok=True)
    good = True
    for case in CASES:
        path = out / f"{case.name}.json"
        path.write_text(text(record(case)))
        good &= check_ppo_update.check(path)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
