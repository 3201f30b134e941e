"""`drift issue`."""

from __future__ import annotations

import click

from drift.cli.options.policy import HELP, Policy
from drift.cli.options.posting import Posting, posting_options
from drift.cli.plugins import catalog
from drift.cli.saved import load


@click.command("issue")
@click.argument("saved")
@click.option("--fail-on", multiple=True, metavar="POLICY", help=f"What the issue is open for. {HELP}")
@posting_options
def command(saved: str, fail_on: tuple[str, ...], posting: Posting) -> None:
    """Keep one issue for each scope: opened on drift, updated, closed when all is as described.

    \b
    Examples:
      drift issue drift.json --scope prod
      drift issue drift.json --scope prod --fail-on unmanaged --dry-run

    While part of the scope could not be read, an open issue stays open. GitHub needs GITHUB_TOKEN
    and the permission `issues: write`, GitLab GITLAB_TOKEN with the scope `api`.
    """
    from drift.report.comment import Post

    report, policy = load(saved), Policy.parse(fail_on)
    policy.check(catalog() if policy.only else ())
    policy.check_reach(report)
    drifted = any(policy.fails(d) for d in report.drift)
    if posting.dry_run:
        post = Post(report, posting.scope_of(report), posting.link_of())
        click.echo(f"{post.title()}\n\n{post.issue()}", nl=False)
        return
    place = posting.place()
    from drift.platforms import opened

    platform = opened(place)
    post = Post(report, posting.scope_of(report), place.link, platform.limit)
    unseen = "unmanaged" in policy.kinds and not report.scope.unmanaged
    if (report.incomplete or unseen) and not drifted:
        click.echo("No drift that counts was seen, but not all was looked at: the issue stays as it is.")
        return
    address = platform.issue(post.marker, post.title(), post.issue(), keep_open=drifted)
    click.echo(address or "No drift, and no issue.")
