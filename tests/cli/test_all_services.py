"""What is looked for by default: what is common, what a state has, what a sign shows to be used. The rest is named."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.cli import plugins
from drift.desired.load import build
from drift.live.asker import Asker
from drift.live.tape import Player, Recorder
from drift.model.drift import Report
from drift.model.resource import Key, Resource
from drift.provider.api import Answer, Refused, Request
from drift.provider.installed import installed
from drift.providers.aws.signs import BESIDE, SELDOM, SERVICES, TAGGED, signs
from drift.report import Look, table
from drift.report.select import Difference
from drift.survey import Scope, worth
from tests.report.test_report_formats import REPORT
from tests.support.line import check
from tests.support.world import REGION

ACCOUNT = "123456789012"
CATALOG = installed()
EVERYTHING = Scope().types(CATALOG)


def of(type_: str) -> Resource:
    return Resource(key=Key(type_, ACCOUNT, REGION, ("x",)), id="x")


def looked_for(*desired: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    return worth(Scope(), EVERYTHING, [of(name) for name in desired], CATALOG, seen)


class Account:
    """An account with a broker in it, and roles, and what is tagged; whatever else is asked for is not there."""

    account, region, recorded = ACCOUNT, REGION, None

    def __init__(
        self, roles: Sequence[Mapping[str, Any]] = (), tagged: Callable[[Request], Answer] = lambda _: [{}]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.asked: list[Request] = []
        self._roles, self._tagged = roles, tagged

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.op == "ListRoles":
            return [{"Roles": list(self._roles)}]
        if request.op == "GetResources":
            return self._tagged(request)
        if request.op == "GetDatabases":
            return [{"DatabaseList": [{"Name": "lake", "CatalogId": ACCOUNT}]}]
        return [{}]


def trusts(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "RoleName": service,
        "Path": "/",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{service}",
        "AssumeRolePolicyDocument": {"Statement": [statement]},
    }


def checked(api: Account, **scope: Any) -> Report:
    desired = build([], [], CATALOG, account=ACCOUNT, region=REGION)
    return check(desired, api, CATALOG, Scope(**scope), default_region=REGION).report


def kinds(report: Report) -> set[tuple[str, str]]:
    return {(d.kind, d.type) for d in report.drift}


def test_all_is_looked_for_where_all_is_asked_for_or_types_are_named() -> None:
    for scope in (Scope(everything=True), Scope(only_state=True), Scope(only=("aws_mq_*",))):
        assert worth(scope, EVERYTHING, [], CATALOG) == EVERYTHING


def test_who_gets_in_and_what_most_have_is_looked_for_in_an_empty_account() -> None:
    assert {
        "aws_iam_user",
        "aws_iam_access_key",
        "aws_s3_bucket_policy",
        "aws_security_group",
        "aws_db_instance",
        "aws_mq_broker",
        "aws_api_gateway_rest_api",
    } <= looked_for()
    assert not {"aws_glue_job", "aws_workspaces_workspace", "aws_s3_bucket_inventory"} & looked_for()
    assert {CATALOG[name].service for name in looked_for()} == SERVICES


def test_of_a_service_that_a_state_uses_everything_is_looked_for() -> None:
    glue = {name for name in EVERYTHING if CATALOG[name].service == "glue"}

    assert len(glue) > 5
    assert glue <= looked_for("aws_glue_job")


def test_what_is_seldom_there_is_looked_for_where_a_state_has_some() -> None:
    assert looked_for("aws_s3_bucket_inventory") & SELDOM == {"aws_s3_bucket_inventory"}


def test_what_a_rule_needs_beside_a_type_is_looked_for_where_their_service_is_used() -> None:
    """A repository that scans nothing is no fault where its registry scans: who has one is asked about the other."""
    assert {name for rule in plugins.rules() for name in rule.near} & SELDOM == BESIDE
    assert "aws_ecr_registry_scanning_configuration" not in looked_for()
    assert "aws_ecr_registry_scanning_configuration" in looked_for("aws_ecr_repository")


def test_every_type_that_is_seldom_there_is_one_of_a_service_looked_for() -> None:
    assert {CATALOG[name].service for name in SELDOM} <= SERVICES


def test_an_account_with_nothing_takes_few_calls() -> None:
    api = Account()

    checked(api)

    assert len(api.asked) <= 120
    assert len({r.key for r in api.asked}) == len(api.asked)


def test_what_nothing_shows_to_be_used_is_named_and_not_looked_for() -> None:
    report = checked(Account())
    out = io.StringIO()
    table.render(report, out, Look())

    assert "aws_glue_catalog_database" in report.scope.not_searched
    assert "aws_sqs_queue" not in report.scope.not_searched
    assert not {t for _, t in kinds(report)} & set(report.scope.not_searched)
    assert f"{len(report.scope.not_searched)} types" in out.getvalue()
    assert "--all-services" in out.getvalue()


def test_what_is_asked_for_is_looked_for() -> None:
    report = checked(Account(), everything=True)

    assert ("unmanaged", "aws_glue_catalog_database") in kinds(report)
    assert report.scope.not_searched == ()


def test_a_role_that_a_service_may_take_on_shows_that_it_is_used() -> None:
    report = checked(Account([trusts("glue.amazonaws.com")]))

    assert ("unmanaged", "aws_glue_catalog_database") in kinds(report)
    assert "aws_glue_job" not in report.scope.not_searched
    assert "aws_sagemaker_model" in report.scope.not_searched


def tagged(arn: str) -> Callable[[Request], Answer]:
    return lambda _: [{"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []}]}]


@pytest.mark.parametrize(
    ("api", "service"),
    [
        (Account(tagged=tagged(f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/j-1")), "emr"),
        (Account(tagged=tagged(f"arn:aws:datasync:{REGION}:{ACCOUNT}:task/task-1")), "datasync"),
        (Account([trusts("observability.aoss.amazonaws.com")]), "opensearchserverless"),
        (Account([trusts("batch.amazonaws.com.cn")]), "batch"),
        (Account([trusts("dynamodb.application-autoscaling.amazonaws.com")]), "application-autoscaling"),
    ],
)
def test_what_shows_that_a_service_is_used(api: Account, service: str) -> None:
    assert service in signs(Asker(api), [REGION])


def test_a_service_that_the_tagging_api_does_not_know_does_not_hide_the_others() -> None:
    def answer(request: Request) -> Answer:
        if "ds" in request.args["ResourceTypeFilters"]:
            return Refused("InvalidParameterException", "Unsupported service=ds in ResourceTypeFilter - ds:")
        return tagged(f"arn:aws:glue:{REGION}:{ACCOUNT}:job/x")(request)

    assert signs(Asker(Account(tagged=answer)), [REGION]) == {"glue"}


def test_a_refusal_is_no_sign() -> None:
    api = Account(tagged=lambda _: Refused("AccessDeniedException"))

    assert signs(Asker(api), [REGION]) == frozenset()
    assert len(api.asked) == 2


def test_the_tagging_api_is_asked_for_services_that_are_not_looked_for_anyway() -> None:
    services = {CATALOG[name].service for name in EVERYTHING} - SERVICES

    assert not set(TAGGED) & SERVICES
    assert {"emr" if name == "elasticmapreduce" else name for name in TAGGED} <= services


def test_a_replay_says_what_the_recording_did_not_look_for(tmp_path: Path) -> None:
    recorder = Recorder(Account(), None)
    first = checked(recorder)  # type: ignore[arg-type]
    recorder.save(
        tmp_path / "tape.jsonl",
        started_at="2026-01-01T00:00:00Z",
        duration_seconds=1,
        region=REGION,
        types=EVERYTHING,
        left_out=first.scope.not_searched,
    )
    player = Player(tmp_path / "tape.jsonl")
    again = checked(player, recorded=player.types, left_out=player.left_out)  # type: ignore[arg-type]

    assert again.scope.not_searched == first.scope.not_searched != ()
    assert (again.gaps, kinds(again)) == (first.gaps, kinds(first))


def test_what_was_not_looked_for_later_is_not_resolved() -> None:
    later = replace(REPORT, drift=(), scope=replace(REPORT.scope, not_searched=("aws_s3_bucket",)))
    unknown = {d.type for d in Difference.between(REPORT, later).unknown}

    assert unknown == {"aws_s3_bucket"}
