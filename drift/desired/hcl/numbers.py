"""Terraform's numbers: binary floats of 512 bits, of 64 where a function counts, printed in the fewest digits.

A number is kept as the decimal that it is printed as: an `int` where it is whole, a `Decimal` otherwise. What it
stands for is the float of its width nearest to that, so arithmetic goes there and back and is exact.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

Number = int | Decimal

WIDE: Final = 512
COUNT: Final = 64
FLOAT: Final = 53
_DIGITS: Final = Context(prec=400_000, Emax=400_000, Emin=-400_000)
_WRITTEN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,8})?", re.ASCII)
_UNUSUAL: Final = re.compile(r"[+-]?(?:[iI]nf|(?:\d+\.?\d*|\.\d+)(?:[pP][+-]?\d+|[eE][+-]?\d{9,}))", re.ASCII)
_LARGEST: Final = 20_000
"""Digits of a number that is still computed with."""


class Counted(int):
    """A whole number of 64 bits: what `length` and indices are."""

    __slots__ = ()
    bits = COUNT


class Floated(int):
    """A whole number of 53 bits: itself, since its fewest digits may stand nearer to another float."""

    __slots__ = ()
    bits = FLOAT


class MinusZero(int):
    """Zero with a sign, as a float has it: it is printed, and is equal to zero."""

    __slots__ = ()


class Narrow(Decimal):
    """A number of 53 bits, as `log` and `pow` answer it, or of 64 bits."""

    __slots__ = ("bits",)
    bits: int


def bits_of(number: Number) -> int:
    """The width of the float that the number stands for."""
    return getattr(number, "bits", WIDE)


def parse(text: str) -> Number:
    """A number as it is written; ValueError if it is none, OverflowError if it is too large to keep."""
    if _UNUSUAL.fullmatch(text) or len(text) > _LARGEST:
        raise OverflowError("the number is too large or not in a supported notation")
    if not _WRITTEN.fullmatch(text):
        raise ValueError("a number is required")
    return canonical(_DIGITS.create_decimal(text))


def canonical(number: Decimal | int, bits: int = WIDE) -> Number:
    """The number as it is kept: rounded to its float, in the fewest digits."""
    if isinstance(number, Decimal):
        if number.is_zero():
            return MinusZero() if number.is_signed() else 0
        if abs(number.adjusted()) > _LARGEST:
            raise OverflowError("the number is too large")
        if number == number.to_integral_value(context=_DIGITS):
            number = int(number)
    if isinstance(number, int) and number.bit_length() <= bits:
        return number
    return shortest(round_to(Fraction(number), bits), bits)


def exact(number: Number) -> Fraction:
    """What the number stands for."""
    if isinstance(number, int):
        fits = number.bit_length() <= bits_of(number) or isinstance(number, Floated)
        return Fraction(int(number)) if fits else _rounded(number)
    return _rounded(number)


def _rounded(number: Number) -> Fraction:
    return round_to(Fraction(number), bits_of(number))


def round_to(value: Fraction, bits: int) -> Fraction:
    """The float of that many bits nearest to the value, even on a tie."""
    if not value:
        return value
    top, bottom = abs(value.numerator), value.denominator
    shift = top.bit_length() - bottom.bit_length() - bits
    mantissa = Fraction(top, bottom) / Fraction(2) ** shift
    if mantissa >= 1 << bits:
        shift += 1
        mantissa /= 2
    elif mantissa < 1 << (bits - 1):
        shift -= 1
        mantissa *= 2
    rounded = Fraction(round(mantissa)) * Fraction(2) ** shift
    return -rounded if value < 0 else rounded


def shortest(value: Fraction, bits: int = WIDE) -> Number:
    """The decimal of fewest digits that is nearest to this float and to no other."""
    if not value:
        return 0
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    if Fraction(2) ** exponent > size:
        exponent -= 1
    ulp = Fraction(2) ** (exponent - bits + 1)
    even = (size / ulp).numerator % 2 == 0
    low = size - ulp / 2
    high = size + ulp / 2
    power = len(str(int(size))) if size >= 1 else -_leading_zeros(size)
    for digits in range(1, bits + 2):
        unit = Fraction(10) ** (power - digits)
        count = size // unit
        down, up = count * unit, (count + 1) * unit
        okay_down = down > low or (even and down == low)
        okay_up = up < high or (even and up == high)
        if okay_down and okay_up:
            okay_down = down == size or size - down < up - size or (size - down == up - size and count % 2 == 0)
        if okay_down or okay_up:
            return _decimal(count if okay_down else count + 1, power - digits, value < 0)
    raise AssertionError("a float has a shortest decimal")


def _leading_zeros(size: Fraction) -> int:
    count = 0
    while size * Fraction(10) ** (count + 1) < 1:
        count += 1
    return count


def _decimal(count: int, power: int, negative: bool) -> Number:
    count = -count if negative else count
    if power >= 0:
        return count * int(10**power)
    number = Decimal(count).scaleb(power, _DIGITS).normalize(_DIGITS)
    return int(number) if number == number.to_integral_value(context=_DIGITS) else number


def made(value: Fraction, bits: int) -> Number:
    """The result of an operation of that width."""
    if value.denominator == 1:
        whole = _fitting(value.numerator, bits)
        if whole is not None:
            return whole
        if bits == FLOAT:
            return Floated(int(round_to(value, bits)))
    if value and abs(value.numerator.bit_length() - value.denominator.bit_length()) > 3 * _LARGEST:
        raise OverflowError("the number is too large")
    number = shortest(round_to(value, bits), bits)
    if bits == WIDE:
        return number
    if isinstance(number, int):
        return _of_width(number, bits)
    narrow = Narrow(number)
    narrow.bits = bits
    return narrow


def _fitting(number: int, bits: int) -> Number | None:
    """A whole number that its float holds without rounding."""
    return _of_width(number, bits) if number.bit_length() <= bits else None


def _of_width(number: int, bits: int) -> int:
    return Counted(number) if bits == COUNT else Floated(number) if bits == FLOAT else number


def add(left: Number, right: Number) -> Number:
    """left + right."""
    if isinstance(left, MinusZero) and isinstance(right, MinusZero):
        return MinusZero()
    width = max(bits_of(left), bits_of(right))
    if isinstance(left, int) and isinstance(right, int):
        whole = _fitting(left + right, width)
        if whole is not None:
            return whole
    return made(exact(left) + exact(right), width)


def less(left: Number, right: Number) -> bool:
    """left < right."""
    if isinstance(left, int) and isinstance(right, int):
        return left < right
    return exact(left) < exact(right)


def negate(number: Number) -> Number:
    """-number; zero keeps its sign, as a float does."""
    if not number:
        return 0 if isinstance(number, MinusZero) else MinusZero()
    return made(-exact(number), bits_of(number))


def multiply(left: Number, right: Number) -> Number:
    """left * right, as wide as the product needs, up to 512 bits."""
    product = exact(left) * exact(right)
    if not product:
        return MinusZero() if is_negative(left) != is_negative(right) else 0
    width = max(bits_of(left), bits_of(right))
    return made(product, width if round_to(product, width) == product else WIDE)


def is_negative(number: Number) -> bool:
    """Whether it has a minus sign."""
    return number < 0 or isinstance(number, MinusZero)


def divide(left: Number, right: Number) -> Number:
    """left / right; ZeroDivisionError."""
    if not left and right and is_negative(left) != is_negative(right):
        return MinusZero()
    return made(exact(left) / exact(right), max(bits_of(left), bits_of(right)))


def modulo(left: Number, right: Number) -> Number:
    """left % right, with the sign of left; left where right is zero."""
    if not right:
        return left
    quotient = exact(divide(left, right))
    whole = int(quotient)
    width = bits_of(left)
    part = round_to(exact(right) * round_to(Fraction(whole), width), width)
    return made(exact(left) - part, width)


def text_of(number: Number) -> str:
    """The number as Terraform prints it: digits, with neither exponent nor needless zeros."""
    if isinstance(number, Floated):
        number = int(shortest(Fraction(int(number)), FLOAT))
    if isinstance(number, MinusZero):
        return "-0"
    return str(int(number)) if isinstance(number, int) else format(number, "f")


def from_float(number: float) -> Number:
    """A number of 53 bits."""
    return made(Fraction(number), FLOAT)
