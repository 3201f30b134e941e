"""`drift init`."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from drift.cli import plugins
from drift.cli.options.output import write_files
from drift.cli.options.policy import Policy
from drift.errors import StateError, UsageError
from drift.model.bounds import FOLDERS, SETTINGS_BYTES, contents
from drift.model.words import few
from drift.report.safe import visible

FILE = "drift.toml"
SKIPPED = frozenset({".terraform", ".terragrunt-cache", "node_modules", ".git", ".venv"})
WHERE = {"github": ".github/workflows/drift.yml", "gitlab": ".gitlab/drift.yml"}

ORIGIN = re.compile(
    r'\[remote "origin"\][^\[]*?\burl\s*=\s*(?:\w+://[^/\s]+/|(?!\w+://)[^:\s]+:)([\w.-]+(?:/[\w.-]+)+)'
)
"""Matches `https://host/owner/name.git` and `git@host:owner/name.git` in git's configuration."""
PLAIN = re.compile(r"[\w./ @+-]+")
"""Names of directories that are safe in a CI job."""


@click.command("init")
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="PLACE",
    help="A state to check. May be repeated. Default: the states found here.",
)
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="The CI system for which to write a job. Default: ask.",
)
@click.option("--fail-on", default="any", show_default=True, metavar="POLICY", help="Which drift makes a run fail.")
@click.option(
    "--role", default="", metavar="ARN", help="The AWS role of the CI job. Default: the CI variable DRIFT_ROLE."
)
@click.option("--region", default="us-east-1", show_default=True, metavar="REGION", help="The default region.")
@click.option("--provider", metavar="NAME", help="The provider of the role, if several are installed.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; use what was found, and the defaults.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(
    states: tuple[str, ...],
    ci: str | None,
    fail_on: str,
    role: str,
    region: str,
    provider: str | None,
    yes: bool,
    force: bool,
) -> None:
    """Set up drift in this repository: find its states, write drift.toml and a CI job, print the next steps.

    \b
    Examples:
      drift init
      drift init --ci github --fail-on unmanaged,severity>=high --yes

    It only reads local files and makes no API call. Existing files stay unchanged unless --force is given.
    """
    Policy.parse([fail_on])
    found = () if states else tuple(directories(Path()))
    if found:
        count = "1 Terraform directory" if len(found) == 1 else f"{len(found)} Terraform directories"
        click.echo(f"found {count}: {few(map(visible, found), 5)}")
    if not states and not found:
        raise UsageError(
            "no Terraform directory with a state or a backend was found here",
            "Run it at the root of the repository, or give the states: drift init --state PLACE.",
        )
    asks = sys.stdin.isatty() and not yes
    platform = ci or _platform(asks)
    if asks:
        fail_on = click.prompt("What fails a run", default=fail_on)
        Policy.parse([fail_on])
    _check(platform, found, role, region)
    from drift.platforms import workflows

    files = {FILE: settings(found, states, fail_on)}
    if platform != "none":
        login = plugins.provider(provider).login(role or workflows.ROLE[platform], region)
        write = workflows.github if platform == "github" else workflows.gitlab
        files[WHERE[platform]] = write(workflows.Job(directories=found, login=login))
    there = [f for f in files if Path(f).exists()]
    if there and not force:
        keys = [line.partition("  #")[0] for line in files[FILE].splitlines() if "=" in line]
        by_hand = f" Or add to it by hand: {'; '.join(keys)}." if there == [FILE] else ""
        raise UsageError(f"{', '.join(there)}: already exists", f"Remove it, or overwrite it with --force.{by_hand}")
    for file in files:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    write_files({Path(file): text for file, text in files.items()})
    for file in files:
        click.echo(f"wrote {file}")
    click.echo("\nNext:")
    for n, step in enumerate(_next(platform, role, origin()), 1):
        click.echo(f"  {n}. {visible(step)}")


def directories(root: Path) -> Iterator[str]:
    """The Terraform directories below `root` that have a backend block or a state file."""
    from drift.desired import directory as terraform

    for entered, (folder, below, files) in enumerate(os.walk(root), 1):
        if entered > FOLDERS.most:
            raise UsageError(f"directories to search: {FOLDERS.beyond}", FOLDERS.hint)
        below[:] = sorted(name for name in below if name not in SKIPPED and not name.startswith("."))
        here = Path(folder)
        if not any(name.endswith((".tf", ".tf.json", ".tofu")) or name == "terragrunt.hcl" for name in files):
            continue
        try:
            kept = terraform.backend_of(here) or terraform.declared_in(here)
        except StateError:
            kept = "told when it is read"
        if kept or "terraform.tfstate" in files or (here / "terraform.tfstate.d").is_dir():
            yield here.as_posix()


def _check(platform: str, found: tuple[str, ...], role: str, region: str) -> None:
    """UsageError for text that must not appear in a CI job, because the job would execute it."""
    if role and not re.fullmatch(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+", role):
        raise UsageError(f"--role: {role!r} is not the ARN of a role", "Write arn:aws:iam::123456789012:role/drift.")
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
        raise UsageError(f"--region: {region!r} is not a region", "Give a region such as eu-west-1.")
    strange = [d for d in found if not PLAIN.fullmatch(d)] if platform != "none" else []
    if strange:
        raise UsageError(
            f"the directory {strange[0]!r} has a name with characters that a CI job would interpret",
            "Rename it, or give the states with --state.",
        )


def settings(found: tuple[str, ...], states: tuple[str, ...], fail_on: str) -> str:
    """The text of drift.toml."""
    lines = ["# Settings of drift. `drift config` shows them; docs/configuration-file.md lists every key."]
    if states:
        lines.append(f"state = {json.dumps(list(states))}")
    elif found != (".",):
        lines.append(f"config = {json.dumps(list(found))}  # their states, and what they say")
    words = [w.strip() for w in fail_on.split(",") if w.strip()]
    lines.append(f"fail-on = {json.dumps(words)}  # modified, missing, unmanaged, any, none, severity>=high")
    return "\n".join(lines) + "\n"


def origin() -> str:
    """`owner/name` of the repository on its platform, from git's configuration; empty if unknown."""
    try:
        text = contents(Path(".git") / "config", SETTINGS_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    found = ORIGIN.search(text)
    return found[1].removesuffix(".git") if found else ""


def _platform(asks: bool) -> str:
    guess = "gitlab" if Path(".gitlab-ci.yml").exists() else "github" if Path(".github").is_dir() else "none"
    if not asks:
        return guess
    choice = click.Choice(["github", "gitlab", "none"])
    return str(click.prompt("Which CI system runs drift", type=choice, default=guess if guess != "none" else "github"))


def _next(platform: str, role: str, repository: str) -> Iterator[str]:
    yield "drift doctor                 test states, credentials and permissions"
    yield "drift check                  the first report"
    yield "drift baseline write         accept today's drift, so that only new drift fails"
    if platform == "none":
        return
    if not role:
        name = repository or ("OWNER/REPO" if platform == "github" else "GROUP/PROJECT")
        who = (
            f"--trust github:{name}:ref:refs/heads/main --trust github:{name}:pull_request"
            if platform == "github"
            else f"--trust gitlab:{name}:main"
        )
        yield f"drift policy --format terraform {who} --output role   the role; set its ARN as DRIFT_ROLE in the CI"
    yield f"commit {FILE} and {WHERE[platform]}"
    if platform == "gitlab":
        yield f"include it in .gitlab-ci.yml: include: {{ local: {WHERE['gitlab']} }}"
