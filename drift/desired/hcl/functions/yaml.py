"""`yamlencode` and `yamldecode`, in the dialect of Terraform's library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from drift.desired.hcl import numbers
from drift.desired.hcl.convert import convert, keys_in_order
from drift.desired.hcl.functions.encoding import decode_base64
from drift.desired.hcl.functions.lists import ANYTHING
from drift.desired.hcl.functions.registry import Context, over
from drift.desired.hcl.operators import normal
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import object_val, tuple_val
from drift.desired.hcl.values import BOOL, NUMBER, STRING, NotKnown, TooMuch, Val, null, unknown
from drift.model.bounds import YAML_CHARACTERS

_ESCAPES: Final = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


@over("yamlencode", ANYTHING, returns=STRING)
def yamlencode(context: Context, of: Val) -> Val:
    """The value as YAML, in block style."""
    context.run.allow_parts(of)
    if not of.wholly_known:
        return unknown(STRING)
    writer = _Writer()
    writer.value(of, -2)
    plain = not isinstance(of.raw, str | tuple | Mapping)
    return Val(STRING, "".join(writer.out) + ("\n...\n" if plain else "\n"))


class _Writer:
    """Text that is written, and the column it has come to."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.column = 0

    def put(self, text: str) -> None:
        """Write text without breaks."""
        self.out.append(text)
        self.column += len(text)

    def start(self, indent: int) -> None:
        """Begin a line."""
        self.out.append("\n" + " " * indent)
        self.column = indent

    def value(self, val: Val, indent: int) -> None:
        """A value within a block of that indentation, where it is to stand."""
        if isinstance(val.raw, Mapping) and val.raw:
            self.mapping(val.raw, indent + 2)
        elif isinstance(val.raw, tuple) and val.raw:
            self.sequence(val.raw, indent + 2)
        elif isinstance(val.raw, str):
            self.text(val.raw, max(indent, 0) + 2)
        else:
            self.put(_scalar(val))

    def mapping(self, fields: Mapping[str, Val], indent: int) -> None:
        """Keys and values, one below the other."""
        for position, name in enumerate(keys_in_order(fields)):
            if "\n" in name or len(name) > 100:
                raise NotKnown("a key that is no simple one", STRING)
            if position:
                self.start(indent)
            self.put(f'"{"".join(map(_escaped, name))}":')
            val = fields[name]
            if isinstance(val.raw, Mapping) and val.raw:
                self.start(indent + 2)
                self.mapping(val.raw, indent + 2)
            elif isinstance(val.raw, tuple) and val.raw:
                self.start(indent)
                self.sequence(val.raw, indent)
            else:
                self.put(" ")
                self.value(val, indent)

    def sequence(self, items: tuple[Val, ...], indent: int) -> None:
        """Elements, each behind its dash."""
        for position, item in enumerate(items):
            if position:
                self.start(indent)
            self.put("- ")
            self.value(item, indent)

    def text(self, text: str, indent: int) -> None:
        """Literal where it has lines of its own, else quoted and folded after column 80."""
        if "\n" in text and _fits_literal(text):
            hint = "2" if text.startswith((" ", "\n")) else ""
            end = "-" if not text.endswith("\n") else "+" if text == "\n" or text.endswith("\n\n") else ""
            self.put(f"|{hint}{end}")
            for line in text.removesuffix("\n").split("\n"):
                self.start(indent if line else 0)
                self.put(line)
            return
        self.put('"')
        after_space = False
        for position, char in enumerate(text):
            if char == " " and not after_space and self.column > 80 and 0 < position < len(text) - 1:
                self.start(indent)
                if text[position + 1] == " ":
                    self.put("\\")
            else:
                self.put(_escaped(char))
            after_space = char == " "
        self.put('"')


def _fits_literal(text: str) -> bool:
    """Whether the emitter writes it in literal style: nothing special, no space before a break or at the end."""
    return not re.search(r" (?:\n|\Z)", text) and all(char == "\n" or _printable(char) for char in text)


def _printable(char: str) -> bool:
    code = ord(char)
    if 0xA0 <= code <= 0xD7FF:
        return char not in "\u2028\u2029"
    return 0x20 <= code <= 0x7E or (0xE000 <= code <= 0xFFFD and code != 0xFEFF)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if _printable(char):
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _scalar(val: Val) -> str:
    raw = val.raw
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Mapping):
        return "{}"
    return "[]" if isinstance(raw, tuple) else numbers.text_of(raw)


# decoding

