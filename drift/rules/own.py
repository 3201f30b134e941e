"""The user's own rules, in a YAML or TOML file. Their conditions are CEL expressions.

CEL (Common Expression Language, cel.dev) has no unbounded loops and no side effects; Kubernetes policies use it too. It
is installed by the extra `rules`. docs/own-rules.md documents the file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift import installation
from drift.errors import CatalogError
from drift.model import bounds
from drift.model.bounds import CONDITION, CONDITION_STEPS, SETTINGS_DEPTH, SETTINGS_NODES
from drift.model.drift import SEVERITIES
from drift.model.value import Hidden, plain
from drift.provider.catalog import Catalog
from drift.rules.spec import THEMES, Fail, Found, Rule
from drift.rules.subject import Subject
from drift.rules.world import Unknown

SIDE = "resource"
"""The variable for one side. The condition is evaluated on both sides, which gives the effect of the drift."""
WHOLE = ("desired", "actual", "changes", "kind")
"""Variables for the drift itself. A failure is then introduced by the drift."""
KEYS = frozenset(
    ("id", "title", "severity", "theme", "meaning", "message", "remedy", "types", "fails", "neighbours", "references",
     "when_missing", "implies", "tests")
)  # fmt: skip

TEST_KEYS = frozenset(("name", "type", "expect", "kind", "resource", "desired", "actual", "neighbours"))
FUNCTIONS = frozenset(
    ("size", "startsWith", "endsWith", "contains", "matches", "string", "int", "uint", "double", "bytes", "type", "dyn",
     "duration", "timestamp", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
     "getHours", "getMinutes", "getSeconds", "getMilliseconds", "has", "all", "exists", "exists_one", "existsOne",
     "map", "filter", "optional.of", "optional.none", "orValue", "or", "hasValue", "value")
)  # fmt: skip
"""What a condition may call: CEL's standard functions and macros, as far as the interpreter supports them."""


@dataclass(frozen=True, slots=True)
class Case:
    """A test in the file."""

    name: str
    rule: Rule
    type: str
    expect: str
    """`fail`, `pass` or `unknown`."""
    kind: str
    desired: Mapping[str, Any]
    actual: Mapping[str, Any]
    neighbours: Mapping[str, Sequence[Mapping[str, Any]]]
    place: str


@dataclass(frozen=True, slots=True)
class Own:
    """The content of a file."""

    rules: tuple[Rule, ...]
    cases: tuple[Case, ...] = field(default=())


def read(file: Path, catalog: Catalog, taken: Mapping[str, str] | None = None) -> Own:
    """The rules of a file; CatalogError with file, line and rule.

    `taken` maps each id that is already in use to its user: `a rule of drift`.
    """
    used = dict(taken or {})
    try:
        text = bounds.text(file, bounds.RULES_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise CatalogError(f"{file}: cannot be read: {why}", "Give --rules-file a file of YAML or TOML.") from None
    found = _parsed(file, text)
    entries = found.get("rules") if isinstance(found, Mapping) else None
    if not isinstance(entries, list):
        raise CatalogError(f"{file}: it has no list `rules`", "See docs/own-rules.md.")
    rules, cases = [], []
    for number, entry in enumerate(entries, 1):
        place = _Place(file, text, number, str(entry.get("id") or "") if isinstance(entry, Mapping) else "")
        rule = _rule(entry, catalog, place)
        if rule.id in used:
            raise place.error(
                f"its id is already used by {used[rule.id]}", "Choose another id: reports refer to rules by id."
            )
        used[rule.id] = f"another rule: {place}"
        rules.append(rule)
        cases += list(_cases(entry, rule, catalog, place))
    return Own(tuple(rules), tuple(cases))


@dataclass(frozen=True, slots=True)
class _Place:
    file: Path
    text: str
    number: int
    id: str

    def __str__(self) -> str:
        line = self._lines()[0]
        return f"{self.file}{f':{line}' if line else ''}: rule {self.id or self.number}"

    def _lines(self) -> tuple[int, int]:
        """The line of the rule's id, and the last line before the next rule; 0 if unknown."""
        lines = self.text.splitlines()
        begins = [n for n, line in enumerate(lines, 1) if re.search(r"""\bid\b["']?\s*[:=]""", line)]
        first = [n for n in begins if self.id and self._names(lines[n - 1])]
        # if two rules have the same id, the error is about the later one
        here = first[-1] if first and self.number >= len(begins) else next(iter(first), 0)
        return here, next((n - 1 for n in begins if n > here), len(lines))

    def at(self, word: str) -> str:
        """The place of a word of the rule: file, line and column; or the line where the rule begins."""
        first, last = self._lines()
        lines = self.text.splitlines()
        for number in range(max(first, 1), last + 1):
            found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lines[number - 1])
            if found:
                return f"{self.file}:{number}:{found.start() + 1}: rule {self.id or self.number}"
        return str(self)

    def unknown(self, what: str, word: str, known: Iterable[str], hint: str) -> CatalogError:
        """An error that says that something is unknown, with its place and a suggestion."""
        near = difflib.get_close_matches(word, list(known), 3, 0.6)
        told = f"Did you mean {', '.join(near)}?" if near else hint
        return CatalogError(f"{self.at(word)}: {what} {word!r}", told)

    def _names(self, line: str) -> bool:
        return re.search(rf"""\bid\b["']?\s*[:=]\s*["']?{re.escape(self.id)}["']?\s*(#|$|,)""", line) is not None

    def error(self, what: str, hint: str = "See docs/own-rules.md.") -> CatalogError:
        return CatalogError(f"{self}: {what}", hint)


