#!/usr/bin/env python3
"""Compute three ACKTR updates in a row densely, from the paper, with all that is needed to repeat them elsewhere.

    python record_acktr_updates.py --out ../../agents/src/test/resources/kingfisher/agents/acktr

No maintained library has ACKTR, so this is written from Wu et al. 2017 (arXiv:1708.05144) and Martens and Grosse 2015
(arXiv:1503.05671), with NumPy alone and in the plainest way: every Jacobian is built example by example, every block
A (x) S is built as a matrix, eigendecomposed and solved as one, and so is the Fisher matrix F of the trust region, over
all parameters. Observations, rewards and ends are random numbers; actions are drawn from the policy. The Kronecker
factors of the policy are of the actions that were taken, so that nothing random is left. A second run writes the same
bytes.

schema: one object with

    settings            keys and texts of `train acktr --set`
    distribution        "categorical" with 3 actions or "gaussian" with 2 dimensions
    parametersBefore    {name: {"shape", "values"}}, row-major; weights are [inputs x outputs]
    updates             three of {"rollout": {observations, actions, rewards, discounts, ended, values, nextValues},
                        "metrics": {name: value}, "parametersAfter"}; index t * environments + n
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

INPUTS, HIDDEN = 3, 6
STEPS, ENVIRONMENTS = 16, 2
BATCH = STEPS * ENVIRONMENTS

CONVENTIONS = [
    "advantages by GAE, then shifted by their mean and divided by their standard deviation (n - 1) + 1e-8",
    "the policy minimizes -mean(A log pi) - c entropy, the value network mean (V - R)^2 / 2",
    "A = mean of a a', a with a 1 behind it; S = mean of Ds Ds', Ds of one example's own loss, not divided by the batch",
    "averages are sum_k decay^k batch_{t-k} / sum_k decay^k: the first batch counts whole",
    "for the policy Ds is of -log pi(a taken), for the value network of a normal variable of variance 1 (|Ds| = |dV/ds|)",
    "the log standard deviations have their own exact block of the last batch, 2 I",
    "the block is (A (x) S + damping I)^-1, damping added to the matrix, not to its factors",
    "d <- (1 - momentum) q + momentum d, at the first step d = q",
    "exact: step = eta d, eta = min(rate, sqrt(2 max-kl / d'Fd))",
    "preconditioned: q is scaled by min(1, sqrt(max-kl / (-rate^2 q'g))), eta = rate",
    "the value network's q is scaled by min(1, sqrt(critic-clip / (-rate^2 q'g)))",
    "its factors are renewed at every second step",
]


@dataclass(frozen=True)
class Case:
    """One recording."""

    name: str
    distribution: str
    seed: int
    settings: dict[str, str]


COMMON = {"environments": str(ENVIRONMENTS), "rollout-steps": str(STEPS), "hidden": f"{HIDDEN},{HIDDEN}",
          "discount": "0.9", "gae-lambda": "0.8", "fisher": "taken-actions", "factor-decay": "0.9", "momentum": "0.7",
          "critic-updates": "5", "critic-step-rule": "bounded", "critic-factor-decay": "0.8",
          "critic-covariance-period": "2",
          "critic-decomposition-period": "2"}

CASES = [
    Case("numpy-acktr-discrete", "categorical", 1, COMMON | {
        "max-kl": "0.01", "learning-rate": "0.5", "damping": "0.02", "entropy-coefficient": "0.03",
        "critic-learning-rate": "0.5", "critic-clip": "0.05", "critic-damping": "0.1"}),
    Case("numpy-acktr-continuous", "gaussian", 2, COMMON | {
        "max-kl": "0.004", "learning-rate": "0.8", "damping": "0.05", "entropy-coefficient": "0",
        "critic-learning-rate": "0.2", "critic-clip": "10", "critic-damping": "0.3"}),
    Case("numpy-acktr-preconditioned", "gaussian", 3, COMMON | {
        "step-rule": "preconditioned", "max-kl": "0.002", "learning-rate": "0.25", "damping": "0.1",
        "entropy-coefficient": "0.01", "critic-learning-rate": "1", "critic-clip": "0.02", "critic-damping": "0.05"}),
]


class Network:
    """Two hidden layers and an output layer, as one list of matrices with the bias in the last row."""

    def __init__(self, kind: str, outputs: int, deviations: int, activation: str, random: np.random.Generator):
        self.kind, self.activation = kind, activation
        sizes = [(INPUTS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, outputs)]
        self.layers = [random.uniform(-0.9, 0.9, (rows + 1, columns)) for rows, columns in sizes]
        self.log_deviation = random.uniform(-0.5, 0.3, deviations)

    def act(self, s):
        return np.tanh(s) if self.activation == "tanh" else np.where(s > 0, s, np.expm1(s))

    def slope(self, s):
        return 1 - np.tanh(s) ** 2 if self.activation == "tanh" else np.where(s > 0, 1.0, np.exp(s))

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Of one observation: what the output layer gives, and the log deviations behind it."""
        a = x
        for index, layer in enumerate(self.layers):
            s = np.append(a, 1.0) @ layer
            a = s if index == len(self.layers) - 1 else self.act(s)
        return np.concatenate([a, self.log_deviation])

    def pulled_back(self, x: np.ndarray, cotangent: np.ndarray):
        """Of one observation: each layer's input with its 1, and its pre-activation gradient Ds."""
        inputs, pre = [], []
        a = x
        for index, layer in enumerate(self.layers):
            inputs.append(np.append(a, 1.0))
            pre.append(inputs[-1] @ layer)
            a = pre[-1] if index == len(self.layers) - 1 else self.act(pre[-1])
        gradient = cotangent[:pre[-1].size]
        gradients = [gradient]
        for index in range(len(self.layers) - 1, 0, -1):
            gradient = (self.layers[index][:-1] @ gradient) * self.slope(pre[index - 1])
            gradients.insert(0, gradient)
        return inputs, gradients

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """[outputs and deviations x parameters]."""
        width = self.layers[-1].shape[1]
        rows = []
        for k in range(width + self.log_deviation.size):
            unit = np.eye(width + self.log_deviation.size)[k]
            inputs, gradients = self.pulled_back(x, unit)
            parts = [np.outer(a, ds).ravel() if k < width else np.zeros(a.size * ds.size)
                     for a, ds in zip(inputs, gradients)]
            rows.append(np.concatenate(parts + [unit[width:]]))
        return np.array(rows)

    def vector(self) -> np.ndarray:
        return np.concatenate([layer.ravel() for layer in self.layers] + [self.log_deviation])

    def move(self, step: np.ndarray) -> None:
        offset = 0
        for layer in self.layers:
            layer += step[offset:offset + layer.size].reshape(layer.shape)
            offset += layer.size
        self.log_deviation = self.log_deviation + step[offset:]

    def named(self) -> dict[str, Any]:
        names = [f"{self.kind}.hidden.0", f"{self.kind}.hidden.1", f"{self.kind}.output"]
        parameters = {}
        for name, layer in zip(names, self.layers):
            parameters[name + ".weight"] = tensor(layer[:-1])
            parameters[name + ".bias"] = tensor(layer[-1:])
        if self.log_deviation.size:
            parameters[f"{self.kind}.log-std"] = tensor(self.log_deviation[None])
        return parameters


