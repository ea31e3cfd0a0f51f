"""Derives the tables of the normal ziggurat and writes them as the resource that `NormalZiggurat` reads.

    python envs/src/test/python/ziggurat_tables.py \
        envs/src/main/resources/kingfisher/envs/random/normal-ziggurat.bin

The layers follow Marsaglia and Tsang (2000): x_255 is the start of the tail, v the area of each of 256 layers, and
x_i = sqrt(-2 ln(v / x_(i+1) + f(x_(i+1)))) with f(x) = exp(-x^2 / 2), every operation rounded to double. NumPy's generator
draws with exactly these numbers: the constants below are the ones that give its published table `wi_double` in all 256
places, and one value of f, which NumPy has one unit in the last place above the correctly rounded one.

Format: 256 times (int64 k_i, float64 x_i / 2^52, float64 f(x_i)), big-endian, where k_i = round(2^52 x_(i-1) / x_i).
"""

import math
import struct
import sys
from decimal import Decimal, getcontext

TAIL_START = 3.6541528853610088
LAYER_AREA = 0.004928673233974652
LAYERS = 256
MANTISSA = 2.0**52
ROUNDED_UP_BY_NUMPY = 38


def exp(x: float) -> float:
    """The correctly rounded exponential."""
    return float(Decimal(x).exp())


def log(x: float) -> float:
    """The correctly rounded natural logarithm."""
    return float(Decimal(x).ln())


def tables() -> list[tuple[int, float, float]]:
    """The rows (k_i, x_i / 2^52, f(x_i))."""
    x = [0.0] * LAYERS
    f = [0.0] * LAYERS
    x[255] = TAIL_START
    for i in range(LAYERS - 1, 0, -1):
        if i < LAYERS - 1:
            x[i] = math.sqrt(-2.0 * log(LAYER_AREA / x[i + 1] + f[i + 1]))
        f[i] = exp(-0.5 * x[i] * x[i])
        if i == ROUNDED_UP_BY_NUMPY:
            f[i] = math.nextafter(f[i], 1.0)
    x[0] = LAYER_AREA / f[255]
    f[0] = 1.0
    k = [round(x[255] / x[0] * MANTISSA), 0]
    k += [round(x[i - 1] / x[i] * MANTISSA) for i in range(2, LAYERS)]
    return [(k[i], x[i] / MANTISSA, f[i]) for i in range(LAYERS)]


def main() -> None:
    getcontext().prec = 50
    with open(sys.argv[1], "wb") as file:
        for row in tables():
            file.write(struct.pack(">qdd", *row))


if __name__ == "__main__":
    main()