def _parsed(file: Path, text: str) -> Any:
    import yaml

    try:
        found = tomllib.loads(text) if file.suffix == ".toml" else _of_yaml(file, text)
        if _depth(found) > SETTINGS_DEPTH.most:
            raise CatalogError(f"{file}: it nests {SETTINGS_DEPTH.beyond}", SETTINGS_DEPTH.hint)
        return found
    except RecursionError:
        raise CatalogError(f"{file}: it nests {SETTINGS_DEPTH.beyond}", "See docs/own-rules.md.") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{file}: is not TOML: {error}", "See docs/own-rules.md.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be parsed"
        raise CatalogError(f"{file}{where}: is not YAML: {problem}", "See docs/own-rules.md.") from None


def _of_yaml(file: Path, text: str) -> Any:
    """The document; CatalogError if it has more values than its bound, with aliases expanded."""
    import yaml

    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None and _nodes(node, {}) > SETTINGS_NODES.most:
            raise CatalogError(f"{file}: the values in it are {SETTINGS_NODES.beyond}", SETTINGS_NODES.hint)
        return loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _depth(value: Any) -> int:
    """The nesting depth of a value, computed level by level, because recursion would fail for deep values."""
    depth, level = 0, [value]
    while level and depth <= SETTINGS_DEPTH.most:
        collections = (v.values() if isinstance(v, Mapping) else v for v in level if isinstance(v, Mapping | list))
        level = [inner for values in collections for inner in values]
        depth += 1
    return depth


def _nodes(node: Any, known: dict[int, int]) -> int:
    """The number of values in a YAML node, with aliases expanded."""
    if not isinstance(node.value, list):
        return 1
    if id(node) not in known:
        known[id(node)] = SETTINGS_NODES.most + 1  # a value that contains itself is infinite
        inner = (n for one in node.value for n in (one if isinstance(one, tuple) else (one,)))
        known[id(node)] = 1 + sum(_nodes(n, known) for n in inner)
    return known[id(node)]


def _rule(entry: Any, catalog: Catalog, place: _Place) -> Rule:
    if not isinstance(entry, Mapping):
        raise place.error("is not a table")
    strange = sorted(str(k) for k in entry if k not in KEYS)
    if strange:
        raise place.unknown("has no key", strange[0], KEYS, f"There are: {', '.join(sorted(KEYS))}.")
    for key in ("id", "title", "severity", "types", "fails"):
        if not entry.get(key):
            raise place.error(f"has no {key}")
    if entry["severity"] not in SEVERITIES:
        raise place.error(f"unknown severity {entry['severity']!r}", f"There are: {', '.join(SEVERITIES)}.")
    theme = entry.get("theme", "hygiene")
    if theme not in THEMES:
        raise place.error(f"unknown theme {theme!r}", f"There are: {', '.join(THEMES)}.")
    types = _texts(entry["types"], place, "types")
    near = _near(entry.get("neighbours") or {}, place)
    expression = _Expression(str(entry["fails"]), place)
    reads = expression.reads()
    _proved(expression, types, near, catalog, place)
    return Rule(
        id=str(entry["id"]),
        title=str(entry["title"]),
        severity=entry["severity"],
        theme=theme,
        meaning=str(entry.get("meaning") or entry["title"]),
        remedy=str(entry.get("remedy") or ""),
        types=types,
        judge=_Judge(expression, near, str(entry.get("message") or "")),
        reads=tuple(sorted(reads - {"id"})),
        near=tuple(near),
        references=_texts(entry.get("references") or (), place, "references"),
        when_missing=types if entry.get("when_missing") else (),
        implies=_texts(entry.get("implies") or (), place, "implies"),
        of_drift=expression.whole,
    )


