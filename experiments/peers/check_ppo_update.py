#!/usr/bin/env python3
"""Recompute a recorded PPO update with NumPy alone: the proof that nothing is missing from a recording.

    python check_ppo_update.py FILE.json...

Reads what `record_ppo_update.py` wrote (its docstring has the schema), uses the weights before the update, the raw
rewards, the terminal observations and the permutations, and recomputes everything else: values, log-probabilities,
bootstrapped rewards, advantages, every minibatch's loss and gradient, Adam, the early stop. Prints the largest
absolute differences from what Stable-Baselines3 recorded, once in float64 and once in float32, and exits with 1 when
a parameter is farther off than 1e-5. Needs NumPy, nothing else: no line here comes from Stable-Baselines3 or torch.

Also printed: how close the closest sample came to a corner of the objective (the ratio's and the value's clip, the
early stop). A recording that nearly touches one would make its test depend on rounding.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

Parameters = dict[str, np.ndarray]

PARAMETER_TOLERANCE = 1e-5
RATIO_TOLERANCE = 1e-6
LEAST_MARGIN = 1e-5
POLICY = ("mlp_extractor.policy_net.0", "mlp_extractor.policy_net.2", "action_net")
VALUE = ("mlp_extractor.value_net.0", "mlp_extractor.value_net.2", "value_net")


def array(tensor: dict, dtype: type) -> np.ndarray:
    return np.array(tensor["values"], dtype).reshape(tensor["shape"])


def parameters(recorded: dict, dtype: type) -> Parameters:
    return {name: array(tensor, dtype) for name, tensor in recorded.items()}


def environment_major(values: np.ndarray) -> np.ndarray:
    """[steps, environments, ...] to [environments × steps, ...]: the order that the permutations index."""
    return values.swapaxes(0, 1).reshape(-1, *values.shape[2:])


def forward(weights: Parameters, layers: tuple[str, ...], inputs: np.ndarray) -> list[np.ndarray]:
    """The input of every layer, then the output; tanh between layers, none after the last."""
    trace = [inputs]
    for layer in layers:
        outputs = trace[-1] @ weights[layer + ".weight"].T + weights[layer + ".bias"]
        trace.append(outputs if layer == layers[-1] else np.tanh(outputs))
    return trace


def backward(weights: Parameters, layers: tuple[str, ...], trace: list[np.ndarray], output_gradient: np.ndarray):
    gradients, gradient = {}, output_gradient
    for index in reversed(range(len(layers))):
        layer = layers[index]
        gradients[layer + ".weight"] = gradient.T @ trace[index]
        gradients[layer + ".bias"] = gradient.sum(0)
        gradient = (gradient @ weights[layer + ".weight"]) * (1 - trace[index] ** 2)
    return gradients


@dataclass
class Evaluated:
    """A policy's log-probabilities [B], entropies [B], and the functions that lead gradients back to its outputs."""

    log_probabilities: np.ndarray
    entropies: np.ndarray
    trace: list[np.ndarray]
    log_probability_slope: np.ndarray  # [B, outputs], with respect to the network's outputs
    entropy_slope: np.ndarray
    scale_slope: np.ndarray | None = None  # [B, actions], log-probability with respect to log_std


