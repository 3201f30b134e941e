"""Proves an entry of the catalogue, without a call: against the model of the cloud's API and the provider's schema.

`python -m drift.provider.lint TYPE…` says what is wrong. `api` checks calls and paths, `schema` the attributes,
`links` what names other types, `words` that each word is of its type; a provider adds what only it knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.lint import api, links, schema, words
from drift.provider.spec import ResourceType


def lint(entry: ResourceType, catalog: Catalog, known: facts.Facts | None = None) -> list[str]:
    """What is wrong with one entry; `known` holds the facts of its type, the catalogue's where left out."""
    provider = catalog.provider_of(entry.name)
    known = catalog.facts(entry.name) if known is None else known
    found = [*words.check(entry)]
    if not found:  # a word of a wrong type would make nonsense of the rest
        found += api.check(entry, catalog, provider.operations())
        found += [*schema.check(entry, known), *links.check(entry, catalog, known), *provider.lint(entry)]
    return [f"{entry.name}: {problem}" for problem in dict.fromkeys(found)]


def lint_all(catalog: Catalog, names: Iterable[str] = ()) -> list[str]:
    """What is wrong with the entries of these names; with any entry where none is named."""
    return [problem for name in names or catalog for problem in lint(catalog[name], catalog)]


__all__ = ["lint", "lint_all"]
