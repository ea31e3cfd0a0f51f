#!/usr/bin/env python3
"""The peer's side of `bench curvature-products` and `bench kfac-step`: one piece of work of kfac-jax, timed.

    python kfac_jax_step.py --work gauss-newton --width 256 --batch 8192
    python kfac_jax_step.py --repeat-on-stdin

The network is 17-w-w-6 with tanh and a squared error; inputs and targets are normal numbers. `--work` is one of

    gradient              loss and gradient
    gradient-step         loss, gradient and a step of plain gradient descent
    gauss-newton          a Gauss-Newton product that runs the network forward again
    gauss-newton-kept     a Gauss-Newton product from what one linearisation has kept
    conjugate-gradients   ten iterations on (G + λ)x = -gradient, in one program, from what a linearisation has kept
    kfac                  a step of K-FAC: covariances each step, inverses each 20, factored damping
    kfac-eigen            the same with exact inverses, by eigendecompositions

Programs are compiled and warmed up at the first request of their kind. A measurement is the mean over at least
`--seconds`; for K-FAC it is over whole cycles of 20 steps. XLA takes a thread for each core that it may run on. stdout
carries one JSON line a measurement:

    {"milliseconds", "repeats", "work", "width", "batch", "threads", "versions"}

With `--repeat-on-stdin` one measurement for each line of stdin, as in `timed_requests.py`.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import kfac_jax
import timed_requests

INPUTS, OUTPUTS = 17, 6
CYCLE = 20
ITERATIONS = 10
DAMPING = 1e-2
LEARNING_RATE = 1e-3
MOMENTUM = 0.9

Work = Callable[[], Any]


def network(width: int) -> list[tuple[jax.Array, jax.Array]]:
    sizes = (INPUTS, width, width, OUTPUTS)
    keys = jax.random.split(jax.random.PRNGKey(1), len(sizes) - 1)
    return [(jax.random.normal(key, (n, m)) / jnp.sqrt(n), jnp.zeros(m)) for key, n, m in zip(keys, sizes, sizes[1:])]


def data(batch: int) -> tuple[jax.Array, jax.Array]:
    inputs, targets = jax.random.split(jax.random.PRNGKey(2))
    return jax.random.normal(inputs, (batch, INPUTS)), jax.random.normal(targets, (batch, OUTPUTS))


def forward(parameters, inputs):
    *hidden, (weight, bias) = parameters
    for w, b in hidden:
        inputs = jnp.tanh(inputs @ w + b)
    return inputs @ weight + bias


def loss(parameters, batch):
    inputs, targets = batch
    outputs = forward(parameters, inputs)
    kfac_jax.register_squared_error_loss(outputs, targets, weight=0.5)
    return 0.5 * jnp.mean(jnp.sum((outputs - targets) ** 2, axis=1))


def add_scaled(scale, x, y):
    return jax.tree.map(lambda a, b: scale * a + b, x, y)


def dot(x, y):
    return sum(jnp.vdot(a, b) for a, b in zip(jax.tree.leaves(x), jax.tree.leaves(y)))


def kept_product(tangent, vector):
    """`tangent` is what `jax.linearize` returns: the Jacobian as a function, with the numbers that it needs."""
    outputs = tangent(vector)
    (product,) = jax.linear_transpose(tangent, vector)(outputs / outputs.shape[0])
    return product


def product(parameters, inputs, vector):
    outputs, tangents = jax.jvp(lambda p: forward(p, inputs), (parameters,), (vector,))
    _, pull_back = jax.vjp(lambda p: forward(p, inputs), parameters)
    return pull_back(tangents / outputs.shape[0])[0]


def solve(tangent, right_hand_side):
    def iterate(_, state):
        x, residual, direction, square = state
        along = add_scaled(DAMPING, direction, kept_product(tangent, direction))
        step = square / dot(direction, along)
        x, residual = add_scaled(step, direction, x), add_scaled(-step, along, residual)
        next_square = dot(residual, residual)
        return x, residual, add_scaled(next_square / square, direction, residual), next_square

    start = (jax.tree.map(jnp.zeros_like, right_hand_side), right_hand_side, right_hand_side,
             dot(right_hand_side, right_hand_side))
    return jax.lax.fori_loop(0, ITERATIONS, iterate, start)[0]


def kfac(parameters, batch, use_exact_inverses: bool) -> Work:
    optimizer = kfac_jax.Optimizer(
        value_and_grad_func=jax.value_and_grad(loss), l2_reg=0.0, num_burnin_steps=0, curvature_update_period=1,
        inverse_update_period=CYCLE, use_exact_inverses=use_exact_inverses)
    key = jax.random.PRNGKey(3)
    parameters = jax.tree.map(jnp.copy, parameters)  # a step reuses the memory of its arguments
    state = optimizer.init(parameters, key, batch)

    def step():
        nonlocal parameters, state, key
        key, now = jax.random.split(key)
        parameters, state, _ = optimizer.step(
            parameters, state, now, batch=batch, learning_rate=LEARNING_RATE, momentum=MOMENTUM, damping=DAMPING)
        return parameters

    return step


@functools.cache
def prepared(work: str, width: int, batch: int) -> Work:
    """One piece of the work, compiled and warmed up over a whole cycle."""
    parameters, examples = network(width), data(batch)
    gradient = jax.jit(jax.value_and_grad(loss))
    direction = jax.block_until_ready(gradient(parameters, examples)[1])

    def kept(function):
        tangent = jax.jit(lambda p: jax.linearize(lambda q: forward(q, examples[0]), p)[1])(parameters)
        compiled = jax.jit(function)
        return lambda: compiled(tangent, direction)

    if work == "gradient":
        run = lambda: gradient(parameters, examples)
    elif work == "gradient-step":
        descend = jax.jit(lambda p, e: (lambda value, g: (value, add_scaled(-LEARNING_RATE, g, p)))(
            *jax.value_and_grad(loss)(p, e)))
        run = lambda: descend(parameters, examples)
    elif work == "gauss-newton":
        compiled = jax.jit(product)
        run = lambda: compiled(parameters, examples[0], direction)
    elif work == "gauss-newton-kept":
        run = kept(kept_product)
    elif work == "conjugate-gradients":
        run = kept(solve)
    elif work in ("kfac", "kfac-eigen"):
        run = kfac(parameters, examples, use_exact_inverses=work == "kfac-eigen")
    else:
        raise ValueError(f"work must be one of {', '.join(WORKS)}: {work}")
    for _ in range(CYCLE):
        jax.block_until_ready(run())
    return run


WORKS = ("gradient", "gradient-step", "gauss-newton", "gauss-newton-kept", "conjugate-gradients", "kfac", "kfac-eigen")


def threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure(options: argparse.Namespace) -> dict[str, Any]:
    run = prepared(options.work, options.width, options.batch)
    cycle = CYCLE if options.work.startswith("kfac") else 1
    repeats = 0
    begin = time.perf_counter()
    while repeats == 0 or time.perf_counter() - begin < options.seconds:
        for _ in range(cycle):
            jax.block_until_ready(run())
        repeats += cycle
    milliseconds = (time.perf_counter() - begin) * 1e3 / repeats
    return {"milliseconds": milliseconds, "repeats": repeats, "work": options.work, "width": options.width,
            "batch": options.batch, "threads": threads(),
            "versions": {"python": platform.python_version()} | {
                package: version(package) for package in ("kfac-jax", "jax", "jaxlib", "numpy")}}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time kfac-jax on a small network.")
    parser.add_argument("--work", choices=WORKS, default="gradient")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a measurement takes at least")
    parser.add_argument("--repeat-on-stdin", action="store_true", help="one measurement for each line of stdin")
    options = parser.parse_args()
    if options.repeat_on_stdin:
        return timed_requests.serve(measure, options)
    timed_requests.answer(measure, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