_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INFINITE: Final = frozenset(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF"))
_WHOLE: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DAY: Final = r"([1-9]\d{3})-(\d\d?)-(\d\d?)"
_TIME: Final = r"(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?"
_DATES: Final = tuple(
    re.compile(pattern, re.ASCII) for pattern in (_DAY, f"{_DAY} {_TIME}", f"{_DAY}[Tt]{_TIME}(Z|[+-]\\d\\d:\\d\\d)")
)


@over("yamldecode", STRING)
def yamldecode(context: Context, of: Val) -> Val:
    """The value that one document of YAML writes."""
    import yaml

    if len(of.raw) > YAML_CHARACTERS.most:
        raise TooMuch(f"characters of YAML: {YAML_CHARACTERS.beyond}")
    context.run.spend(len(of.raw))
    try:
        events = iter(list(yaml.parse(of.raw or "\n", Loader=yaml.SafeLoader)))
    except yaml.YAMLError:
        raise Failure("this is not YAML") from None
    except RecursionError:
        raise NotKnown("the YAML is nested too deeply") from None
    next(events)
    if not isinstance(next(events), yaml.DocumentStartEvent):
        raise Failure("there is no document")
    val = _Reader(events, context).value()
    next(events)
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise Failure("there is more than one document")
    return val


class _Reader:
    """Events become values; anchors are values too, and count as often as they are used."""

    def __init__(self, events: Iterator[Any], context: Context) -> None:
        self.events = events
        self.context = context
        self.anchors: dict[str, Val | None] = {}
        self.sizes: dict[int, int] = {}

    def value(self, event: Any = None) -> Val:
        """The value that begins at this event, or the next."""
        import yaml

        event = event if event is not None else next(self.events)
        anchor = event.anchor
        if isinstance(event, yaml.AliasEvent):
            found = self.anchors.get(event.anchor)
            if found is None:
                raise Failure(f"there is no anchor {event.anchor}")
            self._count(found)
            return found
        if anchor:
            self.anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            val = resolve(event.tag, event.value, event.style or "")
        elif isinstance(event, yaml.SequenceStartEvent):
            if event.tag not in (None, _TAG + "seq"):
                raise Failure("this tag is none of a sequence")
            items = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.value(event))
            val = tuple_val(items)
        else:
            val = self._mapping(event)
        if anchor:
            self.anchors[anchor] = val
        return self._count(val)

    def _count(self, val: Val) -> Val:
        """Charge a value for all that is in it, however often an alias repeats it."""
        size = self.sizes.get(id(val))
        if size is None:
            parts = val.raw.values() if isinstance(val.raw, Mapping) else val.raw if isinstance(val.raw, tuple) else ()
            size = 1 + sum(self.sizes.get(id(part), 1) for part in parts)
            self.sizes[id(val)] = size
        self.context.run.allow_items(size)
        return val

    def _mapping(self, event: Any) -> Val:
        import yaml

        if event.tag not in (None, _TAG + "map"):
            raise Failure("this tag is none of a mapping")
        fields: dict[str, Val] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise Failure("a key must be text")
            if (event.tag is None and event.value == "<<") or event.tag == _TAG + "merge":
                fields.update(_merged(self.value()))
                continue
            key = convert(resolve(event.tag, event.value, event.style or ""), STRING)
            if key.is_null:
                raise Failure("a key is null")
            fields[key.raw] = self.value()
        return object_val(fields)


def _merged(val: Val) -> dict[str, Val]:
    if isinstance(val.raw, Mapping):
        return dict(val.raw)
    if isinstance(val.raw, tuple):
        raise NotKnown("Terraform's versions differ in merging several mappings")
    raise Failure("only mappings can be merged into one")


def resolve(tag: str | None, text: str, style: str) -> Val:
    """What a scalar means: quoted it is text, plain a word, a number, a date, or text."""
    short = (tag or "").removeprefix(_TAG)
    if short not in ("", "str", "bool", "int", "float", "null", "timestamp", "binary"):
        raise Failure(f"the tag {tag} is not supported")
    if short not in ("str", "binary") and (not text or text[0] in "+-.0123456789yYnNtTfFoO~"):
        if style in ("'", '"'):
            return Val(STRING, normal(text))
        found = _plain(short, text)
        if found is not None:
            return found
    return _tagged(short, text)


def _plain(short: str, text: str) -> Val | None:
    if text in _WORDS:
        word = _WORDS[text]
        return null() if word is None else Val(BOOL, word)
    if text in _INFINITE:
        raise NotKnown("an infinite number")
    if not short and text in (".nan", ".NaN", ".NAN"):
        raise Failure("NaN is no number")
    if text[0] == ".":
        return _number(text) if _FLOAT.fullmatch(text) else None
    if text[0] in "+-0123456789":
        if short in ("", "timestamp") and (date := _date(text)) is not None:
            return date
        if _WHOLE.fullmatch(text) or _FLOAT.fullmatch(text):
            return _number(text)
    return None


def _number(text: str) -> Val:
    plain = text.replace("_", "")
    try:
        return Val(NUMBER, numbers.parse(plain))
    except ValueError:
        pass
    except OverflowError as error:
        raise NotKnown(str(error)) from None
    for prefix, base in (("0x", 16), ("0o", 8)):
        if plain.startswith(prefix) and 0 <= (value := int(plain[2:], base)) < 1 << 64:
            return Val(NUMBER, numbers.Counted(value))
    raise Failure("this is no number")


def _date(text: str) -> Val | None:
    """The timestamp that a plain scalar is; None where it is none."""
    match = next((found for pattern in _DATES if (found := pattern.fullmatch(text))), None)
    if match is None:
        return None
    try:
        when = datetime(*map(int, match.groups()[:6]), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    zone = match[7] if match.re.groups == 7 else "Z"
    return Val(STRING, f"{when:%Y-%m-%dT%H:%M:%S}{'Z' if zone[1:] == '00:00' else zone}")


def _tagged(short: str, text: str) -> Val:
    if short in ("", "str"):
        return Val(STRING, normal(text))
    if short == "binary":
        decode_base64(text)
        return Val(STRING, text)
    if short == "null":
        return null()
    if short in ("int", "float"):
        return _number(text)
    if short == "bool" and isinstance(_WORDS.get(text), bool):
        return Val(BOOL, _WORDS[text])
    raise Failure(f"this is no {short}")
