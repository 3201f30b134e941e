"""`drift comment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.checkout import checkout
from drift.cli.options import complete
from drift.cli.options.posting import Posting, broken_option, broken_text, posting_options
from drift.cli.saved import load
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.platforms.place import Place, Platform


@click.command("comment")
@click.argument("saved", required=False, shell_complete=complete.files)
@broken_option
@click.option(
    "--number", type=int, metavar="N", help="Number of the pull or merge request. Default: that of the CI job."
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    show_default=True,
    help="The directory in which drift check ran. Paths in the report are relative to it.",
)
@click.option(
    "--changed",
    multiple=True,
    metavar="FILE",
    help="A file that the pull request changes, relative to the repository's root. May be repeated. Default: ask the "
    "platform.",
)
@posting_options
def command(
    saved: str | None,
    broken: str | None,
    number: int | None,
    directory: Path,
    changed: tuple[str, ...],
    posting: Posting,
) -> None:
    """Post a saved report on a pull request: one comment for each scope, updated in place.

    \b
    Examples:
      drift check --format json -o drift.json; drift comment drift.json --scope prod
      drift comment drift.json --directory infra/prod --dry-run --changed infra/prod/main.tf
      drift comment --broken "the credentials have expired" --scope prod

    Drift that the pull request touches comes first, with a warning if applying it would overwrite
    a change made in the account. Other drift is folded. With --broken, the comment says that the
    check failed, in the place of an older report of the same --scope. GitHub needs GITHUB_TOKEN
    with the permission `pull-requests: write`; GitLab needs GITLAB_TOKEN with the scope `api`. The
    token is never printed.
    """
    from drift.report.comment import Broken, Post
    from drift.report.touch import ChangedFile, touching

    if saved is None:
        why = Broken(broken_text(broken), posting.scope_of(directory=directory), posting.link_of())
        if posting.dry_run:
            click.echo(why.comment(), nl=False)
            return
        place = posting.place()
        click.echo(_opened(place).comment(_number(number, place), why.place, why.comment()))
        return
    if broken:
        raise UsageError("--broken is for a check without a report", "Remove the report or --broken.")
    report = load(saved)
    root, within = checkout(directory)
    scope = posting.scope_of(report, directory)
    given = [ChangedFile(path) for path in changed]
    if posting.dry_run and (given or not posting.placed):
        touched = touching(report, given, root, within) if given else None
        click.echo(
            Post(
                posting.shown(report), posting.scope_of(report, directory), posting.link_of(), touched=touched
            ).comment(),
            nl=False,
        )
        return
    place = posting.place()
    number = _number(number, place)
    platform = _opened(place)
    touched = touching(report, given or platform.changed_files(number), root, within)
    post = Post(posting.shown(report, platform.is_private), scope, place.link, platform.limit, touched)
    if posting.dry_run:
        click.echo(post.comment(), nl=False)
        return
    click.echo(platform.comment(number, post.marker, post.comment()))


def _number(given: int | None, place: Place) -> int:
    number = given or place.number
    if not number:
        raise UsageError("no pull request to comment on", "Give --number, or run drift in a CI job of a pull request.")
    return number


def _opened(place: Place) -> Platform:
    from drift.platforms import opened

    return opened(place)