class Categorical:
    parameters, deviations, actions = 3, 0, 1

    @staticmethod
    def probabilities(z):
        e = np.exp(z - z.max())
        return e / e.sum()

    def draw(self, z, random):
        return np.array([random.choice(3, p=self.probabilities(z))], dtype=float)

    def log_probability(self, z, a):
        return float(np.log(self.probabilities(z)[int(a[0])]))

    def score(self, z, a):
        return np.eye(3)[int(a[0])] - self.probabilities(z)

    def entropy_gradient(self, z):
        p = self.probabilities(z)
        entropy = -(p * np.log(p)).sum()
        return -p * (np.log(p) + entropy)

    def fisher(self, z):
        p = self.probabilities(z)
        return np.diag(p) - np.outer(p, p)

    def divergence(self, z, other):
        p, q = self.probabilities(z), self.probabilities(other)
        return float((p * np.log(p / q)).sum())


class Gaussian:
    parameters, deviations, actions = 2, 2, 2

    def draw(self, z, random):
        return z[:2] + np.exp(z[2:]) * random.standard_normal(2)

    def log_probability(self, z, a):
        return float((-0.5 * ((a - z[:2]) / np.exp(z[2:])) ** 2 - z[2:] - 0.5 * np.log(2 * np.pi)).sum())

    def score(self, z, a):
        variance = np.exp(2 * z[2:])
        return np.concatenate([(a - z[:2]) / variance, (a - z[:2]) ** 2 / variance - 1])

    def entropy_gradient(self, z):
        return np.array([0.0, 0.0, 1.0, 1.0])

    def fisher(self, z):
        return np.diag(np.concatenate([np.exp(-2 * z[2:]), [2.0, 2.0]]))

    def divergence(self, z, other):
        return float((other[2:] - z[2:] + (np.exp(2 * z[2:]) + (z[:2] - other[:2]) ** 2)
                      / (2 * np.exp(2 * other[2:])) - 0.5).sum())


