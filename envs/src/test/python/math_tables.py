"""Derives the tables with which `Trigonometry` and `Power` evaluate sine, cosine and squares.

    python envs/src/test/python/math_tables.py envs/src/main/resources/kingfisher/envs/classic/math-tables.bin

Every number of them is computed here, to seventy digits, and rounded. Format, big-endian float64 and int64:

- 111 times: sin(k/128) and cos(k/128), each as the nearest double and the rest;
- 128 times: the reciprocal 1/c of the middle of the i-th of 128 equal parts of [OFFSET, 2 OFFSET) in units of 1/128 where it
  is at least 1 and of 1/256 below, then -ln(1/c) in units of 2^-43 and the rest;
- 128 times: the relative rest of 2^(i/128) beyond the nearest double, and the bits of that double less i * 2^45.
"""

import struct
import sys
from decimal import Decimal, getcontext
from fractions import Fraction

OFFSET_BITS = 0x3FE6955500000000
SUBINTERVAL_BITS = 1 << 45


def double(bits: int) -> float:
    return struct.unpack(">d", struct.pack(">Q", bits))[0]


def bits(value: float) -> int:
    return struct.unpack(">Q", struct.pack(">d", value))[0]


def split(value: Decimal) -> tuple[float, float]:
    """The nearest double and what is left."""
    head = float(value)
    return head, float(value - Decimal(head))


def series(x: Decimal, term: Decimal, n: int) -> Decimal:
    """The Taylor series whose first term is `term`, of degree n, and whose terms are two degrees apart."""
    total = term
    while abs(term) > Decimal(10) ** -60:
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
        total += term
    return total


def trigonometry() -> bytes:
    rows = b""
    for k in range(111):
        x = Decimal(k) / 128
        rows += struct.pack(">4d", *split(series(x, x, 1)), *split(series(x, Decimal(1), 0)))
    return rows


def logarithms() -> bytes:
    rows = b""
    for i in range(128):
        low = double(OFFSET_BITS + i * SUBINTERVAL_BITS)
        high = double(OFFSET_BITS + (i + 1) * SUBINTERVAL_BITS)
        reciprocal = 2 / (Fraction(low) + Fraction(high))
        unit = 128 if reciprocal >= 1 else 256
        reciprocal = Fraction(round(reciprocal * unit), unit)
        value = -(Decimal(reciprocal.numerator) / reciprocal.denominator).ln()
        head = float((value * 2**43).to_integral_value() / 2**43)
        rows += struct.pack(">3d", float(reciprocal), head, float(value - Decimal(head)))
    return rows


def exponentials() -> bytes:
    rows = b""
    for i in range(128):
        value = (Decimal(2).ln() * i / 128).exp()
        head = float(value)
        rows += struct.pack(">dQ", float((value - Decimal(head)) / Decimal(head)), bits(head) - i * SUBINTERVAL_BITS)
    return rows


def main() -> None:
    getcontext().prec = 70
    with open(sys.argv[1], "wb") as file:
        file.write(trigonometry() + logarithms() + exponentials())


if __name__ == "__main__":
    main()
