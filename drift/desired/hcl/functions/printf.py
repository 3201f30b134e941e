"""`format` and `formatlist`: Go's verbs over Terraform's values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from decimal import Context as DecimalContext
from typing import Final

from drift.desired.hcl import numbers
from drift.desired.hcl.convert import convert
from drift.desired.hcl.functions.encoding import quoted, to_json
from drift.desired.hcl.functions.lists import ANYTHING
from drift.desired.hcl.functions.registry import Context, over
from drift.desired.hcl.functions.strings import graphemes
from drift.desired.hcl.numbers import Number
from drift.desired.hcl.operators import normal
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of
from drift.desired.hcl.values import BOOL, NUMBER, STRING, NotKnown, Val, unknown

_VERB: Final = re.compile(
    r"%(?P<flags>[0#\-+ ]*)(?P<width>[1-9]\d*)?(?P<precision>\.\d*)?(?:\[(?P<index>[1-9]\d*)\])?(?P<mode>[A-Za-z])",
    re.ASCII,
)
_LARGEST: Final = 10_000
"""The widest field and the most digits that are written."""


@over("format", STRING, rest=ANYTHING, returns=STRING)
def format_text(context: Context, template: Val, *given: Val) -> Val:
    """Text in which each verb stands for an argument."""
    if not all(val.wholly_known and val.type.kind != "dynamic" for val in given):
        return unknown(STRING)  # null of no type: one version of Terraform writes it, another does not
    return Val(STRING, formatted(template.raw, given, context))


@over("formatlist", STRING, rest=ANYTHING, returns=list_of(STRING))
def formatlist(context: Context, template: Val, *given: Val) -> Val:
    """The same for each element of the lists among the arguments."""
    result = list_of(STRING)
    if not given:
        return Val(result, (Val(STRING, formatted(template.raw, (), context)),))
    columns: list[tuple[Val, ...] | None] = []
    for val in given:
        sequence = val.type.kind in ("list", "set", "tuple") and not val.is_null
        if (sequence and (not val.is_known or (val.type.kind == "set" and not val.wholly_known))) or (
            val.type.kind == "dynamic"
        ):
            return unknown(result)
        columns.append(val.raw if sequence else None)
    lengths = {len(column) for column in columns if column is not None}
    if len(lengths) > 1:
        raise Failure("the lists are not of one length")
    count = lengths.pop() if lengths else 1
    context.run.allow_items(count)
    rows = []
    for i in range(count):
        row = [val if column is None else column[i] for val, column in zip(given, columns, strict=True)]
        known = all(val.wholly_known for val in row)
        rows.append(Val(STRING, formatted(template.raw, row, context)) if known else unknown(STRING))
    return Val(result, tuple(rows))


def formatted(template: str, given: Sequence[Val], context: Context) -> str:
    """The text; `Failure` for a verb that is none, or whose argument is missing or of another type."""
    out: list[str] = []
    position, following, highest = 0, 1, 0
    while (percent := template.find("%", position)) >= 0:
        out.append(template[position:percent])
        if template.startswith("%%", percent):
            out.append("%")
            position = percent + 2
            continue
        match = _VERB.match(template, percent)
        if match is None:
            raise Failure("a % begins no verb")
        if (match["index"] and len(match["index"]) > 6) or len(match["width"] or "") > 6:
            raise NotKnown("a field wider than drift makes", STRING)
        number = int(match["index"] or following)
        if number > len(given):
            raise Failure(f"{match[0]} lacks its argument")
        highest, following = max(highest, number), number + 1
        out.append(_one(match, given[number - 1]))
        context.run.allow_text(sum(map(len, out[-3:])))
        position = match.end()
    if highest < len(given):
        raise Failure("there are more arguments than verbs")
    return normal("".join([*out, template[position:]]))


def _one(verb: re.Match[str], val: Val) -> str:
    mode = verb["mode"]
    width = int(verb["width"] or 0)
    precision = None if verb["precision"] is None else int(verb["precision"][1:] or 0)
    if width > _LARGEST or (precision or 0) > _LARGEST:
        raise NotKnown("a field wider than drift makes", STRING)
    flags = verb["flags"]
    if mode not in "vtbdoxXeEfgGsq":
        raise Failure(f"{verb[0]} is no verb")
    if mode == "v":
        return _pad(_as_is(val, "#" in flags), flags, width)
    if val.is_null:
        raise Failure(f"{verb[0]} cannot write null")
    if mode == "t":
        return "true" if convert(val, BOOL).raw else "false"
    if mode in "sq":
        text: str = convert(val, STRING).raw
        cut = "".join(graphemes(text)[:precision]) if precision else text
        return _pad(quoted(cut) if mode == "q" else cut, flags, width)
    number: Number = convert(val, NUMBER).raw
    if mode in "bdoxX":
        if not isinstance(number, int) and number != 0:
            raise Failure(f"{verb[0]} takes a whole number")
        return _integer(int(number), mode, flags, width, precision)
    return _float(number, mode, flags, width, precision)


def _as_is(val: Val, sharp: bool) -> str:
    if not sharp and isinstance(val.raw, str):
        return val.raw
    if not sharp and isinstance(val.raw, int | Decimal) and not isinstance(val.raw, bool):
        return _general(val.raw, None, "g", sharp=False)
    return to_json(val)


def _pad(text: str, flags: str, width: int) -> str:
    if not width:
        return text
    fill = ("0" if "0" in flags else " ") * (width - len(graphemes(text)))
    return text + fill if "-" in flags else fill + text


def _sign(negative: bool, flags: str) -> str:
    return "-" if negative else "+" if "+" in flags else " " if " " in flags else ""


def _integer(number: int, mode: str, flags: str, width: int, precision: int | None) -> str:
    digits = format(abs(number), mode)
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(mode, "") if "#" in flags else ""
    if precision == 0 and not number:
        return ""
    digits = digits.rjust(precision or 0, "0")
    sign = _sign(number < 0, flags) + prefix
    if "-" in flags:
        return (sign + digits).ljust(width)
    if "0" in flags and precision is None:
        return sign + digits.rjust(width - len(sign), "0")
    return (sign + digits).rjust(width)


def _float(number: Number, mode: str, flags: str, width: int, precision: int | None) -> str:
    negative = numbers.is_negative(number)
    size: Number = abs(number)  # type: ignore[assignment]
    if mode in "eE":
        text = _exponent(_digits(size, None if precision is None else precision + 1, default=7), mode)
    elif mode == "f":
        places = 6 if precision is None else precision
        text = format(_rounded(_exact(size), -places), "f")
    else:
        text = _general(size, precision, mode, sharp="#" in flags)
    sign = _sign(negative, flags)
    if "-" in flags:
        return (sign + text).ljust(width)
    if "0" in flags:
        return sign + text.rjust(width - len(sign), "0")
    return (sign + text).rjust(width)


def _exact(size: Number) -> Decimal:
    """All the digits of the float that the number stands for."""
    value = numbers.exact(size)
    context = DecimalContext(prec=max(value.denominator.bit_length(), 1) + value.numerator.bit_length() + 8)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def _rounded(value: Decimal, exponent: int) -> Decimal:
    precision = max(value.adjusted() - exponent + 2, 1) + 8
    return value.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_EVEN, DecimalContext(prec=max(precision, 1)))


def _digits(size: Number, count: int | None, default: int) -> tuple[str, int]:
    """So many digits, and the power of ten of the first."""
    wanted = default if count is None else count
    value = _exact(size)
    if not value:
        return "0" * wanted, 0
    rounded = _rounded(value, value.adjusted() - wanted + 1)
    if rounded.adjusted() > value.adjusted():
        rounded = _rounded(value, value.adjusted() - wanted + 2)
    return "".join(map(str, rounded.as_tuple().digits)), rounded.adjusted()


def _exponent(parts: tuple[str, int], mode: str) -> str:
    digits, power = parts
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}{'E' if mode in 'EG' else 'e'}{'-' if power < 0 else '+'}{abs(power):02d}"


def _general(number: Number, precision: int | None, mode: str, *, sharp: bool) -> str:
    """`%g`: with an exponent where it is smaller than -4 or not smaller than the precision."""
    if sharp:
        raise NotKnown("the # flag of %g", STRING)
    negative = numbers.is_negative(number)
    size: Number = abs(number)  # type: ignore[assignment]
    if precision is None:
        text = numbers.text_of(size).replace(".", "").strip("0") or "0"
        power = Decimal(size).adjusted() if size else 0
        limit = 6
    else:
        text, power = _digits(size, max(precision, 1), default=1)
        text = text.rstrip("0") or "0"
        limit = max(precision, 1)
        if limit > len(text) and len(text) >= power + 1:
            limit = len(text)
    if power < -4 or power >= limit:
        out = _exponent((text, power), mode)
    elif power < 0:
        out = "0." + "0" * (-power - 1) + text
    else:
        whole, fraction = text[: power + 1].ljust(power + 1, "0"), text[power + 1 :]
        out = f"{whole}.{fraction}" if fraction else whole
    return f"-{out}" if negative else out
