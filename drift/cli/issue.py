"""`drift issue`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drift.cli.options import complete
from drift.cli.options.policy import TERMS, Policy
from drift.cli.options.posting import Posting, broken_option, broken_text, posting_options
from drift.cli.plugins import catalog
from drift.cli.saved import load
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.platforms.place import Platform


@click.command("issue")
@click.argument("saved", required=False, shell_complete=complete.files)
@broken_option
@click.option("--fail-on", multiple=True, metavar="POLICY", help=f"Which drift keeps the issue open: {TERMS}")
@posting_options
def command(saved: str | None, broken: str | None, fail_on: tuple[str, ...], posting: Posting) -> None:
    """Keep one issue for each scope: open it on drift, update it, close it when the drift is gone.

    \b
    Examples:
      drift issue drift.json --scope prod
      drift issue drift.json --scope prod --fail-on unmanaged --dry-run
      drift issue --broken "the credentials have expired" --scope prod

    If something could not be read, drift does not close an open issue. With --broken, a second issue
    says that the check failed; the next report closes it. GitHub needs GITHUB_TOKEN with the
    permission `issues: write`; GitLab needs GITLAB_TOKEN with the scope `api`.
    """
    from drift.report.comment import Broken, Post

    if saved is None:
        why = Broken(broken_text(broken), posting.scope_of(), posting.link_of())
        if posting.dry_run:
            click.echo(f"{why.title()}\n\n{why.issue()}", nl=False)
        else:
            click.echo(_opened(posting).issue(why.marker, why.title(), why.issue(), keep_open=True))
        return
    if broken:
        raise UsageError("--broken is for a check without a report", "Remove the report or --broken.")
    report, policy = load(saved), Policy.parse(fail_on)
    policy.check(catalog() if policy.only else ())
    policy.check_reach(report)
    drifted = policy.selects(report)
    scope = posting.scope_of(report)
    if posting.dry_run:
        post = Post(posting.shown(report), scope, posting.link_of())
        click.echo(f"{post.title()}\n\n{post.issue()}", nl=False)
        return
    platform = _opened(posting)
    mended = Broken("the check was done again", posting.scope_of(), posting.link_of())
    platform.issue(mended.marker, mended.title(), mended.issue(), keep_open=False)
    post = Post(posting.shown(report, platform.is_private), scope, posting.place().link, platform.limit)
    unseen = "unmanaged" in policy.kinds and not report.scope.unmanaged
    if (report.incomplete or unseen) and not drifted:
        click.echo("No selected drift, but the report is incomplete: the issue is left unchanged.")
        return
    address = platform.issue(post.marker, post.title(), post.issue(), keep_open=drifted)
    click.echo(address or "No selected drift, and no open issue.")


def _opened(posting: Posting) -> Platform:
    from drift.platforms import opened

    return opened(posting.place())
