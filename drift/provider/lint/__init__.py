"""Checks entries of the catalogue against the model of the cloud's API and the provider's schema. Makes no call.

`python -m drift.provider.lint TYPE…` prints the problems. `api` checks calls and paths, `schema` the attributes,
`links` the references to other types, `words` the type of each word. A provider adds its own checks.
"""

from __future__ import annotations

from collections.abc import Iterable

from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.lint import api, links, schema, words
from drift.provider.spec import ResourceType


def lint(entry: ResourceType, catalog: Catalog, known: facts.Facts | None = None) -> list[str]:
    """The problems of one entry. `known` has the schema facts of the type; default: those of the catalogue."""
    provider = catalog.provider_of(entry.name)
    known = catalog.facts(entry.name) if known is None else known
    found = [*words.check(entry)]
    if not found:  # a word of a wrong type would cause misleading problems in the other checks
        found += api.check(entry, catalog, provider.operations())
        found += [*schema.check(entry, known), *links.check(entry, catalog, known), *provider.lint(entry)]
    return [f"{entry.name}: {problem}" for problem in dict.fromkeys(found)]


def lint_all(catalog: Catalog, names: Iterable[str] = ()) -> list[str]:
    """The problems of the entries with these names; of all entries if no name is given."""
    return [problem for name in names or catalog for problem in lint(catalog[name], catalog)]


__all__ = ["lint", "lint_all"]