@dataclass
class Factors:
    """Moving averages of A and S of each layer, and the dense blocks that were decomposed last."""

    decay: float
    weight: float = 0.0
    averages: list[list[np.ndarray]] = field(default_factory=list)
    blocks: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def take(self, network: Network, observations: np.ndarray, cotangents: np.ndarray) -> None:
        batch = [[np.zeros((layer.shape[0],) * 2), np.zeros((layer.shape[1],) * 2)] for layer in network.layers]
        for x, cotangent in zip(observations, cotangents):
            for moments, a, ds in zip(batch, *network.pulled_back(x, cotangent)):
                moments[0] += np.outer(a, a) / len(observations)
                moments[1] += np.outer(ds, ds) / len(observations)
        self.weight = self.decay * self.weight + 1
        if not self.averages:
            self.averages = batch
        else:
            share = 1 / self.weight
            self.averages = [[(1 - share) * old + share * new for old, new in zip(olds, news)]
                             for olds, news in zip(self.averages, batch)]

    def decompose(self) -> None:
        self.blocks = [np.linalg.eigh(np.kron(a, s)) for a, s in self.averages]

    def precondition(self, network: Network, gradient: np.ndarray, damping: float) -> np.ndarray:
        parts, offset = [], 0
        for layer, (values, vectors) in zip(network.layers, self.blocks):
            part = gradient[offset:offset + layer.size]
            block = vectors @ np.diag(values) @ vectors.T + damping * np.eye(layer.size)
            parts.append(np.linalg.solve(block, part))
            offset += layer.size
        parts.append(gradient[offset:] / (2 + damping))
        return np.concatenate(parts)


def advantages_of(rollout: dict[str, np.ndarray], lam: float) -> np.ndarray:
    advantages = np.zeros(BATCH)
    for n in range(ENVIRONMENTS):
        following = 0.0
        for t in reversed(range(STEPS)):
            i = t * ENVIRONMENTS + n
            delta = rollout["rewards"][i] + rollout["discounts"][i] * rollout["nextValues"][i] - rollout["values"][i]
            following = delta + (0.0 if rollout["ended"][i] else rollout["discounts"][i] * lam * following)
            advantages[i] = following
    return advantages


