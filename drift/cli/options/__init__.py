"""Options that several commands share: each group is one value, in a module of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from drift.cli.options.complete import files

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Any], Any]


class Place(click.types.StringParamType):
    """A file or a URL; written in a configuration file, it is relative to that."""

    name = "place"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Files; an address is nothing that a shell knows."""
        return files(ctx, param, incomplete)


class Secret(click.types.StringParamType):
    """Text that is never shown: a webhook's address, a token."""

    name = "secret"


def group(name: str, into: type[DataclassInstance], *options: Option) -> Callable[[Command], Command]:
    """Adds options to a command, which gets them as one value: the argument `name`, made by `into`.

    `into` is a dataclass with a field for each option's parameter.
    """
    names = [f.name for f in fields(into)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gathered(**given: Any) -> Any:
            own = {n: given.pop(n) for n in names}
            return command(**given, **{name: into(**own)})

        out: Any = gathered
        for option in reversed(options):
            out = option(out)
        return out  # type: ignore[no-any-return]

    return decorate


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Options that may be repeated and may hold commas, as one list."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())
