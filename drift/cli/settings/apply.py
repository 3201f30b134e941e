"""Makes the options of a command configurable: turns the content of drift.toml into click's default values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import click

from drift.cli.settings import Settings, current, keep, key_of, shown, variables_of
from drift.cli.settings.sections import SECTIONS
from drift.cli.settings.trusted import check
from drift.errors import UsageError

COMMAND = "command"
"""The table of settings for single commands."""
FLAG = "--config-file"
SHOWN = "drift.shown"
"""Set in a click context whose settings are only shown, not used."""
APART = ("config", "ignore")
"""Commands about the configuration file: the file does not configure them."""


def configurable(command: click.Command, words: tuple[str, ...]) -> click.Command:
    """The command, with options that may also come from the file and the environment.

    Commands about the file itself stay as they are: their output must not depend on the file that they show.
    """
    if words[0] in APART:
        return command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            configurable(inner, (*words, name))
        return command
    if any(FLAG in p.opts for p in command.params):
        return command
    for option in options_of(command):
        given = option.envvar or ()
        known = (given,) if isinstance(given, str) else tuple(given)
        option.envvar = [*known, *variables_of(option, words)]
    command.params.append(
        click.Option(
            [FLAG],
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="DRIFT_CONFIG_FILE",
            is_eager=True,
            expose_value=False,
            callback=lambda context, _, file: load(context, words, file),
            help="The configuration file. Default: drift.toml or pyproject.toml in this directory or the nearest one "
            "above it.",
        )
    )
    return command


def options_of(command: click.Command) -> Iterator[click.Option]:
    """The options of a command that a file or the environment may set."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and FLAG not in parameter.opts and parameter.expose_value:
            yield parameter


def load(context: click.Context, words: tuple[str, ...], file: Path | None) -> None:
    """Read the configuration file, and make its values the defaults of this command.

    DistrustError if drift found the file by itself and it sets what only the user may set, unless it is only shown.
    """
    from drift.cli.settings import file as files

    place = file or files.find(Path.cwd())
    if place is None:
        return
    content, lines = files.read(place)
    known = Known()
    settings = _settings(place, content, lines, known)
    keep(context, settings)
    for path, given in settings.options.items():
        for key, value in given.items():
            known.check(context, path, key, value, settings)
    defaults: dict[str, Any] = {}
    for option in options_of(context.command):
        for path in _paths(words):
            given = settings.options.get(path, {})
            if key_of(option) not in given:
                continue
            at = (*_at(path), *_spelling(settings, path, key_of(option)))
            try:
                found = value_of(context, option, given[key_of(option)], settings, at)
            except UsageError:  # what one command cannot take, another can: that was seen above
                break
            if file is None and not context.meta.get(SHOWN):
                check(key_of(option), found, settings.place(*at), words)
            defaults[str(option.name)] = found
            break
    context.default_map = defaults


def origin(words: tuple[str, ...], key: str) -> str:
    """Where the file sets a key of a command: `drift.toml:3`."""
    settings = current()
    for path in _paths(words):
        if key in settings.options.get(path, {}):
            return settings.place(*_at(path), *_spelling(settings, path, key))
    return ""


def _spelling(settings: Settings, path: tuple[str, ...], key: str) -> tuple[str, ...]:
    spelt = (key, key.replace("-", "_"))
    return next(((s,) for s in spelt if (*_at(path), s) in settings.lines), (key,))


def _at(path: tuple[str, ...]) -> tuple[str, ...]:
    return (COMMAND, *path) if path else ()