def _proved(
    expression: _Expression,
    types: Sequence[str],
    near: Mapping[str, Sequence[str]],
    catalog: Catalog,
    place: _Place,
) -> None:
    """Raises an error if the rule names a type or an attribute that does not exist, or an unnamed neighbour."""
    for type_ in (*types, *near):
        if type_ not in catalog:
            raise place.unknown("unknown type", type_, catalog, "`drift catalog` lists them.")
    for type_, names in near.items():
        _told(type_, names, "neighbours", catalog, place)
    for type_ in sorted(expression.neighbours() - near.keys()):
        raise place.unknown(
            "fails: looks at neighbours that it does not name:", type_, near, "Name the type under `neighbours`."
        )
    for type_ in types:
        _told(type_, sorted(expression.reads()), "fails", catalog, place)


def _near(neighbours: Any, place: _Place) -> dict[str, tuple[str, ...]]:
    """Type of a neighbour -> the attributes to read of it."""
    if isinstance(neighbours, Mapping):
        return {str(t): _texts(a or (), place, f"what is read of {t}") for t, a in neighbours.items()}
    return dict.fromkeys(_texts(neighbours, place, "neighbours"), ())


def _told(type_: str, names: Iterable[str], key: str, catalog: Catalog, place: _Place) -> None:
    """Raises where a type has no attribute of one of these names."""
    known = {"id", *catalog[type_].attributes, *catalog[type_].computed}
    for name in names:
        if name not in known:
            hint = "`drift catalog --verbose` names them."
            raise place.unknown(f"{key}: {type_} has no attribute", name, known, hint)


def _texts(value: Any, place: _Place, key: str) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not all(isinstance(v, str) for v in several):
        raise place.error(f"{key} must be a string, or a list of strings")
    return tuple(several)


class _Expression:
    """A compiled condition."""

    def __init__(self, text: str, place: _Place) -> None:
        try:
            import cel
        except ImportError:
            raise CatalogError(
                f"{place}: conditions need CEL, which is not installed", installation.hint("rules")
            ) from None
        if len(text) > CONDITION.most:
            raise place.error(f"fails: its characters are {CONDITION.beyond}", CONDITION.hint)
        try:
            self.program = cel.compile(text)
        except ValueError as error:
            where = re.search(r"<input>:(\d+):(\d+): (.*)", str(error))
            what = f"{where[1]}:{where[2]}: {where[3]}" if where else str(error)
            raise place.error(f"fails: {what}", "CEL is described at cel.dev.") from None
        strange = sorted(f for f in self.program.functions() if re.match(r"[A-Za-z]", f) and f not in FUNCTIONS)
        if strange:
            listed = f"There are: {', '.join(sorted(FUNCTIONS))}."
            raise place.unknown("fails: unknown function", strange[0], FUNCTIONS, listed)
        self.text = text
        self.loops = _loops(text)
        roots = {v for v in self.program.variables() if re.search(rf"(?<![\w.]){v}\b", text)}
        self.whole = bool(roots & set(WHOLE))
        if self.whole and SIDE in roots:
            raise place.error(f"fails: uses {SIDE} together with {', '.join(sorted(roots & set(WHOLE)))}")
        if not self.whole and SIDE not in roots and "neighbours" not in roots:
            raise place.error(f"fails: uses none of {SIDE}, {', '.join(WHOLE)}, neighbours")

    def reads(self) -> set[str]:
        """The attributes that the condition names."""
        dotted = re.findall(rf"(?<![\w.])(?:{SIDE}|desired|actual)\.(?:\?)?(\w+)", self.text)
        quoted = re.findall(rf"(?<![\w.])(?:{SIDE}|desired|actual)\[\s*[\"'](\w+)[\"']\s*\]", self.text)
        return {*dotted, *quoted}

    def neighbours(self) -> set[str]:
        """The types of neighbours that it looks at."""
        dotted = re.findall(r"(?<![\w.])neighbours\.(?:\?)?(\w+)", self.text)
        quoted = re.findall(r"(?<![\w.])neighbours\[\s*[\"'](\w+)[\"']\s*\]", self.text)
        return {*dotted, *quoted} - set(FUNCTIONS)


