"""Functions of numbers."""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from drift.desired.hcl import numbers
from drift.desired.hcl.functions.registry import Context, function, over
from drift.desired.hcl.functions.strings import whole
from drift.desired.hcl.numbers import Counted, Number
from drift.desired.hcl.run import Failure
from drift.desired.hcl.values import DYNAMIC, NUMBER, STRING, NotKnown, Val

_DIGITS: Final = string.digits + string.ascii_lowercase + string.ascii_uppercase


@function("abs", NUMBER, returns=NUMBER)
def absolute(context: Context, number: Number) -> Number:
    """The number without its sign."""
    return numbers.negate(number) if numbers.is_negative(number) else number


def _rounded(number: Number, how: Callable[[Fraction], int]) -> Number:
    return numbers.made(Fraction(how(numbers.exact(number))), numbers.bits_of(number))


@function("ceil", NUMBER, returns=NUMBER)
def ceil(context: Context, number: Number) -> Number:
    """The whole number above."""
    return _rounded(number, math.ceil)


@function("floor", NUMBER, returns=NUMBER)
def floor(context: Context, number: Number) -> Number:
    """The whole number below."""
    return _rounded(number, math.floor)


@function("max", rest=NUMBER, returns=NUMBER)
def largest(context: Context, *given: Number) -> Number:
    """The largest of them."""
    if not given:
        raise Failure("at least one number is needed")
    return max(given, key=numbers.exact)


@function("min", rest=NUMBER, returns=NUMBER)
def smallest(context: Context, *given: Number) -> Number:
    """The smallest of them."""
    if not given:
        raise Failure("at least one number is needed")
    return min(given, key=numbers.exact)


@function("signum", NUMBER, returns=NUMBER)
def signum(context: Context, number: Number) -> Number:
    """-1, 0 or 1."""
    value = whole(number)
    return Counted((value > 0) - (value < 0))


@over("parseint", DYNAMIC, NUMBER, returns=NUMBER)
def parseint(context: Context, text: Val, base: Val) -> Val:
    """The whole number that the text is in that base."""
    if text.type != STRING:
        raise Failure("the first argument must be text")
    return Val(NUMBER, _parsed(text.raw, whole(base.raw, "the base")))


def _parsed(text: str, radix: int) -> Number:
    if not 2 <= radix <= 62:
        raise Failure("the base must be between 2 and 62")
    digits = text[1:] if text[:1] in ("+", "-") else text
    if len(digits) > 5000:
        raise NotKnown("the number is too large", NUMBER)
    value = 0
    for char in digits:
        digit = _DIGITS.find(char.lower() if radix <= 36 else char)
        if not 0 <= digit < radix:
            raise Failure(f"this is no whole number of base {radix}")
        value = value * radix + digit
    if not digits:
        raise Failure("a number has digits")
    value = -value if text.startswith("-") else value
    return Counted(value) if value.bit_length() <= numbers.COUNT else numbers.canonical(value)


@function("pow", NUMBER, NUMBER, returns=NUMBER)
def power(context: Context, base: Number, exponent: Number) -> Number:
    """A float of 53 bits, multiplied as Go multiplies it."""
    x, y = _float(base), _float(exponent)
    if y == 0 or x == 1:
        return numbers.from_float(1.0)
    if y == 1:
        return numbers.from_float(x)
    if y in (0.5, -0.5) and x >= 0:
        return numbers.from_float(math.sqrt(x) if y > 0 else 1 / math.sqrt(x))
    if x < 0 and not float(y).is_integer():
        raise Failure("this power does not exist")
    if x == 0 or not float(y).is_integer() or abs(y) >= 1 << 63:
        raise NotKnown("this power's last digits are not known", NUMBER)
    return numbers.from_float(_whole_power(x, y))


def _whole_power(x: float, y: float) -> float:
    """x**y for a whole y: by squaring of mantissas, with a rounding at each step."""
    answer, scale = 1.0, 0
    mantissa, exponent = math.frexp(x)
    count = int(abs(y))
    while count:
        if not -(1 << 12) <= exponent <= 1 << 12:
            scale += exponent
            break
        if count & 1:
            answer *= mantissa
            scale += exponent
        mantissa *= mantissa
        exponent <<= 1
        if mantissa < 0.5:
            mantissa += mantissa
            exponent -= 1
        count >>= 1
    if y < 0:
        answer, scale = 1 / answer, -scale
    try:
        return math.ldexp(answer, scale)
    except OverflowError:
        raise NotKnown("the power is infinite", NUMBER) from None


@function("log", NUMBER, NUMBER, returns=NUMBER)
def log(context: Context, number: Number, base: Number) -> Number:
    """A float of 53 bits."""
    x, b = _float(number), _float(base)
    if x < 0 or b < 0 or (x == 0 and b == 0):
        raise Failure("this logarithm does not exist")
    if x == 0 or b in (0, 1):
        raise NotKnown("the logarithm is infinite or nothing", NUMBER)
    return numbers.from_float(natural_log(x) / natural_log(b))


_L1: Final = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def natural_log(x: float) -> float:
    """The logarithm as Go computes it (the reduction and polynomial of fdlibm), which libm's may differ from."""
    mantissa, exponent = math.frexp(x)
    if mantissa < math.sqrt(2) / 2:
        mantissa *= 2
        exponent -= 1
    f, k = mantissa - 1, float(exponent)
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    t1 = s2 * (_L1[0] + s4 * (_L1[2] + s4 * (_L1[4] + s4 * _L1[6])))
    t2 = s4 * (_L1[1] + s4 * (_L1[3] + s4 * _L1[5]))
    r = t1 + t2
    half = 0.5 * f * f
    return k * 6.93147180369123816490e-01 - ((half - (s * (half + r) + k * 1.90821492927058770002e-10)) - f)


def _float(number: Number) -> float:
    try:
        return float(numbers.exact(number))
    except OverflowError:
        raise NotKnown("the number is too large", NUMBER) from None