def _paths(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The tables that may set a command's options, most specific first."""
    for size in range(len(words), -1, -1):
        yield words[:size]


def _settings(
    file: Path, content: Mapping[str, Any], lines: Mapping[tuple[str | int, ...], int], known: Known
) -> Settings:
    bare = Settings(file, {}, {}, lines)
    options: dict[tuple[str, ...], dict[str, Any]] = {}
    sections: dict[str, Any] = {}
    for name, value in content.items():
        if name in SECTIONS:
            sections[name] = _section(name, value, bare)
        elif name == COMMAND and isinstance(value, Mapping):
            _commands(value, (), known, bare, options)
        elif name == COMMAND:
            raise _wrong(bare, (name,), "a table of commands: [command.check]")
        else:
            options.setdefault((), {})[known.key(name, (), bare, (name,))] = value
    return Settings(file, options, sections, lines)


def _commands(
    table: Mapping[str, Any],
    words: tuple[str, ...],
    known: Known,
    bare: Settings,
    options: dict[tuple[str, ...], dict[str, Any]],
) -> None:
    for name, value in table.items():
        path = (*words, name)
        if path in known.groups:
            if not isinstance(value, Mapping):
                raise _wrong(bare, (COMMAND, *path), "a table of options")
            _commands(value, path, known, bare, options)
        elif words:
            options.setdefault(words, {})[known.key(name, words, bare, (COMMAND, *path))] = value
        else:
            raise _unknown(bare, (COMMAND, name), [g[0] for g in known.groups if len(g) == 1], "command")


class Known:
    """Every option of every command. Loads all commands, so it is made only to check a configuration file."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str, ...], dict[str, list[click.Option]]] = {(): {}}
        """Command's words -> key -> its options of that name, those of the commands inside it too."""
        context = click.get_current_context().find_root()
        root = context.command
        assert isinstance(root, click.Group), "options are read within a command of drift"  # noqa: S101
        for name in root.list_commands(context):
            command = root.get_command(context, name)
            if command is not None and name not in APART:
                self._add(command, (name,))

    def _add(self, command: click.Command, words: tuple[str, ...]) -> None:
        self.groups.setdefault(words, {})
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                self._add(inner, (*words, name))
            return
        for option in options_of(command):
            for size in range(len(words) + 1):
                self.groups[words[:size]].setdefault(key_of(option), []).append(option)

    def check(self, context: click.Context, path: tuple[str, ...], key: str, value: Any, settings: Settings) -> None:
        """UsageError if no command to which the key applies accepts this value."""
        at = (*_at(path), *_spelling(settings, path, key))
        refused: UsageError | None = None
        for option in sorted(self.groups[path][key], key=lambda o: not o.multiple):  # the widest type is told
            try:
                value_of(context, option, value, settings, at)
            except UsageError as error:
                refused = refused or error
            else:
                return
        if refused is not None:
            raise refused

    def key(self, name: str, words: tuple[str, ...], settings: Settings, at: tuple[str, ...]) -> str:
        """The key with dashes (underscores are accepted too); UsageError if the command has no such option."""
        key = name.replace("_", "-")
        if key in self.groups[words]:
            return key
        others = [] if words else [*SECTIONS, COMMAND]
        raise _unknown(settings, at, [*self.groups[words], *others], "setting")


def _section(name: str, value: Any, settings: Settings) -> Any:
    import msgspec

    declared = SECTIONS[name]
    kind = declared.load()
    if declared.many != isinstance(value, list):
        raise _wrong(settings, (name,), f"an array of tables: [[{name}]]" if declared.many else f"a table: [{name}]")
    entries = value if declared.many else [value]
    out = []
    for index, entry in enumerate(entries):
        at = (name, index) if declared.many else (name,)
        try:
            made = msgspec.convert({str(k).replace("_", "-"): v for k, v in entry.items()}, kind)
        except (msgspec.ValidationError, AttributeError) as error:
            raise _refused(settings, at, entry, kind, str(error)) from None
        out.append(msgspec.structs.replace(made, place=settings.place(*at)) if hasattr(made, "place") else made)
    return tuple(out) if declared.many else out[0]


def _refused(settings: Settings, at: tuple[str | int, ...], entry: Any, kind: type[Any], why: str) -> UsageError:
    """A UsageError with the place of the key, from msgspec's message."""
    import msgspec

    names = [f.encode_name for f in msgspec.structs.fields(kind) if f.name != "place"]
    keys = [k for k in entry if str(k).replace("_", "-") not in names] if isinstance(entry, Mapping) else []
    if keys:
        return _unknown(settings, (*at, keys[0]), names, "key")
    message, _, where = why.partition(" - at `$")
    key = where.strip("`.").split(".")[0].split("[")[0]
    place = settings.place(*at, key) if (*at, key) in settings.lines else settings.place(*at)
    name = ".".join(str(s) for s in (*at, key) if s != "" and not isinstance(s, int))
    for technical, plain in _PLAIN.items():
        message = message.replace(technical, plain)
    return UsageError(f"{place}: {name}: {message[:1].lower()}{message[1:]}", f"Keys of [{at[0]}]: {', '.join(names)}.")


_PLAIN = {
    "Object missing required field": "missing key",
    "Invalid RFC3339 encoded date": "invalid date: write it as 2026-12-31",
    "`str | array`": "a string, or a list of strings",
    "`str`": "a string",
    "`int`": "a number",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "a table",
}
"""Words of msgspec's messages -> plain words."""


def value_of(context: click.Context, option: click.Option, value: Any, settings: Settings, at: tuple[str, ...]) -> Any:
    """A value of the file as click takes it, with paths made relative to the working directory; UsageError for a
    wrong type."""
    from drift.cli.options import Place

    repeated = option.multiple or option.nargs != 1
    many = list(value) if isinstance(value, list) and repeated else [value]
    if not all(_fits(option, v) for v in many):
        raise _wrong(settings, at, _wanted(option))
    folder = settings.file.parent if settings.file else Path()
    if isinstance(option.type, click.Path | Place):
        many = [relative(str(v), folder) for v in many]
    given = many if repeated else many[0]
    try:
        option.type_cast_value(context, given)
    except click.BadParameter as error:
        raise UsageError(f"{settings.place(*at)}: {'.'.join(at)}: {error.message}", "Correct the file.") from None
    return given


def relative(place: str, folder: Path) -> str:
    """A path relative to `folder`, made relative to the working directory; URLs, absolute paths and `-` are
    unchanged."""
    if place == "-" or "://" in place or Path(place).is_absolute():
        return place
    return shown(folder / place)


def _fits(option: click.Option, value: Any) -> bool:
    if option.is_flag:
        return isinstance(value, bool)
    if option.count:
        return isinstance(value, bool | int)
    if _is_number(option):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str | date | time)


def _is_number(option: click.Option) -> bool:
    return option.type.name.startswith(("integer", "float"))


def _wanted(option: click.Option) -> str:
    if option.is_flag or option.count:
        return "true or false"
    kind = "a number" if _is_number(option) else "a string"
    return f"{kind}, or a list of {kind[2:]}s" if option.multiple or option.nargs != 1 else kind


def _wrong(settings: Settings, at: tuple[str, ...], wanted: str) -> UsageError:
    return UsageError(f"{settings.place(*at)}: {'.'.join(at)} must be {wanted}", "Correct the file.")


def _unknown(settings: Settings, at: tuple[str | int, ...], known: Iterable[str], what: str) -> UsageError:
    name = str(at[-1])
    known = sorted(set(known))
    near = difflib.get_close_matches(name.replace("_", "-"), known, n=1)
    path = ".".join(str(s) for s in at if not isinstance(s, int))
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return UsageError(f"{settings.place(*at)}: unknown {what} {path!r}", hint)