def _loops(text: str) -> int:
    """The nesting depth of loops in a condition; loops inside strings count too."""
    deepest, open_ = 0, [False]
    for loop, bracket in re.findall(r"(\.\s*(?:all|exists|exists_one|existsOne|map|filter)\s*\()|([()])", text):
        if loop or bracket == "(":
            open_.append(bool(loop))
            deepest = max(deepest, sum(open_))
        elif len(open_) > 1:
            open_.pop()
    return deepest


def _longest(value: Any) -> int:
    """The size of the largest collection in a value."""
    if not isinstance(value, Mapping | list | tuple):
        return 1
    elements = value.values() if isinstance(value, Mapping) else value
    return max((len(value), *map(_longest, elements)))


class _Judge:
    """The function of such a rule."""

    def __init__(self, expression: _Expression, near: Mapping[str, Sequence[str]], message: str) -> None:
        self._expression = expression
        self._near = near
        self._message = message

    def __call__(self, it: Subject) -> Found:
        reads = self._expression.reads()
        values: dict[str, Any] = {
            "neighbours": {t: [_plain(n, names) for n in it.near(t)] for t, names in self._near.items()},
        }
        if self._expression.whole:
            drift = it.drift
            if drift is None:
                raise Unknown("this resource has not drifted")
            values["kind"] = drift.kind
            values["changes"] = [
                {"path": c.path, "desired": _shown(c.desired), "actual": _shown(c.actual),
                 "added": [_shown(v) for v in c.added], "removed": [_shown(v) for v in c.removed]}
                for c in drift.changes
            ]  # fmt: skip
            values["actual"] = _plain(it, reads) if drift.actual is not None else None
            values["desired"] = _desired(it, reads) if drift.desired is not None else None
        else:
            values[SIDE] = _plain(it, reads)
        rounds = max(_longest(values), self._expression.text.count(",") + 1) ** self._expression.loops
        if self._expression.loops > 1 and rounds > CONDITION_STEPS.most:
            raise Unknown(f"its nested loops may take {CONDITION_STEPS.beyond}")
        found = self._expression.program.execute(values)
        if not isinstance(found, bool):
            raise TypeError(f"the condition returns {type(found).__name__}, not true or false")
        return Fail(self._message or "its condition holds") if found else None


def _plain(it: Subject, names: Sequence[str] | set[str]) -> dict[str, Any]:
    known = {name: _shown(it[name]) for name in sorted(names) if name != "id"}
    return {**known, "id": it.id}


def _desired(it: Subject, names: set[str]) -> dict[str, Any]:
    desired = it.drift.desired if it.drift else None
    attributes = desired.attributes if desired else {}
    lost = sorted(n for n in names if n != "id" and n not in attributes)
    if lost:
        raise Unknown(f"the state does not contain {lost[0]}")
    return {**{n: _shown(attributes[n]) for n in names if n != "id"}, "id": desired.id if desired else ""}


def _shown(value: Any) -> Any:
    return value.reveal() if isinstance(value, Hidden) else plain(value)


def _cases(entry: Mapping[str, Any], rule: Rule, catalog: Catalog, place: _Place) -> Iterator[Case]:
    for number, test in enumerate(entry.get("tests") or (), 1):
        if not isinstance(test, Mapping) or test.get("expect") not in ("fail", "pass", "unknown"):
            raise place.error(f"test {number}: `expect` must be fail, pass or unknown")
        strange = sorted(set(test) - TEST_KEYS)
        if strange:
            raise place.unknown(
                f"test {number}: has no key", strange[0], TEST_KEYS, f"There are: {', '.join(sorted(TEST_KEYS))}."
            )
        actual = test.get("actual") or test.get("resource") or {}
        type_ = str(test.get("type") or rule.types[0])
        described = catalog.get(type_)
        if described is None:
            raise place.unknown(f"test {number}: unknown type", type_, catalog, "`drift catalog` lists them.")
        known = {"id", *described.attributes, *described.computed}
        for name in (*actual, *(test.get("desired") or {})):
            if name not in known:
                raise place.unknown(
                    f"test {number}: {type_} has no attribute", name, known, "`drift catalog --verbose` names them."
                )
        _check_neighbours(test.get("neighbours") or {}, rule, catalog, place, number)
        yield Case(
            name=str(test.get("name") or f"test {number}"),
            rule=rule,
            type=type_,
            expect=str(test["expect"]),
            kind=str(test.get("kind") or ("modified" if test.get("desired") else "unmanaged")),
            desired=test.get("desired") or {},
            actual=actual,
            neighbours=test.get("neighbours") or {},
            place=f"{place}, test {number}",
        )


