"""How the job of a CI takes an AWS role on: the platform's OIDC token for a session of the role, no stored key."""

from __future__ import annotations

from drift.provider.contract import Login

CREDENTIALS = "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3"
"""The action by its commit."""


def login(role: str, region: str) -> Login:
    """The steps for a role: its ARN, or the CI's expression for it."""
    return Login(
        steps=f"""\
      - uses: {CREDENTIALS}
        with:
          role-to-assume: {role}
          aws-region: {region}
""",
        tokens={"AWS_TOKEN": "https://gitlab.com"},
        variables={"AWS_ROLE_ARN": role, "AWS_DEFAULT_REGION": region},
        script=(
            'export AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)"',  # readable by its owner alone; the SDKs read it there
            'printf \'%s\' "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"',
        ),
    )
