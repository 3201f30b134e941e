"""AWS: the provider value. Nothing here asks AWS or loads boto3 until it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from drift.normalize.values import Canon
from drift.provider.api import Api, Asks
from drift.provider.audit import Audit
from drift.provider.catalog import IndexedTypes
from drift.provider.contract import Access, Counts, DocumentSource, Grant, Login, Organisation, Provider, Table, Usage
from drift.provider.facts import SchemaFiles
from drift.provider.operations import Operations
from drift.provider.spec import ResourceType
from drift.providers.aws.contents import ONLY_WHEN_ASKED
from drift.providers.aws.homes import AwsHomes
from drift.providers.aws.lanes import lane
from drift.providers.aws.owners import complete
from drift.providers.aws.permissions import action
from drift.providers.aws.regions import partition_of
from drift.providers.aws.signs import is_looked_for, signs

TYPES = IndexedTypes("drift.providers.aws")


def _open(access: Access) -> Api:
    from drift.providers.aws.session import BotoApi

    return BotoApi(
        profile=access.profile,
        region=access.region,
        emulator=access.emulator,
        secrets=access.secrets,
        roles=access.roles,
    )


def _environment(access: Access) -> Mapping[str, str | None]:
    from drift.providers.aws.session import BotoApi

    if not access.roles:
        return {"AWS_PROFILE": access.profile} if access.profile else {}
    return BotoApi(profile=access.profile, region=access.region, roles=access.roles).environment()


def _organisation(api: Api, units: Sequence[str]) -> Organisation:
    from drift.providers.aws.organization import organisation

    return organisation(api, units)


def _role_in(account: str, name: str, partition: str) -> str:
    from drift.providers.aws.organization import role_in

    return role_in(account, name, partition)


def _account_of_role(name: str) -> str:
    from drift.providers.aws.organization import account_of_role

    return account_of_role(name)


def _enabled_regions(api: Api) -> Sequence[str]:
    from drift.providers.aws.organization import enabled_regions

    return enabled_regions(api)


def _here(account: str, region: str) -> Mapping[str, str]:
    return {"account": account, "region": region, "partition": partition_of(region)}


def _usage(asker: Asks, names: Sequence[str], region: str) -> Mapping[str, Usage]:
    from drift.providers.aws.last_used import last_used

    return last_used(asker, names, region)


def _account(asker: Asks, region: str) -> Counts:
    from drift.providers.aws.account import account_summary

    return account_summary(asker, region)


def _tables() -> Mapping[str, Table]:
    from drift.providers.aws.tables import tables

    return tables(TYPES)


def _forms() -> Mapping[Canon, Callable[[str], str]]:
    from drift.providers.aws.tables.words import FORMS

    return FORMS


def _rules() -> Sequence[Any]:
    from drift.providers.aws.rules import built_in

    return built_in()


def _frameworks() -> Sequence[Any]:
    from drift.providers.aws.frameworks import frameworks

    return frameworks()


CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""Partition -> the host of its console."""


def _console(arn: str) -> str:
    """The console's own address for an ARN: it finds the page of the service."""
    host = CONSOLES.get(arn.split(":")[1]) if arn.startswith("arn:") else None
    return f"https://{host}/go/view?arn={quote(arn, safe=':/')}" if host else ""


def _allow(grant: Grant) -> Mapping[str, str]:
    from drift.providers.aws.role import files

    return files(grant)


def _login(role: str, region: str) -> Login:
    from drift.providers.aws.login import login

    return login(role, region)


def _operations() -> Operations:
    from drift.providers.aws.operations import BotoOperations

    return BotoOperations()


def _lint(entry: ResourceType) -> Iterable[str]:
    from drift.providers.aws.lint import check

    return check(entry)


def _audit() -> Audit:
    from drift.providers.aws.audit import CLOUDTRAIL

    return CLOUDTRAIL


def _document_sources() -> Mapping[str, DocumentSource]:
    from drift.providers.aws.policy_blocks import policy_blocks

    return {"aws_iam_policy_document": DocumentSource("json", policy_blocks)}


MADE_BY = {
    "aws_spot_instance_request": ("spot_instance_id",),
    "aws_opsworks_instance": ("ec2_instance_id",),
    "aws_elastic_beanstalk_environment": ("instances", "autoscaling_groups", "launch_configurations", "load_balancers"),
    "aws_directory_service_directory": ("security_group_id",),
    "aws_workspaces_directory": ("workspace_security_group_id",),
}
"""Computed attributes, as the provider documents them."""

DATA_BLOCKS: Mapping[str, Any] = {
    "aws_iam_policy_document": {"statement": {"condition": {}, "principals": {}, "not_principals": {}}}
}
"""The nested blocks of data sources, as the provider documents them; most others know `filter` alone."""

AWS = Provider(
    name="aws",
    title="AWS",
    sources=frozenset({"hashicorp/aws", "opentofu/aws"}),
    types=TYPES,
    made_by=MADE_BY,
    complete=complete,
    schema=SchemaFiles(TYPES),
    operations=_operations,
    lint=_lint,
    open=_open,
    action=action,
    secret_contents=ONLY_WHEN_ASKED,
    allow=_allow,
    login=_login,
    console=_console,
    here=_here,
    homes=AwsHomes(),
    usage=_usage,
    looked_for=is_looked_for,
    signs=signs,
    account=_account,
    lane=lane,
    audit=_audit,
    organisation=_organisation,
    role_in=_role_in,
    account_of_role=_account_of_role,
    environment=_environment,
    enabled_regions=_enabled_regions,
    rules=_rules,
    tables=_tables,
    forms=_forms,
    frameworks=_frameworks,
    data_blocks=DATA_BLOCKS,
    document_sources=_document_sources,
    language="drift.providers.aws.language",
)