def _check_neighbours(given: Any, rule: Rule, catalog: Catalog, place: _Place, number: int) -> None:
    if not isinstance(given, Mapping) or not all(isinstance(v, list) for v in given.values()):
        raise place.error(f"test {number}: neighbours must be a map from type to a list of resources")
    for type_, several in given.items():
        if type_ not in rule.near:
            raise place.unknown(
                f"test {number}: the rule has no neighbours of the type", str(type_), rule.near,
                "Name it under the rule's `neighbours`.",
            )  # fmt: skip
        known = {"id", *catalog[type_].attributes, *catalog[type_].computed}
        for attributes in several:
            for name in attributes if isinstance(attributes, Mapping) else ():
                if name not in known:
                    raise place.unknown(
                        f"test {number}: {type_} has no attribute", name, known, "`drift catalog --verbose` names them."
                    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of rules, for editors."""
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    either = {"anyOf": [text, texts]}
    test = {
        "name": text,
        "type": {**text, "description": "The type that is tested, where the rule is about several."},
        "expect": {"enum": ["fail", "pass", "unknown"]},
        "kind": {"enum": ["modified", "missing", "unmanaged"]},
        "resource": {"type": "object", "description": "The attributes, as a state has them."},
        "desired": {"type": "object"},
        "actual": {"type": "object"},
        "neighbours": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}},
    }
    rule_ = {
        "id": {**text, "description": "What reports, --rules and exemptions name it by."},
        "title": {**text, "description": "What is wrong where it fails."},
        "severity": {"enum": list(SEVERITIES)},
        "theme": {"enum": list(THEMES)},
        "meaning": {**text, "description": "Why that matters."},
        "message": {**text, "description": "The evidence in the report; a fixed text, so that it shows no value."},
        "remedy": {**text, "description": "What to do about it."},
        "types": {**either, "description": "The Terraform types that it judges."},
        "fails": {**text, "description": "The condition, in CEL (cel.dev): true where it fails."},
        "neighbours": {
            "description": "Types beside the resource that the condition looks at; a map names the attributes to read.",
            "anyOf": [text, texts, {"type": "object", "additionalProperties": {"anyOf": [texts, {"type": "null"}]}}],
        },
        "references": either,
        "when_missing": {"type": "boolean", "description": "Whether the loss of one that passes is a finding."},
        "implies": {**either, "description": "Rules that are silent where this one fails."},
        "tests": {
            "type": "array",
            "items": {"type": "object", "properties": test, "required": ["expect"], "additionalProperties": False},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of one's own for drift",
        "type": "object",
        "required": ["rules"],
        "properties": {
            "rules": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": rule_,
                    "required": ["id", "title", "severity", "types", "fails"],
                    "additionalProperties": False,
                },
            }
        },
    }


def beginning(id_: str, type_: str, catalog: Catalog) -> str:
    """The text of a file with one example rule and passing tests; CatalogError for an unknown type."""
    entry = catalog.get(type_)
    if entry is None:
        near = difflib.get_close_matches(type_, list(catalog), 3, 0.6)
        hint = f"Did you mean {', '.join(near)}?" if near else "`drift catalog` lists them."
        raise CatalogError(f"unknown type {type_!r}", hint)
    tagged = "tags" in entry.attributes
    attribute = "tags" if tagged else next((n for n in (entry.label, *entry.attributes) if n in entry.attributes), "id")
    condition = "!has(resource.tags.Owner)" if tagged else f"resource.{attribute} == 'unwanted'"
    bad, good = ("{ tags: {} }", "{ tags: { Owner: team } }") if tagged else (
        f"{{ {attribute}: unwanted }}", f"{{ {attribute}: wanted }}")  # fmt: skip
    title = "Nobody is named as the owner" if tagged else f"The {attribute} is unwanted"
    return f"""# Its form: docs/own-rules.md. A schema for editors: drift rules schema
# Try it: drift rules test FILE, then drift check --rules-file FILE
rules:
  - id: {id_}
    title: {title}
    severity: medium
    types: [{type_}]
    fails: "{condition}"
    message: say here what was seen, without a value
    remedy: Say here what to do about it.
    tests:
      - {{ name: fails, resource: {bad}, expect: fail }}
      - {{ name: passes, resource: {good}, expect: pass }}
"""
