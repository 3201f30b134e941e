"""`drift version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import click

from drift import __version__
from drift.cli import plugins

SHOWN = ("boto3", "python-hcl2", "networkx", "click")
"""Packages whose versions a bug report should contain."""


@click.command("version")
def command() -> None:
    """Print the versions of drift and its main dependencies, for bug reports."""
    click.echo(f"drift {__version__}")
    click.echo(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    click.echo(", ".join(f"{name} {_version(name)}" for name in SHOWN))
    catalog = plugins.catalog()
    for name, provider in sorted(catalog.providers.items()):
        count = sum(catalog.provider_of(type_).name == name for type_ in catalog)
        click.echo(f"{provider.title}: {count} resource types")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
