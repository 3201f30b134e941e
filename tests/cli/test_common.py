"""`--common`: fewer calls, the same verdicts on what is looked for, and the report names what is not."""

from __future__ import annotations

import io
from dataclasses import replace

from drift.desired.load import build, read_states
from drift.model.drift import Report
from drift.model.resource import Key, Resource
from drift.provider.installed import installed
from drift.providers.aws.common import RARE, SERVICES
from drift.report import Look, table
from drift.report.select import Difference
from drift.survey import Scope, worth
from tests.report.test_report_formats import REPORT
from tests.support.line import check
from tests.support.world import REGION, WORLDS, Regrouped, World

CATALOG = installed()
EVERYTHING = Scope().types(CATALOG)


def of(type_: str) -> Resource:
    return Resource(key=Key(type_, "123456789012", REGION, ("x",)), id="x")


def looked_for(*desired: str) -> frozenset[str]:
    return worth(Scope(common=True), EVERYTHING, [of(name) for name in desired], CATALOG)


def test_without_it_everything_is_looked_for() -> None:
    assert worth(Scope(), EVERYTHING, [], CATALOG) == EVERYTHING
    assert worth(Scope(common=True, only_state=True), EVERYTHING, [], CATALOG) == EVERYTHING


def test_who_gets_in_and_what_most_have_is_looked_for_in_an_empty_account() -> None:
    found = looked_for()

    assert {
        "aws_iam_user",
        "aws_iam_access_key",
        "aws_s3_bucket_policy",
        "aws_security_group",
        "aws_db_instance",
    } <= found
    assert not {"aws_mq_broker", "aws_workspaces_workspace", "aws_s3_bucket_inventory"} & found
    assert {CATALOG[name].service for name in found} == SERVICES


def test_of_a_service_that_a_state_uses_everything_is_looked_for_but_what_is_rare() -> None:
    assert {"aws_redshift_subnet_group", "aws_redshift_cluster"} <= looked_for("aws_redshift_cluster")
    assert not RARE & looked_for("aws_s3_bucket")


def test_what_is_rare_is_looked_for_where_a_state_has_some() -> None:
    assert looked_for("aws_s3_bucket_inventory") & RARE == {"aws_s3_bucket_inventory"}


def test_every_rare_type_is_one_of_a_common_service() -> None:
    assert {CATALOG[name].service for name in RARE} <= SERVICES


def checked(*, common: bool) -> Report:
    world = World(WORLDS / "sqs")
    tape = world.tape("tampered")
    states, _ = read_states([str(world.path / "refreshed.tfstate")], {})
    desired = build(states, [], CATALOG, account=tape.account, region=REGION)
    scope = Scope(common=common, recorded=tape.types)
    return check(desired, Regrouped(tape), CATALOG, scope, default_region=REGION).report


def test_the_report_names_what_was_not_looked_for() -> None:
    whole, common = checked(common=False), checked(common=True)
    out = io.StringIO()
    table.render(common, out, Look())

    assert whole.scope.not_searched == ()
    assert {"aws_mq_broker", "aws_placement_group"} <= set(common.scope.not_searched)
    assert "aws_sqs_queue" not in common.scope.not_searched
    assert common.scope.types == whole.scope.types - len(common.scope.not_searched)
    assert f"Not looked for (--common): {len(common.scope.not_searched)} types" in out.getvalue()


def test_the_verdicts_on_what_is_looked_for_are_the_same() -> None:
    whole, common = checked(common=False), checked(common=True)
    hidden = set(common.scope.not_searched)

    assert [(d.kind, d.type, d.changes) for d in common.drift] == [
        (d.kind, d.type, d.changes) for d in whole.drift if d.type not in hidden
    ]
    assert any(d.kind == "unmanaged" for d in common.drift)


def test_what_was_not_looked_for_later_is_not_resolved() -> None:
    later = replace(REPORT, drift=(), scope=replace(REPORT.scope, not_searched=("aws_s3_bucket",)))
    unknown = {d.type for d in Difference.between(REPORT, later).unknown}

    assert unknown == {"aws_s3_bucket"}
