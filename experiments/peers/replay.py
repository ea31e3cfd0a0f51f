"""What the checks of recorded updates share: networks, distributions, optimizers and advantages in NumPy alone.

No line here comes from Stable-Baselines3 or torch. `update_recording.py` has the schema of a recording.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import numpy as np

Parameters = dict[str, np.ndarray]

RATIO_TOLERANCE = 1e-6
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


@dataclass
class RmsProp:
    """Torch's form, or TensorFlow's: there the second moment starts at 1, and epsilon is under the root."""

    rate: float
    decay: float
    epsilon: float
    tensorflow: bool
    second: Parameters

    def step(self, weights: Parameters, gradients: Parameters) -> None:
        for name, gradient in gradients.items():
            before = self.second.get(name, 1.0 if self.tensorflow else 0.0)
            second = self.decay * before + (1 - self.decay) * gradient**2
            root = np.sqrt(second + self.epsilon) if self.tensorflow else np.sqrt(second) + self.epsilon
            self.second[name] = second
            weights[name] = weights[name] - self.rate * gradient / root


class Replay:
    """What a recorded update began with, in one number type."""

    def __init__(self, recording: dict, dtype: type):
        self.recording, self.settings, self.dtype = recording, recording["settings"], dtype
        self.weights = parameters(recording["parametersBefore"], dtype)
        self.distribution = gaussian if "log_std" in self.weights else categorical
        rollout = recording["rollout"]
        self.rollout = {key: array(value, dtype) for key, value in rollout.items() if isinstance(value, dict)}
        self.truncations = rollout["truncations"]
        self.margin = np.inf

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

    def batch(self) -> dict[str, np.ndarray]:
        """The rollout with its advantages, in the order that permutations index."""
        names = ("observations", "actions", "values", "logProbabilities")
        advantages = self.advantages()
        return {name: environment_major(self.rollout[name]) for name in names} | {
            "advantages": environment_major(advantages),
            "returns": environment_major(advantages + self.rollout["values"])}

    def near(self, distances: np.ndarray) -> None:
        self.margin = min(self.margin, float(np.min(distances)))

    def collection_errors(self) -> dict[str, float]:
        """The largest absolute differences from what was recorded of the rollout; to be called before any step."""
        rollout = self.rollout
        flat = rollout["observations"].reshape(-1, rollout["observations"].shape[-1])
        actions = rollout["actions"].reshape(len(flat), *rollout["actions"].shape[2:])
        log_probabilities = self.distribution(self.weights, flat, actions).log_probabilities
        ratio = np.exp(log_probabilities - rollout["logProbabilities"].reshape(-1))
        advantages = self.advantages()
        return {"values": largest(self.value(flat) - rollout["values"].reshape(-1)),
                "first ratio - 1": largest(ratio - 1),
                "rewards": largest(self.rewards() - rollout["rewards"]),
                "advantages": largest(advantages - rollout["advantages"]),
                "returns": largest(advantages + rollout["values"] - rollout["returns"])}


def largest(differences: np.ndarray) -> float:
    return float(np.max(np.abs(differences), initial=0.0))


def distance(weights: Parameters, recorded: dict) -> float:
    expected = parameters(recorded, np.float64)
    if expected.keys() != weights.keys():
        raise ValueError(f"recorded tensors {sorted(expected)}, recomputed {sorted(weights)}")
    return max(largest(weights[name] - expected[name]) for name in expected)


def largest_change(recording: dict[str, Any]) -> float:
    """How far the update moved a parameter."""
    before, after = (parameters(recording[key], np.float64) for key in ("parametersBefore", "parametersAfter"))
    return max(largest(after[name] - before[name]) for name in before)


def main(check: Callable[[Path], bool]) -> None:
    """Checks the files that the command line names."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} FILE.json...")
    results = [check(Path(argument)) for argument in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