class Acktr:
    """Both networks and what they remember."""

    def __init__(self, case: Case):
        self.random = np.random.default_rng(case.seed)
        self.settings = case.settings
        self.family = Categorical() if case.distribution == "categorical" else Gaussian()
        self.policy = Network("policy", self.family.parameters, self.family.deviations, "tanh", self.random)
        self.value = Network("value", 1, 0, "elu", self.random)
        self.policy_factors = Factors(self.number("factor-decay"))
        self.value_factors = Factors(self.number("critic-factor-decay"))
        self.policy_average: np.ndarray | None = None
        self.value_average: np.ndarray | None = None
        self.value_steps = 0

    def number(self, key: str) -> float:
        return float(self.settings[key])

    def collect(self) -> dict[str, np.ndarray]:
        observations = self.random.uniform(-1.5, 1.5, (BATCH, INPUTS))
        following = self.random.uniform(-1.5, 1.5, (BATCH, INPUTS))
        terminated = self.random.random(BATCH) < 0.1
        truncated = (self.random.random(BATCH) < 0.1) & ~terminated
        values = np.array([self.value.outputs(x)[0] for x in observations])
        next_values = np.array([self.value.outputs(x)[0] for x in following])
        for i in range(BATCH - ENVIRONMENTS):
            if not (terminated[i] or truncated[i]):
                next_values[i] = values[i + ENVIRONMENTS]
        return {"observations": observations,
                "actions": np.array([self.family.draw(self.policy.outputs(x), self.random) for x in observations]),
                "rewards": self.random.uniform(-1, 1, BATCH),
                "discounts": np.where(terminated, 0.0, self.number("discount")),
                "ended": (terminated | truncated).astype(float), "values": values, "nextValues": next_values}

    def fit_value(self, rollout: dict[str, np.ndarray], returns: np.ndarray) -> float:
        rate, losses = self.number("critic-learning-rate"), []
        observations = rollout["observations"]
        for _ in range(int(self.settings["critic-updates"])):
            errors = np.array([self.value.outputs(x)[0] for x in observations]) - returns
            losses.append((errors ** 2).mean())
            gradient = sum(error * self.value.jacobian(x)[0] for error, x in zip(errors, observations)) / BATCH
            if self.value_steps % int(self.settings["critic-covariance-period"]) == 0:
                self.value_factors.take(self.value, observations, np.ones((BATCH, 1)))
                self.value_factors.decompose()
            self.value_steps += 1
            q = -self.value_factors.precondition(self.value, gradient, self.number("critic-damping"))
            q *= min(1.0, np.sqrt(self.number("critic-clip") / (-rate ** 2 * (q @ gradient))))
            self.value_average = self.averaged(self.value_average, q)
            self.value.move(rate * self.value_average)
        return float(np.mean(losses))

    def averaged(self, average: np.ndarray | None, q: np.ndarray) -> np.ndarray:
        momentum = self.number("momentum")
        return q if average is None else (1 - momentum) * q + momentum * average

    def step_policy(self, rollout: dict[str, np.ndarray], advantages: np.ndarray) -> dict[str, float]:
        observations, actions, family = rollout["observations"], rollout["actions"], self.family
        z = [self.policy.outputs(x) for x in observations]
        jacobians = [self.policy.jacobian(x) for x in observations]
        scores = np.array([family.score(o, a) for o, a in zip(z, actions)])
        coefficient = self.number("entropy-coefficient")
        gradient = sum(j.T @ (-adv * score - coefficient * family.entropy_gradient(o))
                       for j, adv, score, o in zip(jacobians, advantages, scores, z)) / BATCH
        self.policy_factors.take(self.policy, observations, -scores)
        self.policy_factors.decompose()
        q = -self.policy_factors.precondition(self.policy, gradient, self.number("damping"))
        fisher = sum(j.T @ family.fisher(o) @ j for j, o in zip(jacobians, z)) / BATCH
        rate, bound = self.number("learning-rate"), self.number("max-kl")
        if self.settings.get("step-rule") == "preconditioned":
            fraction = min(1.0, np.sqrt(bound / (-rate ** 2 * (q @ gradient))))
            self.policy_average = self.averaged(self.policy_average, fraction * q)
            eta = rate
        else:
            self.policy_average = self.averaged(self.policy_average, q)
            eta = min(rate, np.sqrt(2 * bound / (self.policy_average @ fisher @ self.policy_average)))
            fraction = eta / rate
        step = eta * self.policy_average
        self.policy.move(step)
        moved = [self.policy.outputs(x) for x in observations]
        logs = np.array([family.log_probability(o, a) for o, a in zip(z, actions)])
        return {"train/gradient_norm": float(np.linalg.norm(gradient)),
                "train/kl": float(np.mean([family.divergence(o, m) for o, m in zip(z, moved)])),
                "train/policy_gradient_loss": float(-(advantages * logs).mean()),
                "train/predicted_kl": float(0.5 * step @ fisher @ step), "train/step_fraction": float(fraction)}

    def update(self) -> dict[str, Any]:
        rollout = self.collect()
        advantages = advantages_of(rollout, self.number("gae-lambda"))
        value_loss = self.fit_value(rollout, advantages + rollout["values"])
        normalized = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        metrics = self.step_policy(rollout, normalized) | {"train/value_loss": value_loss}
        return {"rollout": {name: tensor(array) for name, array in rollout.items()}, "metrics": metrics,
                "parametersAfter": self.policy.named() | self.value.named()}


def tensor(array: np.ndarray) -> dict[str, Any]:
    return {"shape": list(array.shape), "values": array.ravel().tolist()}


def text(value: Any, indent: str = "") -> str:
    """JSON with one line a tensor."""
    is_list = isinstance(value, list)
    if not isinstance(value, (dict, list)) or "shape" in value or is_list and not isinstance(value[0], dict):
        return json.dumps(value)
    opening, closing = "[]" if is_list else "{}"
    inner = [text(item, indent + " ") for item in (value if is_list else value.values())]
    items = inner if is_list else [f"{json.dumps(key)}: {item}" for key, item in zip(value, inner)]
    return opening + "\n" + ",\n".join(indent + " " + item for item in items) + "\n" + indent + closing


def record(case: Case) -> dict[str, Any]:
    acktr = Acktr(case)
    before = acktr.policy.named() | acktr.value.named()
    return {"schemaVersion": 1, "name": case.name, "script": "experiments/peers/record_acktr_updates.py",
            "versions": {"numpy": np.__version__}, "conventions": CONVENTIONS, "distribution": case.distribution,
            "settings": case.settings, "parametersBefore": before, "updates": [acktr.update() for _ in range(3)]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compute three ACKTR updates in a row densely.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the recordings, one JSON a case")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        recording = record(case)
        (out / f"{case.name}.json").write_text(text(recording) + "\n")
        for update in recording["updates"]:
            print(case.name, {name: f"{value:.6g}" for name, value in update["metrics"].items()})


if __name__ == "__main__":
    main()
