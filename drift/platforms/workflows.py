"""The text of a GitHub workflow and of a GitLab job that run drift."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from drift import __version__
from drift.installation import DISTRIBUTION
from drift.provider.contract import NO_LOGIN, Login

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
TERRAFORM = "hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1"
"""Actions, pinned to commits, as in this project's own workflows."""
ROLE = {"github": "${{ vars.DRIFT_ROLE }}", "gitlab": "$DRIFT_ROLE"}
"""Platform -> the CI variable with the role, as a job refers to it."""
SCOPE = "terraform"
"""The scope of what the job posts: a check that failed has no report to tell one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the CI job runs."""

    directories: Sequence[str] = ()
    """Terraform directories, relative to the repository's root; the job runs `terraform init` in them."""
    login: Login = NO_LOGIN
    """How the job assumes its role."""
    schedule: str = "17 4 * * *"
    """The time of the nightly check, as a cron expression in UTC."""


def github(job: Job) -> str:
    """A workflow that keeps one issue every night, and one comment on pull requests that change Terraform."""
    commands = [f"terraform -chdir={shlex.quote(d)} init -input=false -no-color" for d in job.directories]
    init = "".join(f"      - run: {json.dumps(command)}\n" for command in commands)
    terraform = f"      - uses: {TERRAFORM}\n        with:\n          terraform_wrapper: false\n{init}" if init else ""
    return f"""\
# Written by `drift init`. Every night it keeps one issue while there is drift that fails the policy of drift.toml; on a
# pull request that changes Terraform it keeps one comment. A pull request from a fork has neither role nor token.
name: drift
on:
  schedule:
    - cron: {json.dumps(job.schedule)}
  workflow_dispatch:
  pull_request:
    paths: ["**.tf", "**.tf.json", "**.tfvars", "**.tofu"]
permissions: {{}}
concurrency:
  group: drift-${{{{ github.ref }}}}
jobs:
  drift:
    if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions:
      contents: read
      id-token: write # for the role
      issues: write # for the issue
      pull-requests: write # for the comment
    env:
      DRIFT_UNTRUSTED: ${{{{ github.event_name == 'pull_request' }}}}
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - uses: {PYTHON}
        with:
          python-version: "3.13"
      - run: pip install --quiet "{DISTRIBUTION}[github]=={__version__}"
{job.login.steps}{terraform}      - id: check
        run: |
          status=0
          drift check -f github -f json=drift.json -f "github-summary=$GITHUB_STEP_SUMMARY" 2> said || status=$?
          sed 's/^Error: /::error title=drift::/' said >&2
          exit $status
      - if: "!cancelled() && github.event_name == 'pull_request'"
        run: |
          test -s said || echo "a step before the check failed: the log of this run says which" > said
          if [ -s drift.json ]; then set -- drift.json; else set -- --broken @said; fi
          drift comment "$@" --scope {SCOPE}
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
      - if: "!cancelled() && github.event_name != 'pull_request'"
        run: |
          test -s said || echo "a step before the check failed: the log of this run says which" > said
          if [ -s drift.json ]; then set -- drift.json; else set -- --broken @said; fi
          drift issue "$@" --scope {SCOPE}
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
"""


def gitlab(job: Job) -> str:
    """A job to be included in `.gitlab-ci.yml`, for schedules and for merge requests that change Terraform."""
    login = job.login
    tokens = "".join(f"    {name}:\n      aud: {json.dumps(whom)}\n" for name, whom in login.tokens.items())
    variables = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in login.variables.items())
    tokens = f"  id_tokens:\n{tokens}" if tokens else ""
    variables = f"  variables:\n{variables}" if variables else ""
    script = "".join(f"\n    - {json.dumps(command)}" for command in login.script)
    return f"""\
# Written by `drift init`; include it: `include: {{ local: .gitlab/drift.yml }}`. Make a schedule in CI/CD > Schedules.
# DRIFT_ROLE names the role; GITLAB_TOKEN is a project access token with the scope `api`, for comments and issues.
drift:
  image: python:3.13-slim
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["**/*.tf", "**/*.tf.json", "**/*.tfvars", "**/*.tofu"]
{tokens}{variables}  script:
    - pip install --quiet "{DISTRIBUTION}[gitlab]=={__version__}"{script}
    - if [ "$CI_PIPELINE_SOURCE" = merge_request_event ]; then export DRIFT_UNTRUSTED=true; fi
    - status=0
    - drift check -f table -f json=drift.json -f gitlab=code-quality.json -f junit=drift.xml 2> said || status=$?
    - cat said >&2
    - if [ "$CI_PIPELINE_SOURCE" = merge_request_event ]; then post=comment; else post=issue; fi
    - if [ -s drift.json ]; then set -- drift.json; else set -- --broken @said; fi
    - drift "$post" "$@" --scope {SCOPE} || echo "the $post could not be posted" >&2
    - exit $status
  artifacts:
    when: always
    paths: [drift.json]
    reports:
      codequality: code-quality.json
      junit: drift.xml
"""
