"""What a shell completes: files stay files, and formats, rules, types and addresses are known by name.

Nothing here may print, ask a cloud, or raise: a shell shows that in the middle of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.errors import DriftError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Names = Callable[[click.Context], Iterable[str]]
Completes = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
MOST = 500
"""Names that a shell is given at most."""


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own files; an address (`s3://…`) is nothing that it knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def named(names: Names, *, several: bool = False) -> Completes:
    """Names that begin as what is typed; of `several` with commas the last one."""

    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        before, comma, begun = incomplete.rpartition(",") if several else ("", "", incomplete)
        try:
            found = sorted(name for name in set(names(context)) if name.startswith(begun))
        except (DriftError, OSError, ValueError):
            return []
        return [CompletionItem(f"{before}{comma}{name}") for name in found[:MOST]]

    return complete


def formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Formats, and the file that one is written to."""
    name, equals, path = incomplete.partition("=")
    if equals:
        return files(context, parameter, path)

    def known(_context: click.Context) -> Iterable[str]:
        from drift.cli import plugins

        return plugins.formats()

    return named(known)(context, parameter, name)


def _types(_context: click.Context) -> Iterable[str]:
    from drift.cli import plugins

    return plugins.catalog()


def _rules(_context: click.Context) -> Iterable[str]:
    from drift.cli import plugins

    return (rule.id for rule in plugins.rules())


def _frameworks(_context: click.Context) -> Iterable[str]:
    from drift.cli import plugins

    return (framework.id for framework in plugins.frameworks())


def _addresses(context: click.Context) -> Iterable[str]:
    """Those of the report that is named, else of the states that are, else of the state in this directory."""
    from drift.cli import plugins

    if saved := context.params.get("saved"):
        from drift.cli.saved import load

        return (str(d.resource.address or d.found.id) for d in load(str(saved)).drift)
    from drift.desired.load import Sources
    from drift.desired.load import load as read

    given = tuple(str(place) for place in context.params.get("states") or ())
    places = given or (("terraform.tfstate",) if Path("terraform.tfstate").is_file() else ())
    local = tuple(place for place in places if "://" not in place and place != "-")
    if not local:
        return ()
    return (str(r.address) for r in read(Sources(places=local, with_configuration=False), plugins.catalog()).resources)


types = named(_types, several=True)
rules = named(_rules, several=True)
frameworks = named(_frameworks, several=True)
addresses = named(_addresses)