def categorical(weights: Parameters, observations: np.ndarray, actions: np.ndarray) -> Evaluated:
    trace = forward(weights, POLICY, observations)
    logits = trace[-1] - trace[-1].max(1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    probabilities = np.exp(logs)
    entropies = -(probabilities * logs).sum(1)
    taken = np.eye(logs.shape[1], dtype=logs.dtype)[actions.astype(int)]
    return Evaluated((taken * logs).sum(1), entropies, trace, taken - probabilities,
                     -probabilities * (logs + entropies[:, None]))


def gaussian(weights: Parameters, observations: np.ndarray, actions: np.ndarray) -> Evaluated:
    trace = forward(weights, POLICY, observations)
    log_std = weights["log_std"]
    standard = (actions - trace[-1]) / np.exp(log_std)
    half_log_two_pi = log_std.dtype.type(0.5 * np.log(2 * np.pi))
    logs = (-standard**2 / 2 - log_std - half_log_two_pi).sum(1)
    entropy = (log_std + half_log_two_pi + log_std.dtype.type(0.5)).sum()
    return Evaluated(logs, np.full(len(logs), entropy), trace, standard / np.exp(log_std), np.zeros_like(trace[-1]),
                     standard**2 - 1)


@dataclass
class Adam:
    rate: float
    beta1: float
    beta2: float
    epsilon: float
    steps: int = 0
    first: Parameters = field(default_factory=dict)
    second: Parameters = field(default_factory=dict)

    def step(self, weights: Parameters, gradients: Parameters) -> None:
        self.steps += 1
        for name, gradient in gradients.items():
            first = self.beta1 * self.first.get(name, 0) + (1 - self.beta1) * gradient
            second = self.beta2 * self.second.get(name, 0) + (1 - self.beta2) * gradient**2
            self.first[name], self.second[name] = first, second
            root = np.sqrt(second) / math.sqrt(1 - self.beta2**self.steps) + self.epsilon
            weights[name] = weights[name] - self.rate / (1 - self.beta1**self.steps) * first / root


class Replay:
    """One recording, recomputed in one number type."""

    def __init__(self, recording: dict, dtype: type):
        self.recording, self.settings, self.dtype = recording, recording["settings"], dtype
        self.weights = parameters(recording["parametersBefore"], dtype)
        self.distribution = gaussian if "log_std" in self.weights else categorical
        rollout = recording["rollout"]
        self.rollout = {key: array(value, dtype) for key, value in rollout.items() if isinstance(value, dict)}
        self.truncations = rollout["truncations"]
        self.margin = np.inf
        self.norms: list[float] = []
        self.after_first_step: Parameters = {}
        self.logs: dict[str, list[float]] = {key: [] for key in ("policy", "value", "entropy", "clip", "value clip")}

    def value(self, observations: np.ndarray) -> np.ndarray:
        return forward(self.weights, VALUE, observations)[-1][..., 0]

    def rewards(self) -> np.ndarray:
        """Raw rewards plus the discounted value of the observation in which an episode was cut off."""
        rewards = self.rollout["rawRewards"].copy()
        for cut in self.truncations:
            observation = np.array(cut["observation"], self.dtype)
            rewards[cut["step"], cut["environment"]] += self.settings["discount"] * self.value(observation[None])[0]
        return rewards

    def advantages(self) -> np.ndarray:
        """GAE(λ) on the raw rewards: an end cuts the sum, a truncation replaces the next value by the terminal one."""
        rewards, values = self.rewards(), self.rollout["values"]
        discount, decay = self.settings["discount"], self.settings["gae-lambda"]
        ended = np.maximum(self.rollout["terminated"], self.rollout["truncated"])
        next_values = np.vstack([values[1:], self.value(self.rollout["lastObservations"])[None]])
        advantages, carry = np.zeros_like(values), np.zeros_like(values[0])
        for step in reversed(range(len(values))):
            going = 1 - ended[step]
            error = rewards[step] + discount * going * next_values[step] - values[step]
            carry = error + discount * decay * going * carry
            advantages[step] = carry
        return advantages

    def update(self) -> None:
        """All epochs, with the recorded permutations; leaves the final weights in `weights`."""
        settings, adam = self.settings, self.settings["adam"]
        optimizer = Adam(settings["learning-rate"], adam["beta1"], adam["beta2"], adam["epsilon"])
        advantages = self.advantages()
        batch = {key: environment_major(self.rollout[key]) for key in ("observations", "actions", "values")}
        batch["logProbabilities"] = environment_major(self.rollout["logProbabilities"])
        batch["advantages"] = environment_major(advantages)
        batch["returns"] = environment_major(advantages + self.rollout["values"])
        size = settings["minibatch-size"]
        for permutation in self.recording["permutations"]:
            self.divergences: list[float] = []
            for start in range(0, len(permutation), size):
                rows = permutation[start : start + size]
                if not self.minibatch({key: value[rows] for key, value in batch.items()}, optimizer):
                    return

    def minibatch(self, rows: dict[str, np.ndarray], optimizer: Adam) -> bool:
        settings, count = self.settings, len(rows["returns"])
        policy = self.distribution(self.weights, rows["observations"], rows["actions"])
        advantages = rows["advantages"]
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        log_ratio = policy.log_probabilities - rows["logProbabilities"]
        ratio, clip = np.exp(log_ratio), settings["clip"]
        clipped = np.clip(ratio, 1 - clip, 1 + clip)
        surrogate = np.minimum(ratio * advantages, clipped * advantages)
        followed = (ratio == clipped) | (ratio * advantages < clipped * advantages)
        self.near(np.abs(np.abs(ratio - 1) - clip))

        value_trace = forward(self.weights, VALUE, rows["observations"])
        values, value_followed = value_trace[-1][:, 0], np.ones(count, bool)
        if settings["value-clip"] is not None:
            moved, limit = values - rows["values"], settings["value-clip"]
            value_followed = np.abs(moved) <= limit
            self.near(np.abs(np.abs(moved) - limit))
            values = rows["values"] + np.clip(moved, -limit, limit)
        errors = values - rows["returns"]

        divergence = np.mean(ratio - 1 - log_ratio)
        self.divergences.append(float(divergence))
        self.logs["policy"].append(float(-surrogate.mean()))
        self.logs["value"].append(float((errors**2).mean()))
        self.logs["entropy"].append(float(-policy.entropies.mean()))
        self.logs["clip"].append(float((np.abs(ratio - 1) > clip).mean()))
        self.logs["value clip"].append(float((~value_followed).mean()))
        if settings["target-kl"] is not None:
            self.near(np.abs(divergence - 1.5 * settings["target-kl"]))
            if divergence > 1.5 * settings["target-kl"]:
                return False

        slope = -(advantages * ratio * followed / count)[:, None]
        entropy_coefficient = settings["entropy-coefficient"]
        outputs = slope * policy.log_probability_slope - entropy_coefficient / count * policy.entropy_slope
        gradients = backward(self.weights, POLICY, policy.trace, outputs)
        value_outputs = settings["value-coefficient"] * 2 * errors * value_followed / count
        gradients |= backward(self.weights, VALUE, value_trace, value_outputs[:, None])
        if policy.scale_slope is not None:
            gradients["log_std"] = (slope * policy.scale_slope).sum(0) - entropy_coefficient
        norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
        self.norms.append(float(norm))
        shrink = self.dtype(min(1.0, settings["max-gradient-norm"] / (norm + 1e-6)))
        optimizer.step(self.weights, {name: gradient * shrink for name, gradient in gradients.items()})
        if not self.after_first_step:
            self.after_first_step = dict(self.weights)
        return True

    def near(self, distances: np.ndarray) -> None:
        self.margin = min(self.margin, float(np.min(distances)))

    def log(self) -> dict[str, float]:
        """Stable-Baselines3's log of the update: means over minibatches, the divergence over the last epoch's."""
        means = {key: float(np.mean(values)) for key, values in self.logs.items()}
        settings, last = self.settings, {key: values[-1] for key, values in self.logs.items()}
        loss = (last["policy"] + settings["entropy-coefficient"] * last["entropy"]
                + settings["value-coefficient"] * last["value"])
        return {"train/policy_gradient_loss": means["policy"], "train/value_loss": means["value"],
                "train/entropy_loss": means["entropy"], "train/clip_fraction": means["clip"],
                "train/approx_kl": float(np.mean(self.divergences)), "train/loss": loss}


def largest(differences: np.ndarray) -> float:
    return float(np.max(np.abs(differences), initial=0.0))


def compare(recording: dict, dtype: type) -> tuple[dict[str, float], Replay]:
    """The largest absolute difference from the recording, quantity by quantity."""
    replay = Replay(recording, dtype)
    rollout = replay.rollout
    flat = rollout["observations"].reshape(-1, rollout["observations"].shape[-1])
    actions = rollout["actions"].reshape(len(flat), *rollout["actions"].shape[2:])
    log_probabilities = replay.distribution(replay.weights, flat, actions).log_probabilities
    ratio = np.exp(log_probabilities - rollout["logProbabilities"].reshape(-1))
    advantages = replay.advantages()
    errors = {"values": largest(replay.value(flat) - rollout["values"].reshape(-1)),
              "first ratio - 1": largest(ratio - 1),
              "rewards": largest(replay.rewards() - rollout["rewards"]),
              "advantages": largest(advantages - rollout["advantages"]),
              "returns": largest(advantages + rollout["values"] - rollout["returns"])}
    replay.update()
    errors["parameters after one step"] = distance(replay.after_first_step, recording["parametersAfterFirstStep"])
    errors["parameters after"] = distance(replay.weights, recording["parametersAfter"])
    recorded_norms = np.array(recording["gradientNorms"])
    if len(recorded_norms) != len(replay.norms):
        raise ValueError(f"{len(replay.norms)} steps recomputed, {len(recorded_norms)} recorded")
    errors["gradient norms, relative"] = largest((np.array(replay.norms) - recorded_norms) / recorded_norms)
    for key, value in replay.log().items():
        errors[key] = abs(value - recording["log"][key])
    return errors, replay


def distance(weights: Parameters, recorded: dict) -> float:
    expected = parameters(recorded, np.float64)
    if expected.keys() != weights.keys():
        raise ValueError(f"recorded tensors {sorted(expected)}, recomputed {sorted(weights)}")
    return max(largest(weights[name] - expected[name]) for name in expected)


def check(path: Path) -> bool:
    recording = json.loads(path.read_text())
    in_double, replay = compare(recording, np.float64)
    in_single, _ = compare(recording, np.float32)
    before, after = (parameters(recording[key], np.float64) for key in ("parametersBefore", "parametersAfter"))
    moved = max(largest(after[name] - before[name]) for name in before)
    print(f"{path.name}: {len(replay.norms)} steps, largest parameter change {moved:.2e}, ratios clipped "
          f"{np.mean(replay.logs['clip']):.3f}, values clipped {np.mean(replay.logs['value clip']):.3f}, "
          f"closest to a corner {replay.margin:.1e}")
    for key in in_double:
        print(f"  {key:28} {in_double[key]:.1e} (float64) {in_single[key]:.1e} (float32)")
    good = all(errors["parameters after"] <= PARAMETER_TOLERANCE and errors["first ratio - 1"] <= RATIO_TOLERANCE
               for errors in (in_double, in_single))
    if not good or replay.margin < LEAST_MARGIN:
        print(f"  FAILED: parameters to {PARAMETER_TOLERANCE}, ratio to {RATIO_TOLERANCE}, corners at {LEAST_MARGIN}")
        return False
    return True


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: check_ppo_update.py FILE.json...")
    results = [check(Path(argument)) for argument in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
