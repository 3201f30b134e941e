"""`drift serve`."""

from __future__ import annotations

import os
import secrets
from functools import cache
from typing import TYPE_CHECKING

import click

from drift.cli.options.keeping import opened, store_option
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.history.shapes import Shapes

TOKEN = "DRIFT_SERVE_TOKEN"  # noqa: S105 - the name of a variable
LEAST = 16
"""Characters of a token, at least."""


@cache
def _shapes() -> Shapes:
    from drift.cli import plugins
    from drift.history.shapes import Shapes

    return Shapes(plugins.catalog())


@click.command("serve")
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option(
    "--hostname", "names", multiple=True, metavar="NAME", help="A further host name of the page. May be repeated."
)
def command(store: str, host: str, port: int, names: tuple[str, ...]) -> None:
    """Open a page over the store of kept scans: trends, what is new, an explorer, SQL.

    \b
    Examples:
      drift serve
      drift serve --store s3://acme-drift/scans
      drift serve --host 0.0.0.0 --hostname drift.acme.internal

    The page only reads. It listens on loopback. On another address it asks for a token: that of the
    variable DRIFT_SERVE_TOKEN, or one that is made up and printed. Whoever reaches the page on
    loopback, as other users of the machine do, sees every value of the store; set the variable to
    ask for the token there too. It speaks HTTP: put a proxy with TLS before it, where others reach it.
    """
    from drift.history.page.server import Server, entrance, is_loopback

    token = os.environ.get(TOKEN) or (None if is_loopback(host) else secrets.token_urlsafe(24))
    if token is not None and (len(token) < LEAST or not token.replace("-", "").replace("_", "").isalnum()
                              or not token.isascii()):  # fmt: skip
        raise UsageError(f"{TOKEN} is not a valid token", f"Give {LEAST} or more letters, digits, - and _.")
    place = opened(store)
    with place.reader() as reader:
        reader.scans()
    try:
        server = Server(place, host, port, token, names, _shapes)
    except OSError as error:
        raise UsageError(f"{host}:{port}: cannot listen: {error.strerror or error}", "Give another --port.") from None
    with server:
        click.echo(f"Serving {store} at {entrance(host, server.server_port, token)} (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("", err=True)
